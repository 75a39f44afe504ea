using Prometheus;
using VideoPlatform.Application.Work;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Api.Metrics;

/// <summary>Counts the transitions of videos for <c>GET /metrics</c>.</summary>
internal sealed class TransitionMetrics : IChangeListener
{
    private static readonly Counter transitions = Prometheus.Metrics.CreateCounter(
        "videoplatform_transitions_total", "Transitions of videos, by the status they left and the one they reached.", "from", "to");

    private static readonly Counter archivedBytes = Prometheus.Metrics.CreateCounter(
        "videoplatform_archived_bytes_total", "Bytes of videos that were stored and proven by this process.");

    public void Changed(Workspace? before, Workspace? after)
    {
        if (after?.Video is not { } video || before?.Video?.Status == video.Status) return;

        transitions.WithLabels(before?.Video?.Status.Word() ?? "none", video.Status.Word()).Inc();
        if (video is { Status: VideoStatus.Completed, File.Size: { } size }) archivedBytes.Inc(size);
    }
}
