using Prometheus;
using VideoPlatform.Api.Security;

namespace VideoPlatform.Api.Metrics;

/// <summary>
/// What <c>GET /metrics</c> tells: the duration of requests by address and status (its count is their number), the process, and what the service does.
/// </summary>
internal static class ServiceMetrics
{
    // By default the library also listens to every meter and event source of the runtime: each request pays for it, and a timer polls them while nobody asks.
    private static readonly SuppressDefaultMetricOptions onlyTheProcess = new() { SuppressMeters = true, SuppressEventCounters = true, SuppressDebugMetrics = true };

    private static readonly Histogram duration = Prometheus.Metrics.CreateHistogram(
        "http_request_duration_seconds", "The duration of HTTP requests, by address, method and status.", ["code", "method", "endpoint"],
        new HistogramConfiguration { Buckets = Histogram.ExponentialBuckets(0.001, 2, 16) });

    public static void UseRequestMetrics(this IApplicationBuilder app) => app.UseHttpMetrics(metrics =>
    {
        metrics.RequestCount.Enabled = false;
        metrics.InProgress.Enabled = false;
        metrics.RequestDuration.Histogram = duration;
        metrics.ReduceStatusCodeCardinality();
    });

    public static void MapServiceMetrics(this IEndpointRouteBuilder routes)
    {
        Prometheus.Metrics.SuppressDefaultMetrics(onlyTheProcess);
        routes.MapMetrics().WithMetadata(new HttpMethodMetadata(["GET", "HEAD"]), new RequiredRole(Role.Reader)).ExcludeFromDescription();
    }
}
