using MediatR;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Workspaces.Get;

/// <summary>One workspace with its video.</summary>
public sealed record GetWorkspace(WorkspaceId Id) : IRequest<Result<WorkspaceView>>;

internal sealed class GetWorkspaceHandler(IWorkspaceRepository workspaces, WorkspaceViews views) : IRequestHandler<GetWorkspace, Result<WorkspaceView>>
{
    public async Task<Result<WorkspaceView>> Handle(GetWorkspace query, CancellationToken ct) =>
        await workspaces.FindAsync(query.Id, ct) is { } workspace ? views.Read(workspace) : new NotFound("workspace");
}
