namespace VideoPlatform.Infrastructure.Records;

/// <summary>Old notes go when a new one comes, at most once an hour: no timer wakes an idle service.</summary>
internal sealed class IdempotencySweep(TimeProvider clock)
{
    // Twice what the port promises, so that no clock that is a little off can break the promise.
    private static readonly TimeSpan kept = TimeSpan.FromHours(48);
    private static readonly TimeSpan pause = TimeSpan.FromHours(1);

    private long next;

    /// <returns>True for one caller an hour, who removes what is older than <paramref name="olderThan"/>.</returns>
    public bool IsDue(out DateTimeOffset olderThan)
    {
        var now = clock.GetUtcNow();
        olderThan = now - kept;
        var seen = Interlocked.Read(ref next);
        return now.UtcTicks >= seen && Interlocked.CompareExchange(ref next, (now + pause).UtcTicks, seen) == seen;
    }
}
