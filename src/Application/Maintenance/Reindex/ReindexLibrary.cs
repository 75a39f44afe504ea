using System.Globalization;
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
/// <param name="Bad">Videos of which no record could be made, and folders that cannot be read.</param>
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
            foreach (var file in files.Enumerate(unreadable: folder => Bad(command.Listener, folder, "the folder cannot be read")))
            {
                ct.ThrowIfCancellationRequested();
                if (LibraryNames.SafeVideo(file.Path) is { } video && LibraryNames.IsVideo(file.Path)) await IndexAsync(command.Listener, video, file, ct);
                else if (LibraryNames.VideoOfSidecar(file.Path) is { } lost) TellLost(command.Listener, lost, file);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            totals = totals with { Interrupted = true };
        }

        return totals;
    }

    private void TellLost(IReindexListener listener, string video, LibraryFile sidecar)
    {
        try
        {
            if (files.Find(video) is null) Bad(listener, sidecar.Path, "its video is gone");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Bad(listener, video, "it cannot be read");
        }
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
        SidecarAnswer.Read read when read.FileName == video.FileName && (file.Owner ?? read.Workspace.Id) == read.Workspace.Id => read.Workspace,
        // The earlier system wrote no sidecars, and a damaged one, or one of another video or workspace, tells nothing: the name says whose it is.
        var told when file.Owner is { } id && Bare(id, new StoredFile(video, "", file.Size, null, null, null, NamedAt(id, video))) is { } bare =>
            await IsNewsAsync(bare, ct) ? await RebuildFromFileAsync(bare, told, ct) : bare,
        _ => null,
    };

    private async Task<bool> IsNewsAsync(Workspace rebuilt, CancellationToken ct) => await owners.FindAsync(rebuilt.Id, ct) switch
    {
        OwnerAnswer.None => true,
        OwnerAnswer.Known known => IsBetter(rebuilt, known.Workspace),
        _ => false,
    };

    /// <summary>The name tells the time (<c>{id}_{unix ms}</c>), and is what a sidecar's time is compared with.</summary>
    private DateTimeOffset NamedAt(WorkspaceId id, StoragePath video) =>
        long.TryParse(Path.GetFileNameWithoutExtension(video.FileName).AsSpan(WorkspaceId.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            ? DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(milliseconds, clock.Now().ToUnixTimeMilliseconds()))
            : id.CreatedAt;

    /// <param name="told">Only a sidecar that is missing is written: what one says that we cannot read may be worth something to somebody else.</param>
    private async Task<Workspace?> RebuildFromFileAsync(Workspace bare, SidecarAnswer told, CancellationToken ct)
    {
        var video = bare.Video!.File!.Path;
        if (files.Detect(video.Value) is not { } container || await files.SumAsync(video.Value, ct) is not { } sums) return null;

        var workspace = Bare(bare.Id, new StoredFile(video, container.ContentType, sums.Size, sums.Sha256, sums.Crc64, null, bare.Video.File.ArchivedAt));
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

        // Two files of one workspace, left by a replacement: the better one counts, and only in a record that was itself rebuilt.
        var file = rebuilt.Video!.File!;
        if (await owners.FindAsync(rebuilt.Id, ct) is not OwnerAnswer.Known { Workspace: var known } || !IsBetter(rebuilt, known)) return false;

        var replaced = await workspaces.ChangeAsync(rebuilt.Id, w => IsBetter(rebuilt, w) ? Instead(w, rebuilt) : w, CancellationToken.None);
        return replaced.TryGet(out var stored, out _) && stored.Video?.File?.Path == file.Path;
    }

    private Workspace Instead(Workspace known, Workspace rebuilt) => Workspace.Restore(
        known.Id, rebuilt.Name ?? known.Name, rebuilt.Picture ?? known.Picture, rebuilt.Video, null, known.Version, rebuilt.CreatedAt, clock.Now());

    /// <summary>Whether it should stand in place of a record that was itself rebuilt: a file of which more is told than its name, then the later one. The order of the folder decides nothing.</summary>
    private static bool IsBetter(Workspace rebuilt, Workspace known)
    {
        if (known.Video is not { Status: VideoStatus.Completed, File: { ArchivedAt: { } archived } other, History: [{ Detail: { } how }] }) return false;
        if (!how.StartsWith("Rebuilt from the file", StringComparison.Ordinal)) return false;

        var file = rebuilt.Video!.File!;
        return file.Path != other.Path && Nullable.Compare(file.ArchivedAt, archived) switch
        {
            _ when IsTold(rebuilt.Video) != IsTold(known.Video) => IsTold(rebuilt.Video),
            0 => string.CompareOrdinal(file.Path.Value, other.Path.Value) > 0,
            var later => later > 0,
        };
    }

    // A file that had no sidecar has one since it was rebuilt; it says no more than the name did.
    private static bool IsTold(Video video) => video.Request is not null || video.State.Task is not null || video.File!.Verified is not null;

    private void Bad(IReindexListener listener, string path, string reason)
    {
        totals = totals with { Bad = totals.Bad + 1 };
        listener.Bad(path, reason);
    }
}
