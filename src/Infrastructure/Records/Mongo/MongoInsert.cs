using MongoDB.Bson;
using MongoDB.Driver;

namespace VideoPlatform.Infrastructure.Records.Mongo;

internal static class MongoInsert
{
    /// <returns>False when the id is taken.</returns>
    public static async Task<bool> TryInsertAsync(this IMongoCollection<BsonDocument> collection, BsonDocument document, CancellationToken ct)
    {
        try
        {
            await collection.InsertOneAsync(document, options: null, ct);
            return true;
        }
        catch (MongoWriteException failure) when (failure.WriteError?.Category is ServerErrorCategory.DuplicateKey)
        {
            return false;
        }
    }
}
