using MediatR;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Results;

namespace VideoPlatform.Application.Maintenance.Adopt;

/// <summary>The workspace that has a provider's task.</summary>
public sealed record FindTask(string TaskId) : IRequest<Result<WorkspaceView>>;

internal sealed class FindTaskHandler(IWorkspaceRepository workspaces, WorkspaceViews views) : IRequestHandler<FindTask, Result<WorkspaceView>>
{
    public async Task<Result<WorkspaceView>> Handle(FindTask query, CancellationToken ct)
    {
        if ((await workspaces.FindKnownTasksAsync([query.TaskId], ct)).Count == 0) return new NotFound("task in this library");

        await foreach (var workspace in workspaces.ScanAsync(new ScanFilter(Unfinished: true), ct))
            if (workspace.Video?.State.Task?.Id == query.TaskId) return views.Of(workspace);
        await foreach (var workspace in workspaces.ScanAsync(new ScanFilter(), ct))
            if (workspace.Video?.State.Task?.Id == query.TaskId) return views.Of(workspace);
        return new NotFound("task in this library, except as that of a video that was replaced");
    }
}
