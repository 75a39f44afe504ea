using MongoDB.Bson;
using MongoDB.Driver;

namespace VideoPlatform.Api.Tests.Commands;

/// <summary>The same with the records in MongoDB: the server that <c>VIDEOPLATFORM_TEST_MONGODB</c> names; without one each test is skipped by name.</summary>
public sealed class MongoMigrationTests : MigrationTests
{
    private const string Variable = "VIDEOPLATFORM_TEST_MONGODB";

    private readonly string database = $"videoplatform-test-{Guid.NewGuid():n}";

    protected override string[] Records =>
        ["--Persistence:Provider=MongoDb", $"--Persistence:MongoDb:ConnectionString={Server}", $"--Persistence:MongoDb:Database={database}"];

    private static string Server => Environment.GetEnvironmentVariable(Variable) ?? "";

    public override ValueTask InitializeAsync()
    {
        Assert.SkipWhen(Server.Length == 0, $"No MongoDB: set {Variable} to a connection string.");
        return base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        if (Server.Length > 0)
        {
            using var client = new MongoClient(Server);
            await client.DropDatabaseAsync(database, CancellationToken.None);
        }

        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected override async Task<BsonDocument> DocumentAsync(string id)
    {
        using var client = new MongoClient(Server);
        return await client.GetDatabase(database).GetCollection<BsonDocument>("workspaces").Find(new BsonDocument("_id", ObjectId.Parse(id))).SingleAsync(Ct);
    }
}
