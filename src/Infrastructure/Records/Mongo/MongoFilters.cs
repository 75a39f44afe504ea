using MongoDB.Bson;
using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Infrastructure.Records.Documents;

namespace VideoPlatform.Infrastructure.Records.Mongo;

/// <summary>The questions to the collection of workspaces, each made for one of <see cref="MongoIndexes"/>.</summary>
internal static class MongoFilters
{
    private static readonly string[] statusWords = [.. Enum.GetValues<VideoStatus>().Select(status => status.Word()), "pending"];

    public static BsonDocument Id(string id) => new("_id", ObjectId.Parse(id));

    /// <summary>This document as long as nobody has written since it was loaded. What was loaded is compared as it was: a record of the
    /// earlier system has no version. The lease's end is compared too, since a renewal leaves the version as it is.</summary>
    public static BsonDocument Unchanged(WorkspaceDocument seen) => new()
    {
        { "_id", seen.Bson["_id"] },
        { "version", seen.Bson.Member("version") },
        { "lease.until", seen.Bson.Inner("lease")?.Member("until") ?? BsonNull.Value },
    };

    /// <summary>Documents that another program wrote: what we derive for the indexes is not in them.</summary>
    public static BsonDocument Foreign => new() { { "video.status", In(statusWords) }, { "video.storage", BsonNull.Value } };

    public static BsonDocument Page(WorkspaceFilter filter)
    {
        var conditions = new BsonDocument("_id", filter.Before is { } before ? new BsonDocument("$lt", ObjectId.Parse(before.Value)) : AnyId);
        if (filter.Status is { } status) conditions["video.status"] = status.Word();
        var now = VideoWriter.Date(filter.Now);
        switch (filter.Storage)
        {
            case VideoStorage.Local:
                conditions["video.storage"] = "local";
                break;
            case VideoStorage.Remote:
                conditions["video.storage"] = "remote";
                conditions["$or"] = new BsonArray
                {
                    new BsonDocument("video.remote_expires_at", BsonNull.Value), new BsonDocument("video.remote_expires_at", new BsonDocument("$gt", now)),
                };
                break;
            case VideoStorage.None:
                conditions["$or"] = new BsonArray { new BsonDocument("video.storage", "none"), RemoteThatExpired(now) };
                break;
        }

        return conditions;
    }

    public static BsonDocument Scan(ScanFilter filter, ObjectId after)
    {
        var conditions = new BsonDocument("_id", new BsonDocument("$gt", after));
        if (filter.Unfinished) conditions["video.lane"] = In(WorkLanes.All.Select(lane => lane.Word()));
        return conditions;
    }

    public static BsonDocument Due(ClaimQuery query)
    {
        var conditions = new BsonDocument { { "video.lane", query.Lane.Word() }, { "video.due_at", new BsonDocument("$lte", VideoWriter.Date(query.Now)) } };
        if (query is { Lane: WorkLane.Submit, Model: { } model }) conditions["video.model"] = model;
        return conditions;
    }

    public static BsonDocument DueOrder(WorkLane lane) => new(
        lane switch { WorkLane.Submit => "video.requested_at", WorkLane.Download => "video.remote_expires_at", _ => "video.due_at" }, 1);

    /// <summary>Without a date there is no time to wait for.</summary>
    public static BsonDocument Scheduled(WorkLane lane) =>
        new() { { "video.lane", lane.Word() }, { "video.due_at", new BsonDocument("$gte", VideoWriter.Date(DateTimeOffset.UnixEpoch)) } };

    public static BsonDocument InFlight(DateTimeOffset since) => new()
    {
        { "video.lane", In(["settle", "poll"]) },
        { "video.request_id", new BsonDocument("$exists", true) },   // without a request of ours the model is not known
        {
            "$or", new BsonArray
            {
                new BsonDocument("video.status", In(["submitting", "processing"])),
                new BsonDocument { { "video.status", "unsettled" }, { "video.attempt.at", new BsonDocument("$gte", VideoWriter.Date(since)) } },
            }
        },
    };

    public static BsonDocument Counted => new("video.status", In(statusWords));

    public static BsonDocument RemoteThatExpired(BsonDateTime now) =>
        new() { { "video.storage", "remote" }, { "video.remote_expires_at", new BsonDocument("$lte", now) } };

    public static BsonDocument AtRisk(DateTimeOffset now, DateTimeOffset before) => new()
    {
        { "video.storage", "remote" },
        {
            "$or", new BsonArray
            {
                new BsonDocument("video.remote_expires_at", BsonNull.Value),
                new BsonDocument("video.remote_expires_at", new BsonDocument { { "$gt", VideoWriter.Date(now) }, { "$lt", VideoWriter.Date(before) } }),
                new BsonDocument
                {
                    { "video.remote_expires_at", new BsonDocument("$gte", VideoWriter.Date(before)) },
                    { "video.lane", WorkLane.Download.Word() },
                    { "video.attempts", new BsonDocument("$gt", 1) },   // Video.IsFailing
                },
            }
        },
    };

    public static BsonDocument Knows(IEnumerable<string> taskIds)
    {
        var any = In(taskIds);
        return new BsonDocument("$or", new BsonArray { new BsonDocument("video.task_id", any), new BsonDocument("video.earlier_tasks", any) });
    }

    public static BsonDocument In(IEnumerable<string> words) => new("$in", new BsonArray(words));

    /// <summary>All but these. Ids of another type are not ours.</summary>
    public static BsonDocument Except(this BsonDocument conditions, IEnumerable<ObjectId> ids)
    {
        var id = AnyId;
        var passed = new BsonArray(ids);
        if (passed.Count > 0) id["$nin"] = passed;
        conditions["_id"] = id;
        return conditions;
    }

    private static BsonDocument AnyId => new("$lte", ObjectId.Parse(new string('f', 24)));
}
