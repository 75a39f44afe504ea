using System.Collections.Concurrent;
using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Application.Work;

/// <summary>
/// Whether requests may go to the provider now. Throttling closes it for one model and a while; a refused account (key, bill, permission)
/// closes it for all. When the time is over one request is let through to see; the first yes opens it again.
/// Kept in memory: another process, or the next start, learns it from its own first request.
/// </summary>
public sealed class QueueGate(TimeProvider clock)
{
    private static readonly TimeSpan firstThrottle = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan longestThrottle = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan firstBlock = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan longestBlock = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, Closure> throttled = new(StringComparer.Ordinal);
    private volatile Closure? blocked;

    /// <summary>Why the whole queue stands still, or null.</summary>
    public Problem? StoppedBecause => blocked?.Problem;

    /// <summary>How many requests for the model may be tried now, of <paramref name="wanted"/>.</summary>
    public int Admits(string model, int wanted)
    {
        var closure = blocked ?? throttled.GetValueOrDefault(model);
        if (closure is null) return wanted;
        return closure.Until > clock.GetUtcNow() ? 0 : Math.Min(wanted, 1);
    }

    /// <summary>When the model's next request may be tried, if that is not now.</summary>
    public DateTimeOffset? OpensAt(string model) => (blocked ?? throttled.GetValueOrDefault(model))?.Until;

    /// <summary>The provider took a request.</summary>
    public void Accepted(string model)
    {
        blocked = null;
        throttled.TryRemove(model, out _);
    }

    /// <summary>Too many requests for this model.</summary>
    /// <returns>When to try again.</returns>
    public DateTimeOffset Throttled(string model, Problem problem, TimeSpan? retryAfter) => throttled.AddOrUpdate(
        model,
        _ => Close(problem, 1, retryAfter, firstThrottle, longestThrottle),
        (_, before) => Close(problem, before.Times + 1, retryAfter, firstThrottle, longestThrottle)).Until;

    /// <summary>The account is refused.</summary>
    /// <returns>When to try again.</returns>
    public DateTimeOffset Blocked(Problem problem)
    {
        var closure = Close(problem, (blocked?.Times ?? 0) + 1, null, firstBlock, longestBlock);
        blocked = closure;
        return closure.Until;
    }

    private Closure Close(Problem problem, int times, TimeSpan? retryAfter, TimeSpan first, TimeSpan longest) =>
        new(problem, times, clock.Now() + Backoff.Delay(times - 1, first, longest, retryAfter));

    private sealed record Closure(Problem Problem, int Times, DateTimeOffset Until);
}
