namespace VideoPlatform.Application.Work;

/// <summary>How long to wait before another try: doubling, capped, with jitter, so that many waiters do not come back together.</summary>
public static class Backoff
{
    /// <param name="failures">Tries that failed before the last one; 0 gives <paramref name="first"/>.</param>
    /// <param name="atLeast">What the other side asked for (<c>Retry-After</c>); at most an hour of it is honoured.</param>
    public static TimeSpan Delay(int failures, TimeSpan first, TimeSpan longest, TimeSpan? atLeast = null)
    {
        var doubled = first * Math.Pow(2, Math.Min(failures, 30));
        var delay = Jitter(doubled < longest ? doubled : longest);
        if (atLeast is not { } asked) return delay;

        var honoured = asked < TimeSpan.FromHours(1) ? asked : TimeSpan.FromHours(1);
        return honoured > delay ? honoured : delay;
    }

    /// <summary>90 to 110 per cent.</summary>
    public static TimeSpan Jitter(TimeSpan delay) => delay * (0.9 + (0.2 * Random.Shared.NextDouble()));
}
