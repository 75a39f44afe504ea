using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Api.Live;

/// <summary>
/// Finds what other processes on the same database have changed, and tells this process's live connections. It looks once a second,
/// by an index, and only while somebody is connected.
/// </summary>
internal sealed partial class OtherProcesses(IWorkspaceRepository workspaces, LiveFeed feed, TimeProvider clock, ILogger<OtherProcesses> log) : BackgroundService
{
    private const int Most = 500;
    private static readonly TimeSpan every = TimeSpan.FromSeconds(1);

    // Clocks of several machines differ, and a change is stamped a moment before it is stored.
    private static readonly TimeSpan overlap = TimeSpan.FromSeconds(5);

    private readonly Dictionary<WorkspaceId, long> told = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var _ in feed.Opened.ReadAllAsync(stoppingToken))
        {
            var since = clock.Now();
            while (feed.HasListeners)
            {
                await Task.Delay(every, clock, stoppingToken);
                since = await Look(since, stoppingToken);
            }

            told.Clear();
        }
    }

    private async Task<DateTimeOffset> Look(DateTimeOffset since, CancellationToken ct)
    {
        try
        {
            for (var from = since - overlap; ;)
            {
                var changed = await workspaces.ListChangedAsync(from, Most, ct);
                foreach (var workspace in changed) Tell(workspace);
                if (changed.Count > 0 && changed[^1].UpdatedAt > since) since = changed[^1].UpdatedAt;
                if (changed.Count < Most) break;

                // A full page ends in the middle of the window; what shares one millisecond with more than a page is passed over.
                from = changed[^1].UpdatedAt > from ? changed[^1].UpdatedAt : from.AddMilliseconds(1);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)   // the host's edge: a client misses nothing for good, GET is the truth
        {
            LogFailed(e);
        }

        if (told.Count > 20 * Most) told.Clear();
        return since;
    }

    private void Tell(Workspace workspace)
    {
        if (told.TryGetValue(workspace.Id, out var version) && version >= workspace.Version) return;

        told[workspace.Id] = workspace.Version;
        feed.Changed(workspace, workspace);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Looking for changes of other processes failed")]
    private partial void LogFailed(Exception e);
}
