using MediatR;
using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Videos.Cancel;

/// <summary>Stops a video: at once while it is queued; by the provider's leave while it is processed.</summary>
public sealed record CancelVideo(WorkspaceId WorkspaceId) : IRequest<Result<VideoView>>;

internal sealed class CancelVideoHandler(IWorkspaceRepository workspaces, IVideoProvider provider, WorkspaceViews views, TimeProvider clock)
    : IRequestHandler<CancelVideo, Result<VideoView>>
{
    public async Task<Result<VideoView>> Handle(CancelVideo command, CancellationToken ct)
    {
        if (await workspaces.FindAsync(command.WorkspaceId, ct) is not { } workspace) return new NotFound("workspace");

        var cancelled = workspace.Video?.State is VideoState.Processing processing
            ? await AskProvider(workspace.Id, processing.Paid, ct)
            : await workspaces.ChangeAsync(workspace.Id, w => w.Change(v => v.CancelQueued(clock.Now()), clock.Now()), ct);
        return cancelled.Then<VideoView>(w => views.Of(w.Id, w.Video!, withHistory: false));
    }

    private async Task<Result<Workspace>> AskProvider(WorkspaceId id, ProviderTask task, CancellationToken ct) =>
        await provider.CancelAsync(task, ct) switch
        {
            CancelAnswer.Accepted => await workspaces.ChangeAsync(id, w => w.Change(v => Cancelled(v, task), clock.Now()), CancellationToken.None),
            CancelAnswer.Refused r => new NotCancellable($"The provider goes on with the task, which stays billable; the video will be kept. {r.Problem.Message}"),
            CancelAnswer.Silent s => new ProviderUnavailable($"The provider did not answer: {s.Problem.Message}", s.RetryAfter),
            var other => throw new System.Diagnostics.UnreachableException(other.ToString()),
        };

    /// <summary>The answer may come late: a poll has learned it first, or the video has been asked for again since and has another task, which goes on.</summary>
    private Result<Video> Cancelled(Video video, ProviderTask task) => (video.State.Task?.Id == task.Id, video.Status) switch
    {
        (false, _) => new VersionConflict("The task was cancelled; the video has been asked for again since."),
        (true, VideoStatus.Cancelled) => video,
        _ => video.TaskCancelled(clock.Now()),
    };
}
