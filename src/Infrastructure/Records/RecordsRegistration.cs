using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using VideoPlatform.Application.Idempotency;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Infrastructure.Records.Sqlite;

namespace VideoPlatform.Infrastructure.Records;

public static class RecordsRegistration
{
    public static IServiceCollection AddRecords(this IServiceCollection services, IConfiguration c) => services
        .AddSingleton(new SqliteDatabase(new SqliteOptions { Path = c["Persistence:Sqlite:Path"] ?? "data/videoplatform.db" })).AddSingleton<IRecordsStarter>(p => p.GetRequiredService<SqliteDatabase>())
        .AddSingleton<IWorkspaceRepository, SqliteWorkspaceRepository>().AddSingleton<IIdempotencyStore, SqliteIdempotencyStore>();
}
