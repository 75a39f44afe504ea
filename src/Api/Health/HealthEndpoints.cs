using System.Text.Json.Serialization;
using MediatR;
using VideoPlatform.Api.Problems;
using VideoPlatform.Api.Security;
using VideoPlatform.Application.Pictures;
using VideoPlatform.Application.Stats;
using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Infrastructure.Archive;

namespace VideoPlatform.Api.Health;

/// <param name="Status"><c>ok</c>, <c>degraded</c> (it serves, but something stands still) or <c>failing</c>.</param>
/// <param name="Parts">What is wrong, by part: <c>database</c>, <c>storage</c>, <c>queue</c>. Absent when all is well.</param>
public sealed record HealthBody(string Status, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, string>? Parts = null);

internal static partial class HealthEndpoints
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(5);

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/health/live", ["GET", "HEAD"], () => Results.Json(new HealthBody("ok"), ApiJson.Default.HealthBody)).OpenToAll()
            .WithTags("Health").WithName("IsAlive").WithSummary("The process answers").Produces<HealthBody>();
        routes.MapMethods("/health/ready", ["GET", "HEAD"], Ready).OpenToAll()
            .WithTags("Health").WithName("IsReady").WithSummary("Database and storage can be used; says what stands still").Produces<HealthBody>().Produces<HealthBody>(503);
        routes.MapGet("/api/stats", async (IMediator mediator, CancellationToken ct) =>
                (await mediator.Send(new GetStats(), ct)).Match(stats => Results.Json(stats, ApiJson.Default.StatsView), ProblemMapping.ToProblem)).Needs(Role.Reader)
            .WithTags("Health").WithName("GetStats").WithSummary("Counts, bytes, videos at risk, the queue").Produces<StatsView>();
    }

    private static async Task<IResult> Ready(
        IWorkspaceRepository workspaces, StorageRoot storage, IStorageSpace space, QueueGate gate, TimeProvider clock, ILoggerFactory logs, CancellationToken ct)
    {
        var failing = new Dictionary<string, string>(StringComparer.Ordinal);
        var degraded = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            await workspaces.PingAsync(ct).WaitAsync(patience, clock, ct);
        }
        catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)   // whatever it is, the database cannot be used
        {
            LogNoDatabase(logs.CreateLogger("VideoPlatform.Api.Health"), e);
            failing["database"] = "It does not answer.";
        }

        if (!storage.IsUsable()) failing["storage"] = "The folder is gone, or cannot be written.";
        else if (!space.HasRoom) degraded["storage"] = "Nearly full: nothing new is begun.";
        if (gate.StoppedBecause is { } problem) degraded["queue"] = $"{problem.Code}: {problem.Message}";

        return failing.Count > 0
            ? Results.Json(new HealthBody("failing", failing.Concat(degraded.Where(d => !failing.ContainsKey(d.Key))).ToDictionary(p => p.Key, p => p.Value)), ApiJson.Default.HealthBody, statusCode: 503)
            : Results.Json(degraded.Count > 0 ? new HealthBody("degraded", degraded) : new HealthBody("ok"), ApiJson.Default.HealthBody);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database does not answer")]
    private static partial void LogNoDatabase(ILogger log, Exception e);
}
