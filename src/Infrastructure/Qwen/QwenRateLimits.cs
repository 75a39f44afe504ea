using Microsoft.Extensions.Options;
using VideoPlatform.Application.Configuration;

namespace VideoPlatform.Infrastructure.Qwen;

/// <summary>
/// The account's two token buckets, first come first served: one for submits, one that query, list and cancel share (dashscope.md section 7, "Limits").
/// A bucket holds one token, so calls are spaced evenly: a burst on top of the rate would only be throttled.
/// </summary>
internal sealed class QwenRateLimits(IOptions<QwenOptions> options)
{
    private readonly Turns submits = new(options.Value.SubmitsPerSecond, TimeProvider.System);
    private readonly Turns queries = new(options.Value.QueriesPerSecond, TimeProvider.System);

    public Task ForSubmitAsync(CancellationToken ct) => submits.TakeAsync(ct);

    public Task ForQueryAsync(CancellationToken ct) => queries.TakeAsync(ct);
}

/// <summary>
/// Hands out turns at even distances, in the order in which they are asked for. Nothing ticks while nobody waits: a limiter that refills
/// itself would wake the process twenty times a second for ever.
/// </summary>
internal sealed class Turns
{
    private readonly Lock guard = new();
    private readonly TimeProvider clock;
    private readonly long distance;
    private long next;

    /// <param name="perSecond">Above 0.</param>
    public Turns(double perSecond, TimeProvider clock)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(perSecond);
        this.clock = clock;
        distance = (long)Math.Ceiling(clock.TimestampFrequency / perSecond);
        next = clock.GetTimestamp();
    }

    /// <exception cref="OperationCanceledException">The caller left; its turn goes to nobody, unless it was the last in the row.</exception>
    public async Task TakeAsync(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        long turn;
        lock (guard)
        {
            turn = Math.Max(next, clock.GetTimestamp());
            next = turn + distance;
        }

        try
        {
            // Timers count whole milliseconds and cut the rest off: never early.
            for (TimeSpan left; (left = clock.GetElapsedTime(clock.GetTimestamp(), turn)) > TimeSpan.Zero;)
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), clock, ct);
        }
        catch (OperationCanceledException)
        {
            lock (guard)
            {
                if (next == turn + distance) next = turn;
            }

            throw;
        }
    }
}
