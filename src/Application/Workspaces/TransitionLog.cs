using Microsoft.Extensions.Logging;
using VideoPlatform.Application.Work;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Workspaces;

/// <summary>One structured event for every transition of a video.</summary>
internal sealed partial class TransitionLog(ILogger<TransitionLog> log) : IChangeListener
{
    public void Changed(Workspace? before, Workspace? after)
    {
        if (after?.Video is not { } video || (before?.Video?.Status == video.Status && before.Video.RequestedAt == video.RequestedAt)) return;

        var attempt = video.State switch
        {
            VideoState.Queued q => q.Attempts,
            VideoState.Downloading d => d.Attempts,
            VideoState.Unsettled u => u.Looks,
            _ => 0,
        };
        LogTransition(after.Id, before?.Video?.Status.Word() ?? "none", video.Status.Word(), video.Problem?.Code ?? "none", attempt, video.State.Task?.Id);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Video of {WorkspaceId}: {From} -> {To}, reason {Reason}, attempt {Attempt}, task {TaskId}")]
    private partial void LogTransition(WorkspaceId workspaceId, string from, string to, string reason, int attempt, string? taskId);
}
