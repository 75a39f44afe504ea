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
        if (await workspaces.FindAsync(query.WorkspaceId, ct) is not { } found) return new NotFound("workspace");

        var now = clock.Now();
        if (!(await workspaces.NoticeAsync(archive, found, now)).TryGet(out var workspace, out var error)) return error;
        if (workspace.Video is not { } video) return new NotFound("video");
        if (video.File is { } file && archive.IsPresent(file)) return new ContentPlace.Local(file);

        if (video.Link?.LivesAt(now) is true)
        {
            // Whoever looks at it wants it: its fetch goes first. A storage that is gone comes back with its files.
            if (video is { Status: VideoStatus.Completed, File: null })
                _ = await workspaces.ChangeAsync(workspace.Id, w => w.FetchAgain(FileNames.Stem(w.Id, now), null, now), CancellationToken.None);
            return new ContentPlace.Remote(video.Link!);
        }

        if (video.File is not null) return new StorageGone();
        return video.Status is VideoStatus.Expired or VideoStatus.Completed ? new VideoExpired() : new VideoNotStored(video.Status);
    }
}
