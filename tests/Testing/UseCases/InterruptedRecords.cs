using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Testing.UseCases;

/// <summary>The records, with somebody else who is quicker: what a test hands in happens right before the next write, after the next read, or after the next search for known tasks.</summary>
public sealed class InterruptedRecords(IWorkspaceRepository records) : IWorkspaceRepository
{
    private readonly Queue<Func<Task>> beforeChanges = new();
    private readonly Queue<Func<Task>> afterReads = new();
    private readonly Queue<Func<Task>> afterSearches = new();

    public void BeforeNextChange(Func<Task> step) => beforeChanges.Enqueue(step);

    public void AfterNextRead(Func<Task> step) => afterReads.Enqueue(step);

    public void AfterNextTaskSearch(Func<Task> step) => afterSearches.Enqueue(step);

    public async Task<Result<Workspace>> ChangeAsync(WorkspaceId id, Func<Workspace, Result<Workspace>> change, CancellationToken ct)
    {
        if (beforeChanges.TryDequeue(out var step)) await step();
        return await records.ChangeAsync(id, change, ct);
    }

    public async Task<Workspace?> FindAsync(WorkspaceId id, CancellationToken ct)
    {
        var found = await records.FindAsync(id, ct);
        if (afterReads.TryDequeue(out var step)) await step();
        return found;
    }

    public Task<WorkspacePage> ListAsync(WorkspaceFilter filter, CancellationToken ct) => records.ListAsync(filter, ct);

    public Task<bool> AddAsync(Workspace workspace, CancellationToken ct) => records.AddAsync(workspace, ct);

    public Task<Result<Workspace>> DeleteAsync(WorkspaceId id, Func<Workspace, Error?> refuses, CancellationToken ct) => records.DeleteAsync(id, refuses, ct);

    public IAsyncEnumerable<Workspace> ScanAsync(ScanFilter filter, CancellationToken ct) => records.ScanAsync(filter, ct);

    public Task<IReadOnlyList<Workspace>> ClaimAsync(ClaimQuery query, CancellationToken ct) => records.ClaimAsync(query, ct);

    public Task<bool> RenewAsync(WorkspaceId id, Guid token, DateTimeOffset until, CancellationToken ct) => records.RenewAsync(id, token, until, ct);

    public Task<DateTimeOffset?> NextDueAsync(WorkLane lane, CancellationToken ct) => records.NextDueAsync(lane, ct);

    public Task<IReadOnlyList<string>> ListWaitingModelsAsync(DateTimeOffset now, CancellationToken ct) => records.ListWaitingModelsAsync(now, ct);

    public Task<IReadOnlyDictionary<string, int>> CountInFlightAsync(DateTimeOffset since, CancellationToken ct) => records.CountInFlightAsync(since, ct);

    public Task<WorkspaceCounts> CountAsync(DateTimeOffset now, DateTimeOffset riskBefore, CancellationToken ct) => records.CountAsync(now, riskBefore, ct);

    public Task<IReadOnlyList<Workspace>> ListChangedAsync(DateTimeOffset since, int limit, CancellationToken ct) => records.ListChangedAsync(since, limit, ct);

    public async Task<IReadOnlySet<string>> FindKnownTasksAsync(IReadOnlyCollection<string> taskIds, CancellationToken ct)
    {
        var known = await records.FindKnownTasksAsync(taskIds, ct);
        if (afterSearches.TryDequeue(out var step)) await step();
        return known;
    }

    public Task PingAsync(CancellationToken ct) => records.PingAsync(ct);
}
