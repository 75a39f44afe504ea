using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.CrashHost;

/// <summary>Passes a point before and after every transition that is written, after every claim, and around additions and removals.</summary>
internal sealed class TrippedRepository(IWorkspaceRepository inner, Tripwires tripwires) : IWorkspaceRepository
{
    public async Task<bool> AddAsync(Workspace workspace, CancellationToken ct)
    {
        var added = await inner.AddAsync(workspace, ct);
        if (added) tripwires.Pass(KillPoints.WorkspaceAdded);
        return added;
    }

    public async Task<Result<Workspace>> ChangeAsync(WorkspaceId id, Func<Workspace, Result<Workspace>> change, CancellationToken ct)
    {
        // A change is pure, so what it will do can be known before the writing begins: whoever is stopped here holds no lock of the database.
        if (await inner.FindAsync(id, ct) is { } seen && change(seen).TryGet(out var coming, out _) && IsTransition(seen, coming))
            tripwires.Pass(KillPoints.Writing(seen.Video?.Status, coming.Video!.Status));

        Workspace? before = null;
        var result = await inner.ChangeAsync(id, workspace => change(before = workspace), ct);
        if (result.TryGet(out var stored, out _) && before is not null && IsTransition(before, stored))
            tripwires.Pass(KillPoints.Written(before.Video?.Status, stored.Video!.Status));
        return result;
    }

    public async Task<Result<Workspace>> DeleteAsync(WorkspaceId id, Func<Workspace, Error?> refuses, CancellationToken ct)
    {
        var result = await inner.DeleteAsync(id, refuses, ct);
        if (result.TryGet(out _, out _)) tripwires.Pass(KillPoints.WorkspaceDeleted);
        return result;
    }

    public async Task<IReadOnlyList<Workspace>> ClaimAsync(ClaimQuery query, CancellationToken ct)
    {
        var claimed = await inner.ClaimAsync(query, ct);
        if (claimed.Count > 0) tripwires.Pass(KillPoints.Claimed(query.Lane.ToString().ToLowerInvariant()));
        return claimed;
    }

    public Task<Workspace?> FindAsync(WorkspaceId id, CancellationToken ct) => inner.FindAsync(id, ct);

    public Task<WorkspacePage> ListAsync(WorkspaceFilter filter, CancellationToken ct) => inner.ListAsync(filter, ct);

    public IAsyncEnumerable<Workspace> ScanAsync(ScanFilter filter, CancellationToken ct) => inner.ScanAsync(filter, ct);

    public Task<bool> RenewAsync(WorkspaceId id, Guid token, DateTimeOffset until, CancellationToken ct) => inner.RenewAsync(id, token, until, ct);

    public Task<DateTimeOffset?> NextDueAsync(WorkLane lane, CancellationToken ct) => inner.NextDueAsync(lane, ct);

    public Task<IReadOnlyList<string>> ListWaitingModelsAsync(DateTimeOffset now, CancellationToken ct) => inner.ListWaitingModelsAsync(now, ct);

    public Task<IReadOnlyDictionary<string, int>> CountInFlightAsync(DateTimeOffset since, CancellationToken ct) => inner.CountInFlightAsync(since, ct);

    public Task<WorkspaceCounts> CountAsync(DateTimeOffset now, DateTimeOffset riskBefore, CancellationToken ct) => inner.CountAsync(now, riskBefore, ct);

    public Task<IReadOnlyList<Workspace>> ListChangedAsync(DateTimeOffset since, int limit, CancellationToken ct) => inner.ListChangedAsync(since, limit, ct);

    public Task<IReadOnlySet<string>> FindKnownTasksAsync(IReadOnlyCollection<string> taskIds, CancellationToken ct) => inner.FindKnownTasksAsync(taskIds, ct);

    public Task PingAsync(CancellationToken ct) => inner.PingAsync(ct);

    private static bool IsTransition(Workspace before, Workspace after) =>
        after.Video is not null && (before.Video?.Status != after.Video.Status || before.Video.RequestedAt != after.Video.RequestedAt);
}
