using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using VideoPlatform.Application.Idempotency;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Infrastructure.Records.Mongo;
using VideoPlatform.Infrastructure.Records.Sqlite;

namespace VideoPlatform.Infrastructure.Records;

public static class RecordsRegistration
{
    /// <summary>The stores behind <see cref="IWorkspaceRepository"/>, <see cref="IIdempotencyStore"/> and <see cref="IStorageMemory"/>, in the database that <see cref="PersistenceOptions"/>
    /// names, bound and checked by the program. <see cref="IRecordsStarter"/> must have run before they are used.</summary>
    public static IServiceCollection AddRecords(this IServiceCollection services)
    {
        services.AddOptions<PersistenceOptions>();
        services.AddSingleton(provider => new SqliteDatabase(OptionsOf(provider).Sqlite));
        services.AddSingleton(provider => new MongoRecords(OptionsOf(provider).MongoDb));
        services.AddSingleton<SqliteWorkspaceRepository>().AddSingleton<MongoWorkspaceRepository>();
        services.AddSingleton<SqliteIdempotencyStore>().AddSingleton<MongoIdempotencyStore>();
        services.AddSingleton(Chosen<IRecordsStarter, SqliteDatabase, MongoRecords>);
        services.AddSingleton(Chosen<IStorageMemory, SqliteDatabase, MongoRecords>);
        services.AddSingleton(Chosen<IWorkspaceRepository, SqliteWorkspaceRepository, MongoWorkspaceRepository>);
        services.AddSingleton(Chosen<IForeignDocuments, SqliteWorkspaceRepository, MongoWorkspaceRepository>);
        services.AddSingleton(Chosen<IIdempotencyStore, SqliteIdempotencyStore, MongoIdempotencyStore>);
        return services;
    }

    private static TPort Chosen<TPort, TSqlite, TMongo>(IServiceProvider provider)
        where TPort : class
        where TSqlite : TPort
        where TMongo : TPort => OptionsOf(provider).Provider switch
        {
            PersistenceOptions.SqliteProvider => provider.GetRequiredService<TSqlite>(),
            PersistenceOptions.MongoDbProvider => provider.GetRequiredService<TMongo>(),
            var other => throw new UnreachableException(other),
        };

    private static PersistenceOptions OptionsOf(IServiceProvider provider) => provider.GetRequiredService<IOptions<PersistenceOptions>>().Value;
}
