using VideoPlatform.Application.Work;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Workspaces;

/// <summary>
/// The records: one document a workspace, its video and its place in the work queue inside it. Nobody writes between the reading and the writing
/// of a change, and every write is durable when the call returns; only a claim may be taken back by a power cut that ends its holder too. Members of a document that we do not know survive every write.
/// </summary>
public interface IWorkspaceRepository
{
    /// <summary>Stores a new workspace.</summary>
    /// <returns>False, with nothing written, when the id is taken.</returns>
    Task<bool> AddAsync(Workspace workspace, CancellationToken ct);

    Task<Workspace?> FindAsync(WorkspaceId id, CancellationToken ct);

    /// <summary>Loads, changes and stores as one step. The change must be quick and pure: others wait for it, or it is asked again when another writer was faster.</summary>
    /// <returns>The workspace as stored; the change's error; or <see cref="NotFound"/>. A change that returns its argument writes nothing.</returns>
    Task<Result<Workspace>> ChangeAsync(WorkspaceId id, Func<Workspace, Result<Workspace>> change, CancellationToken ct);

    /// <summary>Removes a workspace unless <paramref name="refuses"/> has a reason against it as it stands at that moment.</summary>
    /// <returns>The workspace as it last was.</returns>
    Task<Result<Workspace>> DeleteAsync(WorkspaceId id, Func<Workspace, Error?> refuses, CancellationToken ct);

    /// <summary>One page, newest id first, from an index; stable while others insert.</summary>
    Task<WorkspacePage> ListAsync(WorkspaceFilter filter, CancellationToken ct);

    /// <summary>Every workspace in ascending id order, read in bounded pieces; one that changes meanwhile appears once, as it is when it is read.</summary>
    IAsyncEnumerable<Workspace> ScanAsync(ScanFilter filter, CancellationToken ct);

    /// <summary>Takes up to <see cref="ClaimQuery.Limit"/> due steps for this caller, in the lane's order. No two callers get the same one.</summary>
    /// <returns>The workspaces with their new lease.</returns>
    Task<IReadOnlyList<Workspace>> ClaimAsync(ClaimQuery query, CancellationToken ct);

    /// <summary>Extends a running claim without a new version.</summary>
    /// <returns>False when the claim is no longer ours.</returns>
    Task<bool> RenewAsync(WorkspaceId id, Guid token, DateTimeOffset until, CancellationToken ct);

    /// <summary>When the lane's next step is due: past, future, or null when it has none. From an index.</summary>
    Task<DateTimeOffset?> NextDueAsync(WorkLane lane, CancellationToken ct);

    /// <summary>Models with queued requests that are due, each with the time of its oldest request.</summary>
    Task<IReadOnlyList<string>> ListWaitingModelsAsync(DateTimeOffset now, CancellationToken ct);

    /// <summary>By model: videos in <c>submitting</c>, <c>processing</c>, or <c>unsettled</c> whose submit was not before <paramref name="since"/>.</summary>
    Task<IReadOnlyDictionary<string, int>> CountInFlightAsync(DateTimeOffset since, CancellationToken ct);

    /// <summary>Counts for <c>GET /api/stats</c>, from indexes.</summary>
    Task<WorkspaceCounts> CountAsync(DateTimeOffset now, DateTimeOffset riskBefore, CancellationToken ct);

    /// <summary>Workspaces whose visible change is not older than <paramref name="since"/>, oldest change first: how processes on one database hear of each other.</summary>
    Task<IReadOnlyList<Workspace>> ListChangedAsync(DateTimeOffset since, int limit, CancellationToken ct);

    /// <summary>Which of these provider tasks some record knows.</summary>
    Task<IReadOnlySet<string>> FindKnownTasksAsync(IReadOnlyCollection<string> taskIds, CancellationToken ct);

    /// <summary>Whether the database answers; throws when it does not.</summary>
    Task PingAsync(CancellationToken ct);
}

/// <param name="Limit">1 to 200.</param>
/// <param name="Before">Only ids smaller than this: the cursor.</param>
public sealed record WorkspaceFilter(int Limit, WorkspaceId? Before, VideoStatus? Status, VideoStorage? Storage, DateTimeOffset Now);

/// <param name="Next">Where the next page begins; null on the last one.</param>
public sealed record WorkspacePage(IReadOnlyList<Workspace> Items, WorkspaceId? Next);

/// <param name="Unfinished">Only workspaces whose video is not terminal.</param>
public sealed record ScanFilter(bool Unfinished = false);

/// <param name="AtRisk">Remote only, and the link dies before the given time or at an unknown one, or the fetch is failing.</param>
/// <param name="StoredBytes">Sum of the sizes of our files.</param>
public sealed record WorkspaceCounts(
    IReadOnlyDictionary<VideoStatus, long> ByStatus, IReadOnlyDictionary<VideoStorage, long> ByStorage, long AtRisk, long StoredBytes);
