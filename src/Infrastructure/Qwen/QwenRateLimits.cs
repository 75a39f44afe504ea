using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using VideoPlatform.Application.Configuration;

namespace VideoPlatform.Infrastructure.Qwen;

/// <summary>
/// The account's two token buckets, first come first served: one for submits, one that query, list and cancel share (dashscope.md section 7, "Limits").
/// A bucket holds one token, so calls are spaced evenly: a burst on top of the rate would only be throttled.
/// </summary>
internal sealed class QwenRateLimits(IOptions<QwenOptions> options) : IDisposable
{
    private readonly TokenBucketRateLimiter submits = Bucket(options.Value.SubmitsPerSecond);
    private readonly TokenBucketRateLimiter queries = Bucket(options.Value.QueriesPerSecond);

    public Task ForSubmitAsync(CancellationToken ct) => WaitAsync(submits, ct);

    public Task ForQueryAsync(CancellationToken ct) => WaitAsync(queries, ct);

    public void Dispose()
    {
        submits.Dispose();
        queries.Dispose();
    }

    private static async Task WaitAsync(TokenBucketRateLimiter bucket, CancellationToken ct)
    {
        using var lease = await bucket.AcquireAsync(1, ct);
    }

    private static TokenBucketRateLimiter Bucket(double perSecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(perSecond);
        var tokens = Math.Max(1, (int)Math.Ceiling(perSecond / 1000));   // timers do not tick faster than each millisecond
        return new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
        {
            TokenLimit = tokens,
            TokensPerPeriod = tokens,
            ReplenishmentPeriod = TimeSpan.FromSeconds(tokens / perSecond),
            QueueLimit = int.MaxValue,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        });
    }
}
