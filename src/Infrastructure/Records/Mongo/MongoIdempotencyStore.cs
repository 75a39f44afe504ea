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
            if (await database.Idempotency.TryInsertAsync(Write(note), ct)) return note;

            var stored = await database.Idempotency.Find(Which(note.Scope, note.Key)).FirstOrDefaultAsync(ct);
            if (stored is not null) return Read(note.Scope, note.Key, stored);
            // Between the two it was forgotten: the key is free again.
        }
    }

    public async Task AnswerAsync(IdempotencyNote note, StoredAnswer answer, CancellationToken ct)
    {
        var answered = Write(note);
        answered["status"] = answer.Status;
        answered["location"] = answer.Location is { } location ? location : BsonNull.Value;
        answered["body"] = answer.Body;
        while (true)
        {
            var replaced = await database.Idempotency.ReplaceOneAsync(Unanswered(note.Scope, note.Key), answered, (ReplaceOptions?)null, ct);
            if (replaced.MatchedCount > 0 || await database.Idempotency.TryInsertAsync(answered, ct)) return;

            var stored = await database.Idempotency.Find(Which(note.Scope, note.Key)).FirstOrDefaultAsync(ct);
            if (stored?.Small("status") is not null) return;
            // Between the two it was reserved anew, or forgotten after that.
        }
    }

    public Task ForgetAsync(string scope, string key, CancellationToken ct) => database.Idempotency.DeleteOneAsync(Unanswered(scope, key), ct);

    private static BsonDocument Write(IdempotencyNote note)
    {
        var document = Which(note.Scope, note.Key);
        document["fingerprint"] = note.Fingerprint;
        document["workspace_id"] = note.WorkspaceId.Value;
        document["request_id"] = note.RequestId.ToString();
        document["created_at"] = VideoWriter.Date(note.CreatedAt);
        return document;
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
