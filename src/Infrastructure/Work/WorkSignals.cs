using System.Threading.Channels;
using VideoPlatform.Application.Videos;
using VideoPlatform.Application.Work;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Infrastructure.Work;

/// <summary>Wakes a lane the moment this process stores work for it, or has a place free for it. Other processes' work is found by the heartbeat.</summary>
internal sealed class WorkSignals : IChangeListener, IProgressListener
{
    private readonly Dictionary<WorkLane, Channel<bool>> bells = WorkLanes.All.ToDictionary(
        lane => lane, _ => Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }));

    private volatile IReadOnlyCollection<string> full = [];

    public void Changed(Workspace? before, Workspace? after)
    {
        var (from, to) = (LaneOf(before), LaneOf(after));
        if (to is { } woken && !(woken is WorkLane.Submit && full.Contains(after!.Video!.Request?.Model))) Ring(woken);

        // A task that ended, or a submit that was settled, makes room for the next request.
        if (from is WorkLane.Poll or WorkLane.Settle && from != to) Ring(WorkLane.Submit);
    }

    public void Progressed(WorkspaceId id, DownloadProgress progress)
    {
        if (progress.IsWhole) Ring(WorkLane.Download);
    }

    /// <summary>From now on a request for one of these models wakes nobody, since there is no place for it. What makes a place free does.</summary>
    /// <returns>True when a model was full until now: what was asked of it meanwhile rang no bell and has to be looked for.</returns>
    public bool Expect(IReadOnlyCollection<string> fullModels)
    {
        var before = full;
        full = fullModels;
        return before.Any(model => !fullModels.Contains(model));
    }

    public void Ring(WorkLane lane) => bells[lane].Writer.TryWrite(true);

    /// <summary>Returns when the lane's bell rings or the time is up.</summary>
    public async Task WaitAsync(WorkLane lane, TimeSpan atMost, TimeProvider clock, CancellationToken ct)
    {
        if (atMost <= TimeSpan.Zero || bells[lane].Reader.TryRead(out _)) return;

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var bell = bells[lane].Reader.WaitToReadAsync(enough.Token).AsTask();
        var first = await Task.WhenAny(bell, Task.Delay(atMost, clock, enough.Token));
        await enough.CancelAsync();
        ct.ThrowIfCancellationRequested();
        if (first == bell) bells[lane].Reader.TryRead(out _);
    }

    private static WorkLane? LaneOf(Workspace? workspace) => workspace?.Video is { } video ? WorkLanes.LaneOf(video.Status) : null;
}
