using MongoDB.Bson;
using MongoDB.Driver;

namespace VideoPlatform.Infrastructure.Records.Mongo;

/// <summary>The indexes, by name. Those of the work queue hold only what is to be worked on.</summary>
internal static class MongoIndexes
{
    public static IEnumerable<CreateIndexModel<BsonDocument>> OfWorkspaces =>
    [
        Index("videoplatform_by_status", "video.status", "-_id"),
        Index("videoplatform_by_storage", "video.storage", "-_id"),
        Index("videoplatform_by_status_and_storage", "video.status", "video.storage", "-_id", "video.size"),
        Index("videoplatform_by_expiry", "video.storage", "video.remote_expires_at"),
        Index("videoplatform_by_change", "updated_at", "_id"),
        Index("videoplatform_by_task", "video.task_id"),
        Index("videoplatform_by_earlier_task", new CreateIndexOptions { Sparse = true }, "video.earlier_tasks"),
        Index("videoplatform_unfinished", Unfinished, "video.lane", "_id"),
        Index("videoplatform_due", Unfinished, "video.lane", "video.due_at"),
        Index("videoplatform_to_submit", In("submit"), "video.lane", "video.model", "video.requested_at", "video.due_at"),
        Index("videoplatform_to_download", In("download"), "video.lane", "video.remote_expires_at", "video.due_at"),
    ];

    public static IEnumerable<CreateIndexModel<BsonDocument>> OfIdempotency => [Index("videoplatform_by_age", "created_at")];

    private static CreateIndexOptions<BsonDocument> Unfinished =>
        new() { PartialFilterExpression = new BsonDocument("video.lane", new BsonDocument("$exists", true)) };

    private static CreateIndexOptions<BsonDocument> In(string lane) => new() { PartialFilterExpression = new BsonDocument("video.lane", lane) };

    private static CreateIndexModel<BsonDocument> Index(string name, params ReadOnlySpan<string> members) => Index(name, new CreateIndexOptions<BsonDocument>(), members);

    private static CreateIndexModel<BsonDocument> Index(string name, CreateIndexOptions options, params ReadOnlySpan<string> members)
    {
        var keys = new BsonDocument();
        foreach (var member in members) keys[member.TrimStart('-')] = member.StartsWith('-') ? -1 : 1;
        options.Name = name;
        return new CreateIndexModel<BsonDocument>(keys, options);
    }
}
