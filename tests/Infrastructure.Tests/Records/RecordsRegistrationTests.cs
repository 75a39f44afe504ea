using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using VideoPlatform.Application.Idempotency;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Infrastructure.Records;
using VideoPlatform.Infrastructure.Records.Mongo;
using VideoPlatform.Infrastructure.Records.Sqlite;
using VideoPlatform.Testing.Records;

namespace VideoPlatform.Infrastructure.Tests.Records;

public sealed class RecordsRegistrationTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("videoplatform-records-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task The_embedded_database_is_the_default_and_is_ready_after_its_start()
    {
        await using var services = Services(new PersistenceOptions { Sqlite = new SqliteOptions { Path = Path.Combine(folder.FullName, "data", "x.db") } });

        await services.GetRequiredService<IRecordsStarter>().StartAsync(TestContext.Current.CancellationToken);
        var added = await services.GetRequiredService<IWorkspaceRepository>().AddAsync(SampleWorkspaces.Queued(), TestContext.Current.CancellationToken);

        Assert.True(added);
        Assert.IsType<SqliteIdempotencyStore>(services.GetRequiredService<IIdempotencyStore>());
    }

    [Fact]
    public async Task MongoDb_is_chosen_by_name_and_no_connection_is_made_before_the_start()
    {
        await using var services = Services(MongoDb("mongodb://127.0.0.1:1"));

        Assert.IsType<MongoWorkspaceRepository>(services.GetRequiredService<IWorkspaceRepository>());
        Assert.IsType<MongoIdempotencyStore>(services.GetRequiredService<IIdempotencyStore>());
        Assert.IsType<MongoRecords>(services.GetRequiredService<IRecordsStarter>());
    }

    [Theory]
    [InlineData("mongodb://someone:s3cret@127.0.0.1:1/?serverSelectionTimeoutMS=200")]
    [InlineData("nonsense with s3cret")]
    [InlineData("mongodb://someone:s3cret@")]
    [InlineData("")]
    public async Task A_MongoDb_that_is_not_there_stops_the_start_without_telling_the_password(string connectionString)
    {
        await using var services = Services(MongoDb(connectionString));

        var failure = await Assert.ThrowsAsync<RecordsUnavailableException>(
            () => services.GetRequiredService<IRecordsStarter>().StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains("Persistence:MongoDb:ConnectionString", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", failure.ToString(), StringComparison.Ordinal);
    }

    private static PersistenceOptions MongoDb(string connectionString) =>
        new() { Provider = PersistenceOptions.MongoDbProvider, MongoDb = new MongoDbOptions { ConnectionString = connectionString } };

    private static ServiceProvider Services(PersistenceOptions options) => new ServiceCollection()
        .AddLogging()
        .AddSingleton(TimeProvider.System)
        .AddSingleton(Options.Create(options))
        .AddRecords()
        .BuildServiceProvider();
}
