using DotNet.Testcontainers.Configurations;
using MongoDB.Bson;
using MongoDB.Driver;
using Testcontainers.MongoDb;
using VideoPlatform.Infrastructure.Records;
using VideoPlatform.Infrastructure.Records.Mongo;
using VideoPlatform.Infrastructure.Tests.Records;

[assembly: AssemblyFixture(typeof(MongoServer))]

namespace VideoPlatform.Infrastructure.Tests.Records;

/// <summary>
/// The server for all Mongo suites, looked for once: the one that <c>VIDEOPLATFORM_TEST_MONGODB</c> names, else a container
/// (a replica set of one), else none, and then each test is skipped by name with the reason.
/// </summary>
public sealed class MongoServer : IAsyncDisposable
{
    private const string Variable = "VIDEOPLATFORM_TEST_MONGODB";

    private readonly Lazy<Task<string>> address;
    private MongoDbContainer? container;

    public MongoServer() => address = new Lazy<Task<string>>(FindAsync);

    /// <summary>The connection string. Skips the running test when there is no server.</summary>
    public async Task<string> AskAsync()
    {
        var found = await address.Value;
        Assert.SkipWhen(found.Length == 0, $"No MongoDB: set {Variable} to a connection string, or run Docker with an image mongo:8.0.");
        return found;
    }

    /// <summary>Skips the running test on a server that only speaks the protocol.</summary>
    public async Task SkipOnStandInAsync(string lacks)
    {
        using var client = new MongoClient(await AskAsync());
        var info = await client.GetDatabase("admin").RunCommandAsync<BsonDocument>(new BsonDocument("buildInfo", 1));
        Assert.SkipWhen(info.GetValue("gitVersion", "") == "congodb", $"The server is a stand-in without {lacks}.");
    }

    public async ValueTask DisposeAsync()
    {
        if (container is not null) await container.DisposeAsync();
    }

    private async Task<string> FindAsync()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given) return given;
        if (TestcontainersSettings.OS.DockerEndpointAuthConfig is null) return "";

        container = new MongoDbBuilder("mongo:8.0").WithReplicaSet().Build();
        try
        {
            await container.StartAsync();
            return container.GetConnectionString();
        }
        catch (Docker.DotNet.DockerApiException)
        {
            return "";   // Docker runs, but the image is not to be had
        }
    }
}

/// <summary>A database of its own; dropped after.</summary>
internal sealed class MongoTestDatabase(MongoServer server) : IAsyncDisposable
{
    private readonly string name = $"videoplatform_test_{Guid.NewGuid():n}"[..38];
    private readonly List<MongoRecords> open = [];
    private MongoClient? client;

    public IMongoDatabase Database => client!.GetDatabase(name);

    /// <summary>Another process on the same database, as far as the server can tell.</summary>
    public async Task<MongoRecords> OpenAsync()
    {
        var address = await server.AskAsync();
        client ??= new MongoClient(address);
        var records = new MongoRecords(new MongoDbOptions { ConnectionString = address, Database = name });
        open.Add(records);
        await records.StartAsync(TestContext.Current.CancellationToken);
        return records;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var records in open) records.Dispose();
        if (client is null) return;

        await client.DropDatabaseAsync(name);
        client.Dispose();
    }
}
