using Microsoft.Extensions.Logging.Abstractions;
using VideoPlatform.Application.Idempotency;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Infrastructure.Records;
using VideoPlatform.Infrastructure.Records.Sqlite;
using VideoPlatform.Testing.Records;

namespace VideoPlatform.Infrastructure.Tests.Records;

public sealed class SqliteWorkspaceRepositoryTests : WorkspaceRepositoryContract
{
    private readonly SqliteFolder folder = new();

    protected override async Task<IWorkspaceRepository> OpenAsync() =>
        new SqliteWorkspaceRepository(await folder.OpenAsync(), Clock, NullLogger<SqliteWorkspaceRepository>.Instance);

    protected override ValueTask CloseAsync() => folder.DisposeAsync();
}

public sealed class SqliteIdempotencyStoreTests : IdempotencyStoreContract
{
    private readonly SqliteFolder folder = new();

    protected override async Task<IIdempotencyStore> OpenAsync() => new SqliteIdempotencyStore(await folder.OpenAsync(), Clock);

    protected override ValueTask CloseAsync() => folder.DisposeAsync();
}

/// <summary>A folder of its own for one database file; removed after.</summary>
internal sealed class SqliteFolder : IAsyncDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("videoplatform-records-");
    private readonly List<SqliteDatabase> open = [];

    public string File => Path.Combine(folder.FullName, "data", "records.db");

    /// <summary>Another process on the same file, as far as SQLite can tell.</summary>
    public async Task<SqliteDatabase> OpenAsync()
    {
        var database = new SqliteDatabase(new SqliteOptions { Path = File });
        open.Add(database);
        await database.StartAsync(TestContext.Current.CancellationToken);
        return database;
    }

    public async Task CloseAsync()
    {
        foreach (var database in open) await database.DisposeAsync();
        open.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        folder.Delete(recursive: true);
    }
}
