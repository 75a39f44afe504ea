using MongoDB.Bson;
using MongoDB.Driver;

namespace VideoPlatform.Infrastructure.Records.Mongo;

/// <summary>
/// The collections in a MongoDB database, 4.4 or later; standalone, replica set or sharded, so nothing here needs a transaction,
/// a change stream or a unique secondary index.
/// </summary>
internal sealed class MongoRecords(MongoDbOptions options) : IRecordsStarter, IStorageMemory, IDisposable
{
    // A server that is away is an answer too; nobody waits half a minute for a page.
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(10);

    private const string Example = "mongodb://user:password@localhost:27017";

    private readonly Lazy<MongoClient> client = new(() => Connect(options.ConnectionString));

    public IMongoCollection<BsonDocument> Workspaces => Open<BsonDocument>(options.Collection);

    /// <summary>The same, read as bytes: a document that no driver can take apart must not spoil the others of its batch.</summary>
    public IMongoCollection<RawBsonDocument> RawWorkspaces => Open<RawBsonDocument>(options.Collection);

    public IMongoCollection<BsonDocument> Idempotency => Open<BsonDocument>("idempotency");

    public async Task StartAsync(CancellationToken ct)
    {
        // The driver quotes the whole string, password included, so neither its message nor its exception goes on from here.
        if (!IsConnectionString())
            throw new RecordsUnavailableException(
                $"Persistence:MongoDb:ConnectionString is not a connection string; for example {Example}.");

        try
        {
            await PingAsync(ct);
            await Workspaces.Indexes.CreateManyAsync(MongoIndexes.OfWorkspaces, ct);
            await Idempotency.Indexes.CreateManyAsync(MongoIndexes.OfIdempotency, ct);
        }
        catch (TimeoutException failure)
        {
            // The driver's own words are a page long, with its stack traces.
            var settings = client.Value.Settings;
            throw new RecordsUnavailableException(
                $"MongoDB cannot be used: nobody answers at {string.Join(", ", settings.Servers)} within {settings.ServerSelectionTimeout.TotalSeconds:0.#} s. Is it running? (Persistence:MongoDb:ConnectionString, for example {Example})", failure);
        }
        catch (MongoException failure)
        {
            throw new RecordsUnavailableException($"MongoDB cannot be used: {failure.Message.Split('\n')[0].TrimEnd()} (Persistence:MongoDb:ConnectionString)", failure);
        }
    }

    public Task<bool> KnowsStorageAsync(CancellationToken ct) => Memory.Find(FilterDefinition<BsonDocument>.Empty).AnyAsync(ct);

    // Two processes at once may both leave a document; each says the same.
    public async Task RememberStorageAsync(CancellationToken ct)
    {
        if (!await KnowsStorageAsync(ct)) await Memory.InsertOneAsync(new BsonDocument("known", true), options: null, ct);
    }

    public Task PingAsync(CancellationToken ct) => Database.RunCommandAsync<BsonDocument>(new BsonDocument("ping", 1), ReadPreference.Primary, ct);

    public void Dispose()
    {
        if (client.IsValueCreated) client.Value.Dispose();
    }

    // Named after the product: the database may be another program's too.
    private IMongoCollection<BsonDocument> Memory => Open<BsonDocument>("videoplatform_storage");

    private IMongoDatabase Database => client.Value.GetDatabase(options.Database);

    private IMongoCollection<T> Open<T>(string name) => Database.GetCollection<T>(name, new MongoCollectionSettings
    {
        WriteConcern = WriteConcern.WMajority.With(journal: true),
        ReadPreference = ReadPreference.Primary,   // a secondary may not have what was just written
    });

    private bool IsConnectionString()
    {
        try
        {
            return client.Value is not null;
        }
        catch (MongoConfigurationException)
        {
            return false;
        }
    }

    private static MongoClient Connect(string connectionString)
    {
        var settings = MongoClientSettings.FromConnectionString(connectionString);
        settings.ApplicationName ??= "videoplatform";
        if (!connectionString.Contains("serverSelectionTimeoutMS", StringComparison.OrdinalIgnoreCase)) settings.ServerSelectionTimeout = patience;
        return new MongoClient(settings);
    }
}
