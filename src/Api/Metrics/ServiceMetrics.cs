using System.Collections.Concurrent;
using System.Diagnostics;
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
        new HistogramConfiguration { Buckets = Histogram.ExponentialBuckets(0.001, 2, 16), ExemplarBehavior = ExemplarBehavior.NoExemplars() });

    public static void UseRequestMetrics(this IApplicationBuilder app)
    {
        // A request finds its place by what does not change between requests; the library's own middleware writes out the labels for each.
        var places = new ConcurrentDictionary<(Endpoint? Endpoint, string Method, int Class), Histogram.Child>();
        app.Use(async (HttpContext http, RequestDelegate next) =>
        {
            var begun = Stopwatch.GetTimestamp();
            int? broken = null;
            try
            {
                await next(http);
            }
            catch (Exception e)
            {
                broken = StatusOf(e, http);
                throw;
            }
            finally
            {
                places.GetOrAdd((http.GetEndpoint(), http.Request.Method, (broken ?? http.Response.StatusCode) / 100), PlaceOf).Observe(Stopwatch.GetElapsedTime(begun).TotalSeconds);
            }
        });
    }

    // The answer to it is only written further out.
    private static int StatusOf(Exception e, HttpContext http) => e switch
    {
        BadHttpRequestException bad => bad.StatusCode,
        _ when http.RequestAborted.IsCancellationRequested => StatusCodes.Status499ClientClosedRequest,
        _ => StatusCodes.Status500InternalServerError,
    };

    private static Histogram.Child PlaceOf((Endpoint? Endpoint, string Method, int Class) key) =>
        duration.WithLabels($"{key.Class}xx", key.Method, (key.Endpoint as RouteEndpoint)?.RoutePattern.RawText ?? "");

    public static void MapServiceMetrics(this IEndpointRouteBuilder routes)
    {
        Prometheus.Metrics.SuppressDefaultMetrics(onlyTheProcess);
        routes.MapMetrics().WithMetadata(new HttpMethodMetadata(["GET", "HEAD"]), new RequiredRole(Role.Reader)).ExcludeFromDescription();
    }
}
