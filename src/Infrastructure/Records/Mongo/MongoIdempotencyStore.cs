using System.Security.Cryptography;
using System.Text;
using MongoDB.Bson;
using MongoDB.Driver;
using VideoPlatform.Application.Idempotency;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Infrastructure.Records.Documents;

namespace VideoPlatform.Infrastructure.Records.Mongo;

/// <summary>
/// The notes in MongoDB. The <c>_id</c> alone is unique on every kind of server, so it is made from scope and key;
/// both are stored whole and compared as well.
/// </summary>
internal sealed class MongoIdempotencyStore(MongoRecords database, TimeProvider clock) : IIdempotencyStore
{
    private readonly IdempotencySweep sweep = new(clock);

    public async Task<IdempotencyNote> ReserveAsync(IdempotencyNote note, CancellationToken ct)
    {
        if (sweep.IsDue(out var olderThan))
            await database.Idempotency.DeleteManyAsync(new BsonDocument("created_at", new BsonDocument("$lt", VideoWriter.Date(olderThan))), ct);

        while (true)
        {
            if (await TryInsertAsync(note, ct)) return note;

            var stored = await database.Idempotency.Find(Which(note.Scope, note.Key)).FirstOrDefaultAsync(ct);
            if (stored is not null) return Read(note.Scope, note.Key, stored);
            // Between the two it was forgotten: the key is free again.
        }
    }

    public Task AnswerAsync(string scope, string key, StoredAnswer answer, CancellationToken ct) =>
        database.Idempotency.UpdateOneAsync(
            Unanswered(scope, key),
            new BsonDocument("$set", new BsonDocument
            {
                { "status", answer.Status }, { "location", answer.Location is { } location ? location : BsonNull.Value }, { "body", answer.Body },
            }),
            options: null,
            ct);

    public Task ForgetAsync(string scope, string key, CancellationToken ct) => database.Idempotency.DeleteOneAsync(Unanswered(scope, key), ct);

    private async Task<bool> TryInsertAsync(IdempotencyNote note, CancellationToken ct)
    {
        var document = Which(note.Scope, note.Key);
        document["fingerprint"] = note.Fingerprint;
        document["workspace_id"] = note.WorkspaceId.Value;
        document["request_id"] = note.RequestId.ToString();
        document["created_at"] = VideoWriter.Date(note.CreatedAt);
        try
        {
            await database.Idempotency.InsertOneAsync(document, options: null, ct);
            return true;
        }
        catch (MongoWriteException failure) when (failure.WriteError?.Category is ServerErrorCategory.DuplicateKey)
        {
            return false;
        }
    }

    private static IdempotencyNote Read(string scope, string key, BsonDocument document) => new(
        scope, key, document["fingerprint"].AsString, WorkspaceId.Parse(document["workspace_id"].AsString), Guid.Parse(document["request_id"].AsString),
        document.Time("created_at") ?? DateTimeOffset.UnixEpoch,
        document.Small("status") is { } status ? new StoredAnswer(status, document.Text("location"), document["body"].AsString) : null);

    private static BsonDocument Unanswered(string scope, string key) => Which(scope, key).Add("status", BsonNull.Value);

    private static BsonDocument Which(string scope, string key)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{scope}\n{key}"));
        return new BsonDocument { { "_id", new ObjectId(hash[..12]) }, { "scope", scope }, { "key", key } };
    }
}
