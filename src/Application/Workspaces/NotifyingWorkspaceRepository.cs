using VideoPlatform.Application.Work;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Workspaces;

/// <summary>Tells the listeners of every change that was stored through it; the records themselves are kept by <paramref name="records"/>.</summary>
public sealed class NotifyingWorkspaceRepository(IWorkspaceRepository records, IEnumerable<IChangeListener> listeners) : IWorkspaceRepository
{
    private readonly IChangeListener[] listeners = [.. listeners];

    public async Task<bool> AddAsync(Workspace workspace, CancellationToken ct)
    {
        var added = await records.AddAsync(workspace, ct);
        if (added) Tell(null, workspace);
        return added;
    }

    public async Task<Result<Workspace>> ChangeAsync(WorkspaceId id, Func<Workspace, Result<Workspace>> change, CancellationToken ct)
    {
        Workspace? before = null;
        var result = await records.ChangeAsync(id, workspace => change(before = workspace), ct);
        if (result.TryGet(out var after, out _) && !ReferenceEquals(before, after)) Tell(before, after);
        return result;
    }

    public async Task<Result<Workspace>> DeleteAsync(WorkspaceId id, Func<Workspace, Error?> refuses, CancellationToken ct)
    {
        var result = await records.DeleteAsync(id, refuses, ct);
        if (result.TryGet(out var deleted, out _)) Tell(deleted, null);
        return result;
    }

    public Task<Workspace?> FindAsync(WorkspaceId id, CancellationToken ct) => records.FindAsync(id, ct);

    public Task<WorkspacePage> ListAsync(WorkspaceFilter filter, CancellationToken ct) => records.ListAsync(filter, ct);

    public IAsyncEnumerable<Workspace> ScanAsync(ScanFilter filter, CancellationToken ct) => records.ScanAsync(filter, ct);

    public Task<IReadOnlyList<Workspace>> ClaimAsync(ClaimQuery query, CancellationToken ct) => records.ClaimAsync(query, ct);

    public Task<bool> RenewAsync(WorkspaceId id, Guid token, DateTimeOffset until, CancellationToken ct) => records.RenewAsync(id, token, until, ct);

    public Task<DateTimeOffset?> NextDueAsync(WorkLane lane, CancellationToken ct) => records.NextDueAsync(lane, ct);

    public Task<IReadOnlyList<string>> ListWaitingModelsAsync(DateTimeOffset now, CancellationToken ct) => records.ListWaitingModelsAsync(now, ct);

    public Task<IReadOnlyDictionary<string, int>> CountInFlightAsync(DateTimeOffset since, CancellationToken ct) => records.CountInFlightAsync(since, ct);

    public Task<WorkspaceCounts> CountAsync(DateTimeOffset now, DateTimeOffset riskBefore, CancellationToken ct) => records.CountAsync(now, riskBefore, ct);

    public Task<IReadOnlyList<Workspace>> ListChangedAsync(DateTimeOffset since, int limit, CancellationToken ct) => records.ListChangedAsync(since, limit, ct);

    public Task<IReadOnlySet<string>> FindKnownTasksAsync(IReadOnlyCollection<string> taskIds, CancellationToken ct) => records.FindKnownTasksAsync(taskIds, ct);

    public Task PingAsync(CancellationToken ct) => records.PingAsync(ct);

    private void Tell(Workspace? before, Workspace? after)
    {
        foreach (var listener in listeners) listener.Changed(before, after);
    }
}
