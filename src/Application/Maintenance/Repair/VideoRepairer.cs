using System.Diagnostics;
using VideoPlatform.Application.Maintenance.Library;
using VideoPlatform.Application.Maintenance.Verify;
using VideoPlatform.Application.Videos;
using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Maintenance.Repair;

/// <summary>Mends one record, or looks after one file, as it is now: what was found may be in order since.</summary>
internal sealed class VideoRepairer(
    IWorkspaceRepository workspaces, ILibraryFiles files, ISidecars sidecars, ITrash trash, RecordInspector inspector, FileClaims claims, FileAdopter adopter, LinkFinder links,
    VideoFetcher fetcher, IStepRunner steps, TimeProvider clock)
{
    public async Task<RepairedItem> RepairAsync(Finding finding, CancellationToken ct)
    {
        if (finding.Kind is FindingKind.RecordUnreadable) return new RepairedItem(finding.Id, finding.Path, RepairOutcome.Failed, "The record cannot be read; a person must look at it.");
        if (finding is { Kind: FindingKind.Unreadable, Id: null }) return new RepairedItem(null, finding.Path, RepairOutcome.Failed, "The folder cannot be read; a person must look at it.");
        if (adopter.StorageGone is { } gone) return new RepairedItem(finding.Id, finding.Path, RepairOutcome.Failed, gone.Message);
        if (finding.Kind is FindingKind.FileWithoutRecord or FindingKind.LeftoverPart
            && (files.Find(finding.Path) is not { } unnamed || await claims.FindAsync(unnamed, ct) is FileClaim.Named or FileClaim.InTheMaking))
            return new RepairedItem(finding.Id, finding.Path, RepairOutcome.Fine, null);
        if (finding.Id is not { } id || await workspaces.FindAsync(id, ct) is not { } workspace)
            return new RepairedItem(finding.Id, finding.Path, RepairOutcome.Left, "No record is about it: reindex makes one, clean puts it into the trash.");
        if (finding.Kind is FindingKind.FileWithoutRecord or FindingKind.LeftoverPart) return await NameAgainAsync(workspace, finding, ct);

        var found = await inspector.InspectAsync(workspace, deep: true, ct);
        if (found.Count == 0) return new RepairedItem(id, finding.Path, RepairOutcome.Fine, null);

        var damage = workspace.Video?.File is { } file ? found.FirstOrDefault(f => RecordInspector.IsDamage(f, file)) : null;
        return damage is null ? await RewriteAsync(workspace, found, ct) : await ReplaceAsync(workspace, damage, ct);
    }

    /// <summary>Reads the facts and makes the poster that a record lacks. A poster that is gone is made anew.</summary>
    public async Task DescribeAsync(Workspace workspace, CancellationToken ct)
    {
        if (workspace.Video?.File?.Thumbnail is { } poster && files.Find(poster.Value) is null && adopter.StorageGone is null)
        {
            await workspaces.ChangeAsync(
                workspace.Id, w => w.Video?.File is { } file && file.Thumbnail == poster ? w.Describe(file with { Thumbnail = null }, clock.Now()) : w, CancellationToken.None);
        }

        await steps.DescribeAsync(workspace.Id, ct);
    }

    private async Task<RepairedItem> NameAgainAsync(Workspace workspace, Finding finding, CancellationToken ct)
    {
        var mayTake = finding.Kind is FindingKind.FileWithoutRecord && LibraryNames.IsVideo(finding.Path)
            && workspace.Video is { Status: VideoStatus.Completed or VideoStatus.Expired, File: null };
        if (mayTake && await AdoptAsync(workspace, null, ct) is { } adopted) return adopted;

        return new RepairedItem(
            workspace.Id, finding.Path, RepairOutcome.Left,
            mayTake ? "It is not the file of the video that the record is about." : "The record does not need it: clean puts it into the trash.");
    }

    private async Task<RepairedItem?> AdoptAsync(Workspace workspace, StoragePath? not, CancellationToken ct)
    {
        if (await adopter.FindAsync(workspace, ct) is not { } found || found.Path == not) return null;
        if (!(await adopter.AdoptAsync(workspace.Id, found, ct)).TryGet(out _, out _)) return null;

        await steps.DescribeAsync(workspace.Id, ct);
        return new RepairedItem(workspace.Id, found.Path.Value, RepairOutcome.Adopted, null);
    }

    private async Task<RepairedItem> RewriteAsync(Workspace workspace, IReadOnlyList<Finding> found, CancellationToken ct)
    {
        if (workspace.Video?.File is { } file && found.Any(f => f.Kind is FindingKind.SidecarMissing or FindingKind.SidecarDisagrees))
        {
            if (await FindOtherAsync(workspace.Id, file.Path, ct) is { } other) return Failed(workspace.Id, file.Path.Value, $"The file is named by two records: {other} names it too. A person must decide.");

            // The bytes were compared with the record a moment ago, as far as it knows them.
            if (await files.SumAsync(file.Path.Value, ct) is not { } sums) return Failed(workspace.Id, file.Path.Value, "The file is gone.");

            var summed = file with { Size = sums.Size, Sha256 = sums.Sha256, Crc64 = sums.Crc64, ArchivedAt = file.ArchivedAt ?? clock.Now() };
            await sidecars.WriteAsync(WithoutAnothersRequest(workspace), summed, ct);
            if (summed != file) await workspaces.ChangeAsync(workspace.Id, w => w.Video?.File == file ? w.Describe(summed, clock.Now()) : w, CancellationToken.None);
        }

        if (workspace.Video?.File?.Thumbnail is not null && found.Any(f => f.Path == workspace.Video.File.Thumbnail.Value)) await DescribeAsync(workspace, ct);
        return await ConcludeAsync(workspace.Id, found[0].Path, RepairOutcome.Rewritten, ct);
    }

    /// <summary>While another video is made in its place, or has come to nothing, the file is an earlier one's, of whose request and task the record says nothing any more.</summary>
    private static Workspace WithoutAnothersRequest(Workspace workspace) => workspace.Video!.Status is VideoStatus.Completed
        ? workspace
        : Workspace.Restore(workspace.Id, workspace.Name, workspace.Picture, null, null, workspace.Version, workspace.CreatedAt, workspace.UpdatedAt);

    private async Task<RepairedItem> ReplaceAsync(Workspace workspace, Finding damage, CancellationToken ct)
    {
        var (id, damaged) = (workspace.Id, workspace.Video!.File!);
        if (workspace.Video.Status is VideoStatus.Failed or VideoStatus.Cancelled or VideoStatus.Expired) return await LoseEarlierAsync(workspace, damaged, damage);
        if (workspace.Video.Status is not (VideoStatus.Completed or VideoStatus.Downloading))
            return Failed(id, damage.Path, $"The video is {workspace.Video.Status.Word()}; it is looked after when that has ended.");
        if (damage.Kind is FindingKind.RecordWithoutFile && await AdoptAsync(workspace, damaged.Path, ct) is { } adopted) return adopted;

        var link = await links.FindAsync(workspace.Video, givesUp: damage.Kind is not FindingKind.RecordWithoutFile, ct);
        if (adopter.StorageGone is { } gone) return Failed(id, damage.Path, gone.Message);

        switch (link)
        {
            case LinkState.Unclear unclear:
                return Failed(id, damage.Path, unclear.Problem.Message);
            case LinkState.Dead dead:
                return await LoseAsync(workspace, damaged, damage, dead.Problem);
            case LinkState.Live live:
                var fetched = await fetcher.FetchAsync(id, live.FreshLink, w => Forget(w, damaged, damage), ct);
                if (!fetched.TryGet(out var mended, out var error)) return Failed(id, damage.Path, error.Message);
                if (mended.Video is not { Status: VideoStatus.Completed, File: { } file }) return Failed(id, damage.Path, mended.Video?.Problem?.Message);

                var namedBy = await FindOtherAsync(id, damaged.Path, ct);
                if (file.Path != damaged.Path && namedBy is null) Quarantine(damaged);
                await steps.DescribeAsync(id, ct);
                return new RepairedItem(id, file.Path.Value, RepairOutcome.Fetched, namedBy is null ? null : $"The file before it is left: the record {namedBy} names it.");
            case var other:
                throw new UnreachableException(other.ToString());
        }
    }

    /// <summary>Nothing can bring the bytes back. A file that is not there is gone, and the record says so; a damaged one is the best that there is, and stays.</summary>
    private async Task<RepairedItem> LoseAsync(Workspace workspace, StoredFile damaged, Finding damage, Problem link)
    {
        var now = clock.Now();
        var problem = damage.Kind is FindingKind.RecordWithoutFile
            ? new Problem("file_missing", $"The stored file is gone, and the provider gives it no more: {link.Message}")
            : new Problem("file_damaged", $"The stored file is not what was stored ({Words(damage)}), and the provider gives it no more: {link.Message}");
        await workspaces.ChangeAsync(workspace.Id, w => Lose(w), CancellationToken.None);
        return new RepairedItem(workspace.Id, damage.Path, RepairOutcome.Lost, problem.Message);

        Result<Workspace> Lose(Workspace w) =>
            w.Lease?.Until > now || w.Video?.File?.Path != damaged.Path || w.Video.Problem == problem ? w
            : damage.Kind is not FindingKind.RecordWithoutFile ? w.Change(video => video.Noted(problem), now)
            : w.Change(video => video.FileLost(problem).Then(lost => lost.LinkDied(problem, now)), now);
    }

    /// <summary>The file of the video before one that came to nothing: it is not fetched again. Why that came to nothing stays in view.</summary>
    private async Task<RepairedItem> LoseEarlierAsync(Workspace workspace, StoredFile damaged, Finding damage)
    {
        if (damage.Kind is not FindingKind.RecordWithoutFile)
            return Failed(workspace.Id, damage.Path, $"The earlier video's file is not what was stored ({Words(damage)}), and a video that is {workspace.Video!.Status.Word()} is not fetched again.");
        if (adopter.StorageGone is { } gone) return Failed(workspace.Id, damage.Path, gone.Message);

        var problem = new Problem("file_missing", "The earlier video's file is gone, and it is not fetched again.");
        await workspaces.ChangeAsync(
            workspace.Id, w => w.Video?.File?.Path == damaged.Path && w.Video.Status == workspace.Video!.Status ? w.LoseFile(w.Video.Problem ?? problem, clock.Now()) : w, CancellationToken.None);
        return new RepairedItem(workspace.Id, damage.Path, RepairOutcome.Lost, problem.Message);
    }

    private Result<Workspace> Forget(Workspace workspace, StoredFile damaged, Finding damage) =>
        workspace.Video?.File?.Path == damaged.Path && workspace.Video.Status is VideoStatus.Completed
            ? workspace.LoseFile(new Problem("file_damaged", $"The stored file is being replaced: {Words(damage)}."), clock.Now())
            : workspace;

    /// <summary>Another record that names the file, as far as the file's name or its sidecar leads to one.</summary>
    private async Task<WorkspaceId?> FindOtherAsync(WorkspaceId id, StoragePath file, CancellationToken ct)
    {
        var told = await sidecars.ReadAsync(file, ct) is SidecarAnswer.Read read ? read.Workspace.Id : id;
        foreach (var other in (WorkspaceId[])[LibraryNames.OwnerOf(file.FileName) ?? id, told])
            if (other != id && await claims.IsNamedByAsync(other, file.Value, ct)) return other;

        return null;
    }

    private void Quarantine(StoredFile damaged)
    {
        foreach (var path in (string[])[damaged.Path.Value, damaged.Path.Value + FileNames.SidecarEnding, FileNames.Poster(damaged.Path).Value])
            if (files.Find(path) is not null) trash.Take(path);
    }

    private async Task<RepairedItem> ConcludeAsync(WorkspaceId id, string path, RepairOutcome outcome, CancellationToken ct)
    {
        if (await workspaces.FindAsync(id, ct) is not { } workspace) return new RepairedItem(id, path, RepairOutcome.Fine, "The record is gone.");

        var left = await inspector.InspectAsync(workspace, deep: false, ct);
        return left.Count == 0 ? new RepairedItem(id, path, outcome, null) : Failed(id, left[0].Path, $"It still has: {Words(left[0])}.");
    }

    private static RepairedItem Failed(WorkspaceId id, string path, string? detail) => new(id, path, RepairOutcome.Failed, detail);

    private static string Words(Finding finding) => finding.Kind switch
    {
        FindingKind.RecordWithoutFile => "it is missing",
        FindingKind.WrongSize => $"{finding.Actual} bytes instead of {finding.Expected}",
        FindingKind.WrongSha256 => "its SHA-256 is another",
        FindingKind.NotAVideo => "it is no whole video",
        FindingKind.Unreadable => "it cannot be read",
        FindingKind.SidecarMissing => "no sidecar",
        FindingKind.SidecarDisagrees => "a sidecar that disagrees",
        _ => "an unnamed file",
    };
}
