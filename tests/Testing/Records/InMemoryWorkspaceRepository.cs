using System.Runtime.CompilerServices;
using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Testing.Records;

/// <summary>The records in memory, with the promises of the real ones; kept true by <see cref="WorkspaceRepositoryContract"/>.</summary>
public sealed class InMemoryWorkspaceRepository : IWorkspaceRepository
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<WorkspaceId, Workspace> records = [];
    private readonly HashSet<(WorkspaceId Id, string Task)> earlierTasks = [];

    public Task<bool> AddAsync(Workspace workspace, CancellationToken ct) => With(() => records.TryAdd(workspace.Id, workspace), ct);

    public Task<Workspace?> FindAsync(WorkspaceId id, CancellationToken ct) => With(() => records.GetValueOrDefault(id), ct);

    public Task<Result<Workspace>> ChangeAsync(WorkspaceId id, Func<Workspace, Result<Workspace>> change, CancellationToken ct) =>
        With<Result<Workspace>>(() =>
        {
            if (!records.TryGetValue(id, out var current)) return new NotFound("workspace");
            if (!change(current).TryGet(out var changed, out var error)) return error;

            return ReferenceEquals(changed, current) ? current : Store(current, changed.Stored());
        }, ct);

    public Task<Result<Workspace>> DeleteAsync(WorkspaceId id, Func<Workspace, Error?> refuses, CancellationToken ct) =>
        With<Result<Workspace>>(() =>
        {
            if (!records.TryGetValue(id, out var current)) return new NotFound("workspace");
            if (refuses(current) is { } refusal) return refusal;

            records.Remove(id);
            earlierTasks.RemoveWhere(earlier => earlier.Id == id);
            return current;
        }, ct);

    public Task<WorkspacePage> ListAsync(WorkspaceFilter filter, CancellationToken ct) => With(() =>
    {
        var found = records.Values.Reverse()
            .Where(w => filter.Before is not { } before || w.Id < before)
            .Where(w => filter.Status is null || w.Video?.Status == filter.Status)
            .Where(w => filter.Storage is null || w.Video?.StorageAt(filter.Now) == filter.Storage)
            .Take(filter.Limit + 1).ToList();
        var page = found.Take(filter.Limit).ToList();
        return new WorkspacePage(page, found.Count > filter.Limit ? page[^1].Id : null);
    }, ct);

    public async IAsyncEnumerable<Workspace> ScanAsync(ScanFilter filter, [EnumeratorCancellation] CancellationToken ct)
    {
        WorkspaceId? after = null;
        while (true)
        {
            var next = await With(() => records.Values.FirstOrDefault(w =>
                (after is not { } last || w.Id > last) && (!filter.Unfinished || w.Video?.Status.IsTerminal() == false)), ct);
            if (next is null) yield break;

            yield return next;
            after = next.Id;
        }
    }

    public Task<IReadOnlyList<Workspace>> ClaimAsync(ClaimQuery query, CancellationToken ct) => With<IReadOnlyList<Workspace>>(() =>
    {
        var due = InLane(query.Lane)
            .Where(w => w.DueAt <= query.Now && (query.Lane is not WorkLane.Submit || query.Model is null || w.Video!.Request?.Model == query.Model));
        var ordered = query.Lane switch
        {
            WorkLane.Submit => due.OrderBy(w => w.Video!.RequestedAt),
            WorkLane.Download => due.OrderBy(w => w.Video!.Link!.ExpiresAt ?? DateTimeOffset.MinValue),
            _ => due.OrderBy(w => w.DueAt),
        };
        var taken = new List<Workspace>();
        foreach (var workspace in ordered.Take(query.Limit).ToList())
        {
            if (workspace.Claim(Guid.NewGuid(), query.Now, query.Until).TryGet(out var claimed, out _)) taken.Add(Store(workspace, claimed.Stored()));
        }

        return taken;
    }, ct);

    public Task<bool> RenewAsync(WorkspaceId id, Guid token, DateTimeOffset until, CancellationToken ct) => With(() =>
    {
        if (!records.TryGetValue(id, out var current) || !current.Renew(token, until).TryGet(out var renewed, out _)) return false;

        Store(current, renewed);
        return true;
    }, ct);

    public Task<DateTimeOffset?> NextDueAsync(WorkLane lane, CancellationToken ct) => With(() => InLane(lane).Min(w => w.DueAt), ct);

    public Task<IReadOnlyList<string>> ListWaitingModelsAsync(DateTimeOffset now, CancellationToken ct) => With<IReadOnlyList<string>>(() =>
    [
        .. InLane(WorkLane.Submit).Where(w => w.DueAt <= now)
            .GroupBy(w => w.Video!.Request!.Model, StringComparer.Ordinal)
            .OrderBy(group => group.Min(w => w.Video!.RequestedAt)).ThenBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => group.Key),
    ], ct);

    public Task<IReadOnlyDictionary<string, int>> CountInFlightAsync(DateTimeOffset since, CancellationToken ct) =>
        With<IReadOnlyDictionary<string, int>>(() => records.Values
            .Where(w => w.Video is { Request: not null, State: VideoState.Submitting or VideoState.Processing or VideoState.Unsettled }
                && (w.Video.State is not VideoState.Unsettled unsettled || unsettled.Attempt.At >= since))
            .GroupBy(w => w.Video!.Request!.Model, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal), ct);

    public Task<WorkspaceCounts> CountAsync(DateTimeOffset now, DateTimeOffset riskBefore, CancellationToken ct) => With(() =>
    {
        var videos = records.Values.Select(w => w.Video).OfType<Video>().ToList();
        return new WorkspaceCounts(
            videos.GroupBy(video => video.Status).ToDictionary(group => group.Key, group => group.LongCount()),
            videos.GroupBy(video => video.StorageAt(now)).ToDictionary(group => group.Key, group => group.LongCount()),
            videos.LongCount(video => video.StorageAt(now) is VideoStorage.Remote && (video.IsFailing || !(video.Link!.ExpiresAt >= riskBefore))),
            videos.Sum(video => video.File?.Size ?? 0));
    }, ct);

    public Task<IReadOnlyList<Workspace>> ListChangedAsync(DateTimeOffset since, int limit, CancellationToken ct) => With<IReadOnlyList<Workspace>>(() =>
        [.. records.Values.Where(w => w.UpdatedAt >= since).OrderBy(w => w.UpdatedAt).ThenBy(w => w.Id).Take(limit)], ct);

    public Task<IReadOnlySet<string>> FindKnownTasksAsync(IReadOnlyCollection<string> taskIds, CancellationToken ct) => With<IReadOnlySet<string>>(() =>
    {
        var known = records.Values.Select(w => w.Video?.State.Task?.Id).Concat(earlierTasks.Select(earlier => earlier.Task)).ToHashSet(StringComparer.Ordinal);
        return taskIds.Where(known.Contains).ToHashSet(StringComparer.Ordinal);
    }, ct);

    public Task PingAsync(CancellationToken ct) => With(() => true, ct);

    private IEnumerable<Workspace> InLane(WorkLane lane) => records.Values.Where(w => w.Video is { } video && WorkLanes.LaneOf(video.Status) == lane);

    private Workspace Store(Workspace before, Workspace after)
    {
        if (before.Video?.State.Task is { } task && task.Id != after.Video?.State.Task?.Id) earlierTasks.Add((before.Id, task.Id));
        records[after.Id] = after;
        return after;
    }

    // Off the caller's thread, as with a real database: a test that forgets to await is found out.
    private async Task<T> With<T>(Func<T> work, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        await Task.Yield();
        lock (gate) return work();
    }
}
