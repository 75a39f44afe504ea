using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Application.Work;

/// <summary>The kinds of background step. Each status that is not terminal belongs to exactly one lane.</summary>
public enum WorkLane
{
    /// <summary><c>queued</c>; the oldest request first.</summary>
    Submit,

    /// <summary><c>submitting</c> (whose worker died) and <c>unsettled</c>; the longest due first.</summary>
    Settle,

    /// <summary><c>processing</c>; the longest due first.</summary>
    Poll,

    /// <summary><c>downloading</c>; the earliest deadline first, an unknown one before all.</summary>
    Download,
}

public static class WorkLanes
{
    public static IReadOnlyList<WorkLane> All { get; } = Enum.GetValues<WorkLane>();

    public static WorkLane? LaneOf(VideoStatus status) => status switch
    {
        VideoStatus.Queued => WorkLane.Submit,
        VideoStatus.Submitting or VideoStatus.Unsettled => WorkLane.Settle,
        VideoStatus.Processing => WorkLane.Poll,
        VideoStatus.Downloading => WorkLane.Download,
        _ => null,
    };
}

/// <param name="Model">Only requests for this model (the submit lane).</param>
/// <param name="Until">When the claim runs out.</param>
public sealed record ClaimQuery(WorkLane Lane, DateTimeOffset Now, DateTimeOffset Until, int Limit, string? Model = null);
