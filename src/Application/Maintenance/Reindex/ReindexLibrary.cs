using MediatR;
using VideoPlatform.Application.Maintenance.Library;
using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Maintenance.Reindex;

/// <summary>Rebuilds records from the videos and their sidecars alone. Records that exist are not touched; a file that a running fetch is making is left to it.</summary>
public sealed record ReindexLibrary(IReindexListener Listener) : IRequest<Result<ReindexTotals>>;

/// <param name="Rebuilt">Records that were made.</param>
/// <param name="Existing">Videos whose workspace has a record already.</param>
/// <param name="Bad">Videos of which no record could be made.</param>
public sealed record ReindexTotals(long Rebuilt, long Existing, long Bad, bool Interrupted);

/// <summary>Hears how a reindex goes on. One call at a time.</summary>
public interface IReindexListener
{
    void Rebuilt(WorkspaceId id, string path);

    void Existing(string path);

    void Bad(string path, string reason);
}

internal sealed class ReindexLibraryHandler(IWorkspaceRepository workspaces, ILibraryFiles files, ISidecars sidecars, IRecordOwners owners, IStepRunner steps, TimeProvider clock)
    : IRequestHandler<ReindexLibrary, Result<ReindexTotals>>
{
    private const string WithoutSidecar = "Rebuilt from the file alone.";

    private ReindexTotals totals = new(0, 0, 0, false);

    public async Task<Result<ReindexTotals>> Handle(ReindexLibrary command, CancellationToken ct)
    {
        try
        {
            foreach (var file in files.Enumerate())
            {
                ct.ThrowIfCancellationRequested();
                if (LibraryNames.SafeVideo(file.Path) is { } video && LibraryNames.IsVideo(file.Path)) await IndexAsync(command.Listener, video, file, ct);
                else if (LibraryNames.VideoOfSidecar(file.Path) is { } lost && files.Find(lost) is null) Bad(command.Listener, file.Path, "its video is gone");
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            totals = totals with { Interrupted = true };
        }

        return totals;
    }

    private async Task IndexAsync(IReindexListener listener, StoragePath video, LibraryFile file, CancellationToken ct)
    {
        try
        {
            if (await RebuildAsync(video, file, ct) is not { } rebuilt)
            {
                Bad(listener, file.Path, "neither a sidecar nor its name and bytes say what it is");
            }
            else if (rebuilt.Video!.File!.Size != file.Size)
            {
                Bad(listener, file.Path, $"it has {file.Size} bytes, and its sidecar says {rebuilt.Video.File.Size}");
            }
            else if (await StoreAsync(rebuilt, ct))
            {
                totals = totals with { Rebuilt = totals.Rebuilt + 1 };
                await steps.DescribeAsync(rebuilt.Id, ct);
                listener.Rebuilt(rebuilt.Id, file.Path);
            }
            else
            {
                totals = totals with { Existing = totals.Existing + 1 };
                listener.Existing(file.Path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Bad(listener, file.Path, "it cannot be read");
        }
    }

    private async Task<Workspace?> RebuildAsync(StoragePath video, LibraryFile file, CancellationToken ct) => await sidecars.ReadAsync(video, ct) switch
    {
        SidecarAnswer.Read read when read.FileName == video.FileName => read.Workspace,
        // The earlier system wrote no sidecars, and a damaged one, or another video's, tells nothing: the name says whose it is.
        var told when file.Owner is { } id && await owners.FindAsync(id, ct) is OwnerAnswer.None => await RebuildFromFileAsync(id, video, told, ct),
        _ when file.Owner is { } id => Bare(id, new StoredFile(video, "", file.Size, null, null, null, null)),
        _ => null,
    };

    /// <param name="told">Only a sidecar that is missing is written: what one says that we cannot read may be worth something to somebody else.</param>
    private async Task<Workspace?> RebuildFromFileAsync(WorkspaceId id, StoragePath video, SidecarAnswer told, CancellationToken ct)
    {
        if (files.Detect(video.Value) is not { } container || await files.SumAsync(video.Value, ct) is not { } sums) return null;

        var workspace = Bare(id, new StoredFile(video, container.ContentType, sums.Size, sums.Sha256, sums.Crc64, null, clock.Now()));
        if (workspace is not null && told is SidecarAnswer.Missing) await sidecars.WriteAsync(workspace, workspace.Video!.File!, ct);
        return workspace;
    }

    private Workspace? Bare(WorkspaceId id, StoredFile file)
    {
        var history = new HistoryEntry(clock.Now(), VideoStatus.Completed, WithoutSidecar);
        var restored = Video.Restore(null, new VideoState.Completed(null), file, null, null, id.CreatedAt, null, null, [history]);
        return restored.TryGet(out var video, out _) ? Workspace.Restore(id, null, null, video, null, 1, id.CreatedAt, clock.Now()) : null;
    }

    /// <returns>False when there is a record already.</returns>
    private async Task<bool> StoreAsync(Workspace rebuilt, CancellationToken ct)
    {
        if (await workspaces.AddAsync(rebuilt, ct)) return true;

        // Two files of one workspace, left by a replacement: the newer one counts, and only in a record that was itself rebuilt.
        var file = rebuilt.Video!.File!;
        if (await owners.FindAsync(rebuilt.Id, ct) is not OwnerAnswer.Known { Workspace: var known } || !IsOlderAndRebuilt(known)) return false;

        var replaced = await workspaces.ChangeAsync(rebuilt.Id, w => IsOlderAndRebuilt(w) ? w.Change(_ => rebuilt.Video, clock.Now()) : w, CancellationToken.None);
        return replaced.TryGet(out var stored, out _) && stored.Video!.File!.Path == file.Path;

        bool IsOlderAndRebuilt(Workspace w) =>
            w.Video is { Status: VideoStatus.Completed, File: { ArchivedAt: { } archived } other, History: [{ Detail: { } how }] }
            && how.StartsWith("Rebuilt from the file", StringComparison.Ordinal) && other.Path != file.Path && archived < file.ArchivedAt;
    }

    private void Bad(IReindexListener listener, string path, string reason)
    {
        totals = totals with { Bad = totals.Bad + 1 };
        listener.Bad(path, reason);
    }
}
