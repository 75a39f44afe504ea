using MediatR;
using VideoPlatform.Application.Pictures;
using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Workspaces.Delete;

/// <summary>Removes a workspace, then its files. Refused while a paid task may run.</summary>
public sealed record DeleteWorkspace(WorkspaceId Id) : IRequest<Result<Done>>;

internal sealed class DeleteWorkspaceHandler(IWorkspaceRepository workspaces, IPictureStore pictures, IVideoArchive archive)
    : IRequestHandler<DeleteWorkspace, Result<Done>>
{
    public async Task<Result<Done>> Handle(DeleteWorkspace command, CancellationToken ct)
    {
        if (!archive.IsReachable) return new StorageGone();   // the files would be back with their disk, and nobody's
        if (!(await workspaces.DeleteAsync(command.Id, w => w.RefusesDeletion(), ct)).TryGet(out var deleted, out var error)) return error;

        var gone = CancellationToken.None;   // the record is gone: a caller who leaves must not leave its files behind
        if (deleted.Video?.File is { } file) await archive.DeleteAsync(file, gone);
        if (deleted.Video?.State is VideoState.Downloading d) await archive.DiscardAsync(d.Stem, gone);
        if (deleted.Picture is { } picture) pictures.Delete(picture);
        return new Done();
    }
}
