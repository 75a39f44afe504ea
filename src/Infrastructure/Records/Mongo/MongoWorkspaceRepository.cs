using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using MongoDB.Bson;
using MongoDB.Driver;
using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Infrastructure.Records.Documents;

namespace VideoPlatform.Infrastructure.Records.Mongo;

/// <summary>
/// The records in MongoDB. A write is an update of single members under the condition that the document is as it was loaded.
/// Documents that another program adds are completed by what our indexes need as soon as a question depends on it.
/// </summary>
internal sealed class MongoWorkspaceRepository(MongoRecords database, TimeProvider clock, ILogger<MongoWorkspaceRepository> log) : IWorkspaceRepository, IForeignDocuments
{
    private const int Piece = 200;

    private readonly UnreadableRecords unreadable = new(clock, log);

    public IReadOnlyCollection<string> Unreadable => unreadable.Ids;

    public Task<bool> AddAsync(Workspace workspace, CancellationToken ct) => database.Workspaces.TryInsertAsync(WorkspaceDocument.New(workspace, clock.GetUtcNow()).Bson, ct);

    public Task<bool> AddDocumentAsync(BsonDocument document, CancellationToken ct) =>
        database.Workspaces.TryInsertAsync(WorkspaceDocument.From(document).Normalized(clock.GetUtcNow()).Bson, ct);

    public async Task<Workspace?> FindAsync(WorkspaceId id, CancellationToken ct) => (await LoadAsync(id, ct))?.Workspace;

    public async Task<Result<Workspace>> ChangeAsync(WorkspaceId id, Func<Workspace, Result<Workspace>> change, CancellationToken ct)
    {
        while (true)
        {
            if (await LoadAsync(id, ct) is not { } loaded) return new NotFound("workspace");
            if (!change(loaded.Workspace).TryGet(out var changed, out var error)) return error;
            if (ReferenceEquals(changed, loaded.Workspace)) return changed;

            var next = loaded.With(changed.Stored(), clock.GetUtcNow());
            if (await TryUpdateAsync(loaded, next, ct)) return next.Workspace;
        }
    }

    public async Task<Result<Workspace>> DeleteAsync(WorkspaceId id, Func<Workspace, Error?> refuses, CancellationToken ct)
    {
        while (true)
        {
            if (await LoadAsync(id, ct) is not { } loaded) return new NotFound("workspace");
            if (refuses(loaded.Workspace) is { } refusal) return refusal;
            if ((await database.Workspaces.DeleteOneAsync(MongoFilters.Unchanged(loaded), ct)).DeletedCount > 0) return loaded.Workspace;
        }
    }

    public async Task<WorkspacePage> ListAsync(WorkspaceFilter filter, CancellationToken ct)
    {
        if (filter.Status is not null || filter.Storage is not null) await TakeInForeignAsync(ct);
        var found = await FindAsync(MongoFilters.Page(filter), new BsonDocument("_id", -1), filter.Limit + 1, ct);
        var page = found.Take(filter.Limit).ToList();
        return new WorkspacePage([.. Readable(page)], found.Count > filter.Limit ? WorkspaceId.Parse(page[^1].Id.ToString()) : null);
    }

    public async IAsyncEnumerable<Workspace> ScanAsync(ScanFilter filter, [EnumeratorCancellation] CancellationToken ct)
    {
        if (filter.Unfinished) await TakeInForeignAsync(ct);
        var after = ObjectId.Empty;
        while (true)
        {
            var found = await FindAsync(MongoFilters.Scan(filter, after), new BsonDocument("_id", 1), Piece, ct);
            foreach (var workspace in Readable(found)) yield return workspace;
            if (found.Count < Piece) yield break;

            after = found[^1].Id;
        }
    }

    public async Task<IReadOnlyList<Workspace>> ClaimAsync(ClaimQuery query, CancellationToken ct)
    {
        await TakeInForeignAsync(ct);
        var claimed = new List<Workspace>();
        var passed = new List<ObjectId>();
        while (claimed.Count < query.Limit)
        {
            var asked = query.Limit - claimed.Count;
            var found = await FindAsync(MongoFilters.Due(query).Except(Ids(unreadable.Resting).Concat(passed)), MongoFilters.DueOrder(query.Lane), asked, ct);
            foreach (var (id, document) in found)
            {
                if (document?.Workspace.Claim(Guid.NewGuid(), query.Now, query.Until) is { } claim && claim.TryGet(out var taken, out _))
                {
                    var next = document.With(taken.Stored(), query.Now);
                    if (await TryUpdateAsync(document, next, ct)) claimed.Add(next.Workspace);
                }
                else
                    passed.Add(id);   // it would be found again, and stand before the others
            }

            if (found.Count < asked) break;
        }

        return claimed;
    }

    public async Task<bool> RenewAsync(WorkspaceId id, Guid token, DateTimeOffset until, CancellationToken ct)
    {
        var ours = MongoFilters.Id(id.Value).Add("lease.token", token.ToString());
        var end = VideoWriter.Date(until);
        var renewal = new BsonDocument("$set", new BsonDocument { { "lease.until", end }, { "video.due_at", end } });
        return (await database.Workspaces.UpdateOneAsync(ours, renewal, options: null, ct)).MatchedCount > 0;
    }

    public async Task<DateTimeOffset?> NextDueAsync(WorkLane lane, CancellationToken ct)
    {
        await TakeInForeignAsync(ct);
        // Nobody wakes for one that cannot be read; the claim that comes anyway looks at it again.
        var first = await database.Workspaces.Find(MongoFilters.Scheduled(lane).Except(Ids(unreadable.Ids))).Sort(new BsonDocument("video.due_at", 1))
            .Project(new BsonDocument("video.due_at", 1)).FirstOrDefaultAsync(ct);
        return first?.Inner("video")?.Time("due_at");
    }

    public async Task<IReadOnlyList<string>> ListWaitingModelsAsync(DateTimeOffset now, CancellationToken ct)
    {
        var groups = await database.Workspaces.Aggregate()
            .Match(MongoFilters.Due(new ClaimQuery(WorkLane.Submit, now, now, 1)))
            .Group(new BsonDocument { { "_id", "$video.model" }, { "oldest", new BsonDocument("$min", "$video.requested_at") } })
            .Sort(new BsonDocument { { "oldest", 1 }, { "_id", 1 } }).ToListAsync(ct);
        return [.. groups.Select(group => group.Text("_id")).OfType<string>()];
    }

    public async Task<IReadOnlyDictionary<string, int>> CountInFlightAsync(DateTimeOffset since, CancellationToken ct)
    {
        await TakeInForeignAsync(ct);
        var groups = await database.Workspaces.Aggregate().Match(MongoFilters.InFlight(since))
            .Group(new BsonDocument { { "_id", "$video.model" }, { "n", new BsonDocument("$sum", 1) } }).ToListAsync(ct);
        return groups.Where(group => group.Text("_id") is not null)
            .ToDictionary(group => group.Text("_id")!, group => group.Small("n") ?? 0, StringComparer.Ordinal);
    }

    public async Task<WorkspaceCounts> CountAsync(DateTimeOffset now, DateTimeOffset riskBefore, CancellationToken ct)
    {
        await TakeInForeignAsync(ct);
        var size = new BsonDocument("$cond", new BsonArray { new BsonDocument("$eq", new BsonArray { "$video.storage", "local" }), "$video.size", 0 });
        var groups = await database.Workspaces.Aggregate().Match(MongoFilters.Counted)
            .Group(new BsonDocument
            {
                { "_id", new BsonDocument { { "status", "$video.status" }, { "storage", "$video.storage" } } },
                { "n", new BsonDocument("$sum", 1) },
                { "bytes", new BsonDocument("$sum", size) },
            }).ToListAsync(ct);
        var expired = await database.Workspaces.CountDocumentsAsync(MongoFilters.RemoteThatExpired(VideoWriter.Date(now)), options: null, ct);
        var atRisk = await database.Workspaces.CountDocumentsAsync(MongoFilters.AtRisk(now, riskBefore), options: null, ct);

        var byStatus = CountBy<VideoStatus>(groups, "status");
        var byStorage = CountBy<VideoStorage>(groups, "storage");
        byStorage[VideoStorage.Remote] = byStorage.GetValueOrDefault(VideoStorage.Remote) - expired;
        byStorage[VideoStorage.None] = byStorage.GetValueOrDefault(VideoStorage.None) + expired;
        return new WorkspaceCounts(
            byStatus, byStorage.Where(pair => pair.Value > 0).ToDictionary(), atRisk, groups.Sum(group => group.Whole("bytes") ?? 0));
    }

    public async Task<IReadOnlyList<Workspace>> ListChangedAsync(DateTimeOffset since, int limit, CancellationToken ct)
    {
        var changed = new BsonDocument("updated_at", new BsonDocument("$gte", VideoWriter.Date(since))).Except([]);
        return [.. Readable(await FindAsync(changed, new BsonDocument { { "updated_at", 1 }, { "_id", 1 } }, limit, ct))];
    }

    public async Task<IReadOnlySet<string>> FindKnownTasksAsync(IReadOnlyCollection<string> taskIds, CancellationToken ct)
    {
        var found = await database.Workspaces.Find(MongoFilters.Knows(taskIds))
            .Project(new BsonDocument { { "video.task_id", 1 }, { "video.earlier_tasks", 1 } }).ToListAsync(ct);
        var known = found.Select(document => document.Inner("video")).OfType<BsonDocument>()
            .SelectMany(video => (video.Member("earlier_tasks") as BsonArray ?? []).OfType<BsonString>().Select(task => task.Value).Append(video.Text("task_id")))
            .ToHashSet(StringComparer.Ordinal);
        return taskIds.Where(known.Contains).ToHashSet(StringComparer.Ordinal);
    }

    public Task PingAsync(CancellationToken ct) => database.PingAsync(ct);

    // An index probe when there is nothing to take in. Whoever is faster at one document has done the same.
    private async Task TakeInForeignAsync(CancellationToken ct)
    {
        while (true)
        {
            var found = await FindAsync(MongoFilters.Foreign.Except(Ids(unreadable.Resting)), new BsonDocument("_id", 1), Piece, ct);
            var updates = found.Select(one => one.Document).OfType<WorkspaceDocument>().Select(TakeIn).ToList();
            var taken = updates.Count == 0 ? 0 : (await database.Workspaces.BulkWriteAsync(updates, new BulkWriteOptions { IsOrdered = false }, ct)).MatchedCount;
            if (found.Count < Piece || (taken == 0 && updates.Count == found.Count)) return;
        }
    }

    private UpdateOneModel<BsonDocument> TakeIn(WorkspaceDocument document)
    {
        var next = document.With(document.Workspace.Stored(), clock.GetUtcNow());
        return new UpdateOneModel<BsonDocument>(MongoFilters.Unchanged(document), DocumentDifference.Between(document.Bson, next.Bson));
    }

    private async Task<bool> TryUpdateAsync(WorkspaceDocument seen, WorkspaceDocument next, CancellationToken ct)
    {
        var update = DocumentDifference.Between(seen.Bson, next.Bson);
        return (await database.Workspaces.UpdateOneAsync(MongoFilters.Unchanged(seen), update, options: null, ct)).MatchedCount > 0;
    }

    private async Task<WorkspaceDocument?> LoadAsync(WorkspaceId id, CancellationToken ct)
    {
        FilterDefinition<RawBsonDocument> byId = MongoFilters.Id(id.Value);
        using var raw = await database.RawWorkspaces.Find(byId).FirstOrDefaultAsync(ct);
        return raw is null ? null : unreadable.Read(id.Value, () => WorkspaceDocument.From(raw));
    }

    private async Task<List<Found>> FindAsync(FilterDefinition<RawBsonDocument> filter, SortDefinition<RawBsonDocument> order, int limit, CancellationToken ct)
    {
        var found = new List<Found>();
        foreach (var raw in await database.RawWorkspaces.Find(filter).Sort(order).Limit(limit).ToListAsync(ct))
        {
            using (raw)
            {
                var id = raw["_id"].AsObjectId;
                found.Add(new Found(id, unreadable.TryRead(id.ToString(), () => WorkspaceDocument.From(raw))));
            }
        }

        return found;
    }

    private static IEnumerable<ObjectId> Ids(IEnumerable<string> ids) => ids.Select(ObjectId.Parse);

    private static IEnumerable<Workspace> Readable(IEnumerable<Found> found) =>
        found.Select(one => one.Document).OfType<WorkspaceDocument>().Select(document => document.Workspace);

    private static Dictionary<T, long> CountBy<T>(IEnumerable<BsonDocument> groups, string member)
        where T : struct, Enum =>
        (from one in groups
         let value = Words.Parse<T>(one.Inner("_id")?.Text(member))
         where value is not null
         group one.Whole("n") ?? 0 by value.Value).ToDictionary(counts => counts.Key, counts => counts.Sum());

    /// <param name="Document">Null when it cannot be understood.</param>
    private readonly record struct Found(ObjectId Id, WorkspaceDocument? Document);
}
