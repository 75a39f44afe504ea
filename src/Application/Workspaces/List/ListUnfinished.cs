using MediatR;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Workspaces.List;

/// <summary>What a live connection starts with: every workspace whose video is not terminal, or the one that is asked for.</summary>
public sealed record ListUnfinished(WorkspaceId? Only) : IRequest<Result<WorkspaceListView>>;

internal sealed class ListUnfinishedHandler(IWorkspaceRepository workspaces, WorkspaceViews views)
    : IRequestHandler<ListUnfinished, Result<WorkspaceListView>>
{
    public async Task<Result<WorkspaceListView>> Handle(ListUnfinished query, CancellationToken ct)
    {
        var items = new List<WorkspaceView>();
        if (query.Only is { } id)
        {
            if (await workspaces.FindAsync(id, ct) is { } one) items.Add(views.Of(one));
        }
        else
        {
            await foreach (var workspace in workspaces.ScanAsync(new ScanFilter(Unfinished: true), ct)) items.Add(views.Of(workspace));
        }

        return new WorkspaceListView(items, null);
    }
}
