using MediatR;
using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Videos.Open;

/// <summary>Where the bytes of a video can be had this moment: our file, else the remote link while it lives, else the truth about why not.</summary>
public sealed record OpenContent(WorkspaceId WorkspaceId) : IRequest<Result<ContentPlace>>;

public abstract record ContentPlace
{
    private ContentPlace() { }

    public sealed record Local(StoredFile File) : ContentPlace;

    public sealed record Remote(RemoteLink Link) : ContentPlace;
}

internal sealed class OpenContentHandler(IWorkspaceRepository workspaces, IVideoArchive archive, TimeProvider clock)
    : IRequestHandler<OpenContent, Result<ContentPlace>>
{
    public async Task<Result<ContentPlace>> Handle(OpenContent query, CancellationToken ct)
    {
        if (await workspaces.FindAsync(query.WorkspaceId, ct) is not { } workspace) return new NotFound("workspace");
        if (workspace.Video is not { } video) return new NotFound("video");

        var now = clock.Now();
        if (video.File is { } file)
        {
            if (archive.IsPresent(file)) return new ContentPlace.Local(file);

            // It vanished from the disk: the record says so, and falls back.
            var noted = await workspaces.ChangeAsync(
                workspace.Id, w => w.Video?.File?.Path == file.Path ? w.LoseFile(Lost, now) : w, CancellationToken.None);
            if (!noted.TryGet(out workspace, out var error)) return error;
            video = workspace.Video!;
        }

        if (video.StorageAt(now) is VideoStorage.Remote)
        {
            // Whoever looks at it wants it: its fetch goes first.
            if (video.Status is VideoStatus.Completed)
                _ = await workspaces.ChangeAsync(workspace.Id, w => w.FetchAgain(FileNames.Stem(w.Id, now), null, now), CancellationToken.None);
            return new ContentPlace.Remote(video.Link!);
        }

        return video.Status is VideoStatus.Expired or VideoStatus.Completed ? new VideoExpired() : new VideoNotStored(video.Status);
    }

    private static Problem Lost => new("file_missing", "The stored file is no longer on the disk.");
}
