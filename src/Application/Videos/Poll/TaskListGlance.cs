using System.Collections.Frozen;
using Microsoft.Extensions.Options;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Application.Videos.Poll;

/// <summary>
/// One reading of the provider's task list in place of many single questions, when that is cheaper (dashscope.md section 7: at 15 s polling
/// the query budget carries about 300 open tasks). It says only that a task works still; whatever else there is to know is asked for singly.
/// </summary>
internal sealed class TaskListGlance(IWorkspaceRepository workspaces, IVideoProvider provider, IOptions<QwenOptions> qwen, TimeProvider clock) : IDisposable
{
    private const int PageSize = 100;

    /// <summary>So few questions in a polling interval are not worth a list.</summary>
    private const int Few = 20;

    private readonly SemaphoreSlim reading = new(1);
    private volatile Glance last = new(null, FrozenSet<string>.Empty, 0);
    private int asked;

    /// <summary>Whether a list that was read within the last polling interval shows the task as waiting or running.</summary>
    public async Task<bool> ShowsWorking(ProviderTask task, CancellationToken ct)
    {
        Interlocked.Increment(ref asked);
        if (!IsFresh(last))
        {
            await reading.WaitAsync(ct);   // all who ask meanwhile wait for the one reading
            try
            {
                if (!IsFresh(last)) last = await Read(Interlocked.Exchange(ref asked, 0), ct);
            }
            finally
            {
                reading.Release();
            }
        }

        // The list is that of the configured endpoint; another one's tasks are not in it.
        return (task.Endpoint is null || task.Endpoint == last.Endpoint) && last.Working.Contains(task.Id);
    }

    public void Dispose() => reading.Dispose();

    private bool IsFresh(Glance glance) => glance.ReadAt != 0 && clock.GetElapsedTime(glance.ReadAt) < qwen.Value.PollInterval;

    private async Task<Glance> Read(int demand, CancellationToken ct)
    {
        var endpoint = qwen.Value.BaseUrl;
        var working = new HashSet<string>(StringComparer.Ordinal);
        if (demand < Few) return Now(FrozenSet<string>.Empty);

        // A budget that was used up says nothing about how many more would have been asked for.
        var saturated = demand >= 0.8 * qwen.Value.QueriesPerSecond * qwen.Value.PollInterval.TotalSeconds;
        var questions = saturated ? (await workspaces.CountInFlightAsync(clock.Now() - Schedule.LongestRun, ct)).Values.Sum() : demand;
        for (var page = 1; ; page++)
        {
            if (await provider.ListAsync(new TaskListQuery(null, page, PageSize), ct) is not TaskListAnswer.Page answer) return Now(FrozenSet<string>.Empty);
            if (answer.TotalPages * 2 > questions) return Now(FrozenSet<string>.Empty);

            working.UnionWith(answer.Tasks.Where(t => t.Status is "PENDING" or "RUNNING").Select(t => t.Id));
            if (page >= answer.TotalPages || answer.Tasks.Count == 0) return Now(working);
        }

        Glance Now(IReadOnlySet<string> seen) => new(endpoint, seen, clock.GetTimestamp());
    }

    /// <param name="ReadAt">A time stamp; 0: never.</param>
    private sealed record Glance(string? Endpoint, IReadOnlySet<string> Working, long ReadAt);
}
