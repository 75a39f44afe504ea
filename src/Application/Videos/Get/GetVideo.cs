using MediatR;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Videos.Get;

/// <summary>The video of one workspace, with its history.</summary>
public sealed record GetVideo(WorkspaceId WorkspaceId) : IRequest<Result<VideoView>>;

internal sealed class GetVideoHandler(IWorkspaceRepository workspaces, WorkspaceViews views) : IRequestHandler<GetVideo, Result<VideoView>>
{
    public async Task<Result<VideoView>> Handle(GetVideo query, CancellationToken ct)
    {
        if (await workspaces.FindAsync(query.WorkspaceId, ct) is not { } workspace) return new NotFound("workspace");
        return workspace.Video is { } video ? views.Of(workspace.Id, video, withHistory: true) : new NotFound("video");
    }
}
