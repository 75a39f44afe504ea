using VideoPlatform.Application.Maintenance.Library;
using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Maintenance;

/// <summary>Finds files of ours that their record does not name, proves them as far as that is possible without their sender, and has the record say so.</summary>
internal sealed class FileAdopter(ILibraryFiles files, ISidecars sidecars, IWorkspaceRepository workspaces, TimeProvider clock)
{
    /// <summary>Null while the root is there. Without it no file is found, and none is lost for that: every one will be there again with its disk.</summary>
    public Problem? StorageGone => files.HasSentinel ? null
        : new Problem("storage_gone", "The storage root does not carry its sentinel file any more: is its disk not mounted? Nothing was changed.");

    /// <summary>Whether the file that a record names is there: with the recorded size, or, where the earlier system kept none, as a video.</summary>
    public LibraryFile? FindStored(StoredFile file) =>
        files.Find(file.Path.Value) is { } found && (file.Size is { } size ? found.Size == size : files.Detect(file.Path.Value) is not null) ? found : null;

    /// <summary>The newest matching file that is a video and, where it has a sidecar, is what that says, and the record's own task's. Nothing is summed yet.</summary>
    public async Task<AdoptableFile?> FindAsync(Workspace workspace, CancellationToken ct)
    {
        foreach (var name in files.VideosOf(workspace.Id))
        {
            if (LibraryNames.SafeVideo(name) is not { } path || files.Find(name) is not { } file || files.Detect(name) is not { } container) continue;

            var read = await sidecars.ReadAsync(path, ct) as SidecarAnswer.Read;
            if (read is not null && (read.Workspace.Id != workspace.Id || read.FileName != path.FileName)) read = null;
            if (read is not null && (read.File.Size != file.Size || IsOfAnother(workspace, read.Task))) continue;

            return new AdoptableFile(path, container.ContentType, file, read?.File, read?.Task);
        }

        return null;
    }

    /// <summary>Sums the file, compares with its sidecar, describes it beside itself, and names it in the record.</summary>
    /// <returns>The workspace with the file; or why not.</returns>
    public async Task<Result<Workspace>> AdoptAsync(WorkspaceId id, AdoptableFile found, CancellationToken ct)
    {
        if (await files.SumAsync(found.Path.Value, ct) is not { } sums) return new NotFound("file");
        if (found.Told?.Sha256 is { } told && told != sums.Sha256) return new VersionConflict("The file is not the one that its sidecar describes.");
        if (await workspaces.FindAsync(id, ct) is not { } workspace) return new NotFound("workspace");
        if (IsOfAnother(workspace, found.Task)) return new VersionConflict("The file is another task's.");

        var file = new StoredFile(
            found.Path, found.ContentType, sums.Size, sums.Sha256, sums.Crc64, found.Told?.Verified, found.Told?.ArchivedAt ?? clock.Now());
        await sidecars.WriteAsync(workspace, file, ct);
        return await workspaces.ChangeAsync(id, w => Name(w, file), CancellationToken.None);
    }

    /// <summary>A replaced video's file may lie here still: its sidecar names the task that made it.</summary>
    private static bool IsOfAnother(Workspace workspace, ProviderTask? task) => task is not null && workspace.Video?.State.Task is { } own && own.Id != task.Id;

    private Result<Workspace> Name(Workspace workspace, StoredFile file)
    {
        var now = clock.Now();
        if (workspace.Lease?.Until > now) return new VersionConflict("Another worker has it.");
        if (workspace.Video is { File: { } other } && other.Path != file.Path && FindStored(other) is not null) return new VersionConflict("The record names another file.");

        return workspace.Change(video => video.FileFound(file, now), now);
    }
}

/// <param name="Told">What its sidecar says of it, if it has one.</param>
/// <param name="Task">Which task made it, if its sidecar says that.</param>
internal sealed record AdoptableFile(StoragePath Path, string ContentType, LibraryFile File, StoredFile? Told, ProviderTask? Task);
