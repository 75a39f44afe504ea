using VideoPlatform.Application.Maintenance.Library;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Infrastructure.Records;

namespace VideoPlatform.Infrastructure.Maintenance;

internal sealed class RecordOwners(IWorkspaceRepository workspaces, IForeignDocuments documents) : IRecordOwners
{
    public IReadOnlyCollection<string> Unreadable => documents.Unreadable;

    public async Task<OwnerAnswer> FindAsync(WorkspaceId id, CancellationToken ct)
    {
        try
        {
            return await workspaces.FindAsync(id, ct) is { } workspace ? new OwnerAnswer.Known(workspace) : new OwnerAnswer.None();
        }
        catch (UnreadableRecordException)
        {
            return new OwnerAnswer.Unreadable();
        }
    }
}
