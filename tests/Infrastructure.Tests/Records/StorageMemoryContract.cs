using VideoPlatform.Infrastructure.Records;

namespace VideoPlatform.Infrastructure.Tests.Records;

/// <summary>What every database promises about <see cref="IStorageMemory"/>.</summary>
public abstract class StorageMemoryContract : IAsyncLifetime
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Another process on the same database.</summary>
    protected abstract Task<IStorageMemory> OpenAsync();

    protected abstract ValueTask CloseAsync();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task No_storage_is_known_before_one_was_opened() => Assert.False(await (await OpenAsync()).KnowsStorageAsync(Ct));

    [Fact]
    public async Task A_storage_that_was_opened_is_known_to_every_process()
    {
        var (one, other) = (await OpenAsync(), await OpenAsync());

        await Task.WhenAll(one.RememberStorageAsync(Ct), other.RememberStorageAsync(Ct));
        await one.RememberStorageAsync(Ct);

        Assert.True(await other.KnowsStorageAsync(Ct));
        Assert.True(await (await OpenAsync()).KnowsStorageAsync(Ct));
    }
}

public sealed class SqliteStorageMemoryTests : StorageMemoryContract
{
    private readonly SqliteFolder folder = new();

    protected override async Task<IStorageMemory> OpenAsync() => await folder.OpenAsync();

    protected override ValueTask CloseAsync() => folder.DisposeAsync();
}

public sealed class MongoStorageMemoryTests(MongoServer server) : StorageMemoryContract
{
    private readonly MongoTestDatabase database = new(server);

    protected override async Task<IStorageMemory> OpenAsync() => await database.OpenAsync();

    protected override ValueTask CloseAsync() => database.DisposeAsync();
}
