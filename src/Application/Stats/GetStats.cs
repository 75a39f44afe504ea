using MediatR;
using VideoPlatform.Application.Pictures;
using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Application.Stats;

/// <summary>The state of the whole library and of the queue.</summary>
public sealed record GetStats : IRequest<Result<StatsView>>;

public sealed record StatsView(VideoStatsView Videos, ByteStatsView Bytes, QueueStatsView Queue, ProviderStatsView Provider);

/// <param name="AtRisk">Remote only, and the link dies within two hours or at an unknown time, or the fetch is failing.</param>
public sealed record VideoStatsView(IReadOnlyDictionary<string, long> ByStatus, IReadOnlyDictionary<string, long> ByStorage, long AtRisk);

public sealed record ByteStatsView(long Stored, long Free);

/// <param name="State"><c>running</c>, or <c>stopped</c> while the provider refuses the account.</param>
/// <param name="Reason">The provider's code and message while the queue stands still.</param>
/// <param name="Waiting">Requests in <c>queued</c>.</param>
/// <param name="InFlight">Tasks that run or may run, by model.</param>
public sealed record QueueStatsView(string State, string? Reason, long Waiting, IReadOnlyDictionary<string, int> InFlight);

/// <param name="Sandbox">The built-in sandbox makes the videos, not the paid provider.</param>
public sealed record ProviderStatsView(bool Sandbox);

/// <summary>Which provider this process works with.</summary>
public sealed record ProviderIdentity(bool IsSandbox);

internal sealed class GetStatsHandler(
    IWorkspaceRepository workspaces, IStorageSpace space, QueueGate gate, ProviderIdentity provider, TimeProvider clock) : IRequestHandler<GetStats, Result<StatsView>>
{
    public async Task<Result<StatsView>> Handle(GetStats query, CancellationToken ct)
    {
        var now = clock.Now();
        var counts = await workspaces.CountAsync(now, now + Schedule.AtRisk, ct);
        var running = await workspaces.CountInFlightAsync(now - Schedule.LongestRun, ct);
        var stopped = gate.StoppedBecause;
        return new StatsView(
            new VideoStatsView(
                counts.ByStatus.Where(c => c.Value > 0).ToDictionary(c => c.Key.Word(), c => c.Value, StringComparer.Ordinal),
                counts.ByStorage.Where(c => c.Value > 0).ToDictionary(c => c.Key.Word(), c => c.Value, StringComparer.Ordinal),
                counts.AtRisk),
            new ByteStatsView(counts.StoredBytes, space.FreeBytes),
            new QueueStatsView(
                stopped is null ? "running" : "stopped",
                stopped is null ? null : $"{stopped.Code}: {stopped.Message}",
                counts.ByStatus.GetValueOrDefault(VideoStatus.Queued),
                running),
            new ProviderStatsView(provider.IsSandbox));
    }
}
