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
    private static readonly TimeSpan firstBlock = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan longestBlock = TimeSpan.FromMinutes(10);

    // As long as the one that was let through is under way, no other follows it.
    private static readonly TimeSpan probe = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly Dictionary<string, Closure> throttled = new(StringComparer.Ordinal);
    private Closure? blocked;

    /// <summary>Why the whole queue stands still, or null.</summary>
    public Problem? StoppedBecause
    {
        get { lock (gate) return blocked?.Problem; }
    }

    /// <summary>How many requests for the model may be tried now, of <paramref name="wanted"/>.</summary>
    public int Admits(string model, int wanted)
    {
        lock (gate)
        {
            if (Later(blocked, throttled.GetValueOrDefault(model)) is not { } closure) return wanted;

            var now = clock.GetUtcNow();
            if (wanted <= 0 || closure.Until > now || (closure.ProbedAt is { } probed && now - probed < probe && probed <= now)) return 0;
            closure.ProbedAt = now;
            return 1;
        }
    }

    /// <summary>The provider took a request.</summary>
    public void Accepted(string model)
    {
        lock (gate)
        {
            blocked = null;
            throttled.Remove(model);
        }
    }

    /// <summary>Too many requests for this model.</summary>
    /// <returns>When to try again.</returns>
    public DateTimeOffset Throttled(string model, Problem problem, TimeSpan? retryAfter)
    {
        lock (gate) return (throttled[model] = Close(throttled.GetValueOrDefault(model), problem, retryAfter, firstThrottle, longestThrottle)).Until;
    }

    /// <summary>The account is refused.</summary>
    /// <returns>When to try again.</returns>
    public DateTimeOffset Blocked(Problem problem)
    {
        lock (gate) return (blocked = Close(blocked, problem, null, firstBlock, longestBlock)).Until;
    }

    // A refusal of the account that has run out does not open what the model is throttled for.
    private static Closure? Later(Closure? one, Closure? other) => one is null || other?.Until > one.Until ? other : one;

    // Requests that were under way together are refused together: that is one refusal, and only one more after the pause makes the pause longer.
    private Closure Close(Closure? before, Problem problem, TimeSpan? retryAfter, TimeSpan first, TimeSpan longest)
    {
        var now = clock.Now();
        var times = before is null ? 1 : before.Until > now ? before.Times : before.Times + 1;
        var until = now + Backoff.Delay(times - 1, first, longest, retryAfter);
        return new Closure(problem, times, before?.Until > until ? before.Until : until);
    }

    private sealed record Closure(Problem Problem, int Times, DateTimeOffset Until)
    {
        public DateTimeOffset? ProbedAt { get; set; }
    }
}
