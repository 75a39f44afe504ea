using MediatR;
using Microsoft.Extensions.Options;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Maintenance.Adopt;

/// <summary>Takes a paid video to its end, step by step as the service would; where a running service is at it, it only watches.</summary>
public sealed record FollowVideo(WorkspaceId WorkspaceId, IProgress<WorkspaceView> Progress) : IRequest<Result<WorkspaceView>>;

internal sealed class FollowVideoHandler(IWorkspaceRepository workspaces, IStepRunner steps, WorkspaceViews views, IOptions<WorkOptions> work, TimeProvider clock)
    : IRequestHandler<FollowVideo, Result<WorkspaceView>>
{
    private static readonly TimeSpan glance = TimeSpan.FromMilliseconds(500);

    public async Task<Result<WorkspaceView>> Handle(FollowVideo command, CancellationToken ct)
    {
        while (true)
        {
            if (await workspaces.FindAsync(command.WorkspaceId, ct) is not { Video: { } video } workspace) return new NotFound("video");

            var view = views.Of(workspace);
            command.Progress.Report(view);
            if (video.Status.IsTerminal()) return view;

            var now = clock.Now();
            var claim = Guid.NewGuid();
            var lane = WorkLanes.LaneOf(video.Status);
            var isMine = lane is WorkLane.Poll or WorkLane.Download && workspace.DueAt <= now
                && (await workspaces.ChangeAsync(workspace.Id, w => w.Claim(claim, now, now + work.Value.LeaseDuration), ct)).TryGet(out _, out _);
            if (isMine) await steps.RunAsync(lane!.Value, workspace.Id, claim, ct);
            else await Task.Delay(glance, clock, ct);
        }
    }
}
