using System.Runtime.CompilerServices;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Videos;

/// <summary>The submits of others of which nobody knows yet whether they were taken.</summary>
internal static class UndecidedSubmits
{
    private const int PageSize = 200;

    /// <summary>
    /// All of them, however many an outage has left. To see one that goes on from <c>submitting</c> to <c>unsettled</c> meanwhile, ask in that order.
    /// </summary>
    /// <param name="status"><c>submitting</c> or <c>unsettled</c>.</param>
    public static async IAsyncEnumerable<Workspace> ListUndecidedAsync(
        this IWorkspaceRepository workspaces, VideoStatus status, WorkspaceId? except, DateTimeOffset now, [EnumeratorCancellation] CancellationToken ct)
    {
        WorkspaceId? before = null;
        do
        {
            var page = await workspaces.ListAsync(new WorkspaceFilter(PageSize, before, status, null, now), ct);
            foreach (var workspace in page.Items)
                if (workspace.Id != except) yield return workspace;
            before = page.Next;
        }
        while (before is not null);
    }
}
