using MediatR;
using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Videos.Fetch;

/// <summary>Wants the bytes of a finished video now, again if need be. Where the link is dead the provider is asked once for a fresh one.</summary>
public sealed record FetchVideo(WorkspaceId WorkspaceId) : IRequest<Result<VideoView>>;

internal sealed class FetchVideoHandler(IWorkspaceRepository workspaces, IVideoArchive archive, IVideoProvider provider, WorkspaceViews views, TimeProvider clock)
    : IRequestHandler<FetchVideo, Result<VideoView>>
{
    public async Task<Result<VideoView>> Handle(FetchVideo command, CancellationToken ct)
    {
        if (await workspaces.FindAsync(command.WorkspaceId, ct) is not { } found) return new NotFound("workspace");
        if (!(await workspaces.NoticeAsync(archive, found, clock.Now())).TryGet(out var workspace, out var error)) return error;
        if (workspace.Video is not { } video) return new NotFound("video");
        if (video is { Status: VideoStatus.Completed, File: not null }) return new VideoExists();

        RemoteLink? fresh = null;
        if (video.Status is VideoStatus.Expired or VideoStatus.Completed && video.Link?.LivesAt(clock.Now()) is not true && video.State.Task is { } task)
        {
            switch (await provider.QueryAsync(task, ct))
            {
                case TaskAnswer.Succeeded { Link: { } link } when link.LivesAt(clock.Now()) && !(video.Link is { IsDead: true } dead && dead.Url == link.Url):
                    fresh = link;
                    break;
                case TaskAnswer.Silent silent:
                    return new ProviderUnavailable($"The provider could not be asked for a fresh link: {silent.Problem.Message}", silent.RetryAfter);
            }
        }

        var now = clock.Now();
        var queued = await workspaces.ChangeAsync(workspace.Id, w => w.FetchAgain(FileNames.Stem(w.Id, now), fresh, now), CancellationToken.None);
        return queued.Then<VideoView>(w => views.Of(w.Id, w.Video!, withHistory: false));
    }
}
