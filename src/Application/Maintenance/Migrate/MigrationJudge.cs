using System.Diagnostics;
using VideoPlatform.Application.Maintenance.Library;
using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Maintenance.Migrate;

/// <summary>A video that waits for its fetch.</summary>
/// <param name="Deadline">When its link dies; null: unknown, so soon.</param>
/// <param name="FreshLink">In place of the recorded one.</param>
internal sealed record WaitingVideo(WorkspaceId Id, DateTimeOffset? Deadline, RemoteLink? FreshLink);

internal abstract record Verdict
{
    private Verdict() { }

    public sealed record Settled(MigratedRecord Line) : Verdict;

    public sealed record Wait(WaitingVideo Video) : Verdict;
}

/// <summary>Decides about one record at a time: stored, adoptable, live or expired; and brings the live ones here.</summary>
internal sealed class MigrationJudge(
    IWorkspaceRepository workspaces, ILibraryFiles files, FileAdopter adopter, LinkFinder links, VideoFetcher fetcher, IStepRunner steps, TimeProvider clock)
{
    private OwnerSet owners = new();

    /// <summary>Finished at the provider, as far as the record says.</summary>
    public static bool IsFinished(Workspace workspace) => workspace.Video is { } video && video.Status switch
    {
        VideoStatus.Completed or VideoStatus.Downloading => true,
        VideoStatus.Expired => video.Link is not null || MigrationProblem.IsIn(video.Problem),
        _ => false,
    };

    private static readonly Problem fileUnreadable = MigrationProblem.Of(new Problem("file_unreadable", "A file of this video cannot be read or written."));

    /// <summary>Learns once which workspaces have files at all.</summary>
    /// <returns>False when a folder cannot be read: of no video could it be said that it has no file.</returns>
    public bool LookAround(CancellationToken ct)
    {
        owners = new OwnerSet();
        var sawAll = true;
        foreach (var file in files.Enumerate(unreadable: _ => sawAll = false))
        {
            ct.ThrowIfCancellationRequested();
            if (LibraryNames.IsVideo(file.Path) && file.Owner is { } owner) owners.Add(owner);
        }

        return sawAll;
    }

    /// <summary>What needs no work and no question: our file is there, or an earlier run has had the last word.</summary>
    public MigratedRecord? FindSettled(Workspace workspace)
    {
        var video = workspace.Video!;
        if (video is { Status: VideoStatus.Completed, File: { } file })
        {
            try
            {
                return adopter.FindStored(file) is { } found ? workspace.Line(MigrationOutcome.Stored, file with { Size = found.Size }) : null;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)   // one bad file never stops the rest
            {
                return workspace.Line(MigrationOutcome.Failed, fileUnreadable);
            }
        }

        var isOver = video.Status is VideoStatus.Expired && video.Link?.LivesAt(clock.Now()) is not true && !owners.Contains(workspace.Id);
        return isOver && (video.Request is not null || MigrationProblem.IsIn(video.Problem)) ? workspace.Line(MigrationOutcome.Expired) : null;
    }

    /// <summary>Classifies what is not settled. A link is asked at most once, and only where its deadline does not say enough.</summary>
    public async Task<Verdict> JudgeAsync(Workspace workspace, bool dryRun, CancellationToken ct)
    {
        try
        {
            if (workspace.Video!.Status is VideoStatus.Downloading) return dryRun ? new Verdict.Settled(workspace.Line(MigrationOutcome.Live)) : Wait(workspace, null);
            if (owners.Contains(workspace.Id) && await AdoptAsync(workspace, dryRun, ct) is { } adopted) return new Verdict.Settled(adopted);

            return await JudgeLinkAsync(workspace, dryRun, ct);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)   // one bad file never stops the rest
        {
            return new Verdict.Settled(workspace.Line(MigrationOutcome.Failed, fileUnreadable));
        }
    }

    /// <summary>Fetches one live video and notes its outcome.</summary>
    public async Task<MigratedRecord> FetchAsync(WaitingVideo video, CancellationToken ct)
    {
        try
        {
            if (adopter.StorageGone is { } gone) return Failed(video.Id, MigrationProblem.Of(gone));

            var fetched = await fetcher.FetchAsync(video.Id, video.FreshLink, ForgetForFetch, ct);
            if (fetched.TryGet(out var workspace, out var error)) return await ConcludeAsync(workspace, ct);

            // Its time ran out while others were fetched: the truth about it is one question away.
            if (error is VideoExpired && await workspaces.FindAsync(video.Id, ct) is { } late && await JudgeAsync(late, dryRun: false, ct) is Verdict.Settled settled)
                return settled.Line;

            return Failed(video.Id, MigrationProblem.Of(new Problem(error.Code, error.Message)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)   // one bad file never stops the rest
        {
            return Failed(video.Id, fileUnreadable);
        }
    }

    private static MigratedRecord Failed(WorkspaceId id, Problem problem) => new(id, MigrationOutcome.Failed, null, null, null, problem.Message);

    private async Task<MigratedRecord?> AdoptAsync(Workspace workspace, bool dryRun, CancellationToken ct)
    {
        if (await adopter.FindAsync(workspace, ct) is not { } found) return null;
        if (dryRun) return workspace.Line(MigrationOutcome.Adoptable, new StoredFile(found.Path, found.ContentType, found.File.Size, found.Told?.Sha256, null, null, null));
        if (!(await adopter.AdoptAsync(workspace.Id, found, ct)).TryGet(out var adopted, out _)) return null;

        await steps.DescribeAsync(workspace.Id, ct);
        return adopted.Line(MigrationOutcome.Adopted, adopted.Video!.File!);
    }

    private async Task<Verdict> JudgeLinkAsync(Workspace workspace, bool dryRun, CancellationToken ct)
    {
        var video = workspace.Video!;
        var damaged = FindDamaged(video);
        var state = dryRun ? await links.LookAsync(video, ct) : await links.FindAsync(video, givesUp: damaged is not null, ct);
        if (damaged is not null && Damage(video.File!, damaged, state) is { } damage) return dryRun ? new Verdict.Settled(workspace.Line(MigrationOutcome.Failed, damage)) : await FailAsync(workspace, damage);

        if (dryRun)
        {
            return new Verdict.Settled(state switch
            {
                LinkState.Dead dead => workspace.Line(MigrationOutcome.Expired, dead.Problem),
                LinkState.Unclear unclear => workspace.Line(MigrationOutcome.Failed, unclear.Problem),
                _ => workspace.Line(MigrationOutcome.Live),
            });
        }

        return state switch
        {
            LinkState.Dead dead => await ExpireAsync(workspace, dead.Problem),
            LinkState.Unclear unclear => await FailAsync(workspace, unclear.Problem),
            LinkState.Live live => Wait(workspace, live.FreshLink),
            var other => throw new UnreachableException(other.ToString()),
        };
    }

    /// <summary>The file that is there, but not as the record says.</summary>
    private LibraryFile? FindDamaged(Video video) =>
        video is { Status: VideoStatus.Completed, File: { } file } && files.Find(file.Path.Value) is { } found && adopter.FindStored(file) is null ? found : null;

    /// <summary>While nothing better can be had it may be all that is left, and keeps its name.</summary>
    private static Problem? Damage(StoredFile file, LibraryFile found, LinkState state)
    {
        var link = state switch
        {
            LinkState.Dead dead => dead.Problem,
            LinkState.Unclear unclear => unclear.Problem,
            _ => null,
        };
        if (link is null) return null;

        var flaw = file.Size is { } size ? $"{found.Size} bytes instead of {size}" : "it is no whole video";
        return MigrationProblem.Of(new Problem("file_damaged", $"The stored file is not what was stored ({flaw}), and the provider does not give it: {link.Message}"));
    }

    private static Verdict.Wait Wait(Workspace workspace, RemoteLink? freshLink) =>
        new(new WaitingVideo(workspace.Id, (freshLink ?? workspace.Video!.Link)?.ExpiresAt, freshLink));

    private async Task<MigratedRecord> ConcludeAsync(Workspace workspace, CancellationToken ct)
    {
        switch (workspace.Video)
        {
            case { Status: VideoStatus.Completed, File: { } file }:
                await steps.DescribeAsync(workspace.Id, ct);
                return workspace.Line(MigrationOutcome.Fetched, file, status: 200);

            case { Status: VideoStatus.Expired, Problem: { } problem }:
                return LineOf(await ExpireAsync(workspace, problem), workspace);

            case { Status: VideoStatus.Downloading, Problem: { } problem } video when MigrationProblem.StatusIn(problem.Message) is 403 or 404 && !links.MayBeAsked(video):
                return LineOf(await ExpireAsync(workspace, problem), workspace);

            case { Problem: { } problem }:
                return LineOf(await FailAsync(workspace, problem), workspace);

            default:
                return TakenOver(workspace);
        }
    }

    private static MigratedRecord LineOf(Verdict verdict, Workspace workspace) => verdict is Verdict.Settled settled ? settled.Line : TakenOver(workspace);

    private static MigratedRecord TakenOver(Workspace workspace) =>
        workspace.Line(MigrationOutcome.Failed, MigrationProblem.Of(new Problem("taken_over", "Another worker took the fetch over, and it has not ended.")));

    private async Task<Verdict> ExpireAsync(Workspace workspace, Problem cause)
    {
        if (adopter.StorageGone is { } gone) return new Verdict.Settled(workspace.Line(MigrationOutcome.Failed, MigrationProblem.Of(gone)));

        var problem = MigrationProblem.Of(cause);
        var written = await workspaces.ChangeAsync(workspace.Id, w => Expire(w, problem), CancellationToken.None);
        if (!written.TryGet(out var expired, out var error)) return new Verdict.Settled(workspace.Line(MigrationOutcome.Failed, MigrationProblem.Of(new Problem(error.Code, error.Message))));

        // Somebody has begun to fetch it meanwhile: that outcome counts.
        return expired.Video?.Status is VideoStatus.Expired
            ? new Verdict.Settled(expired.Line(MigrationOutcome.Expired))
            : new Verdict.Wait(new WaitingVideo(workspace.Id, null, null));
    }

    private Result<Workspace> Expire(Workspace workspace, Problem problem)
    {
        var now = clock.Now();
        if (workspace.Lease?.Until > now) return workspace;

        return ForgetLostFile(workspace).Then(w => w.Video switch
        {
            { Status: VideoStatus.Expired } video when MigrationProblem.IsIn(video.Problem) => w,
            { Status: VideoStatus.Expired } => w.Change(video => video.Noted(video.Problem is { } own ? MigrationProblem.Of(own) : problem), now),
            { Status: VideoStatus.Completed, File: null } or { Status: VideoStatus.Downloading } => w.Change(video => video.LinkDied(problem, now), now),
            _ => w,
        });
    }

    private async Task<Verdict> FailAsync(Workspace workspace, Problem cause)
    {
        if (adopter.StorageGone is { } gone) return new Verdict.Settled(workspace.Line(MigrationOutcome.Failed, MigrationProblem.Of(gone)));

        var problem = MigrationProblem.Of(cause);
        await workspaces.ChangeAsync(workspace.Id, w => Fail(w, problem), CancellationToken.None);
        return new Verdict.Settled(workspace.Line(MigrationOutcome.Failed, problem));
    }

    private Result<Workspace> Fail(Workspace workspace, Problem problem)
    {
        var now = clock.Now();
        if (workspace.Lease?.Until > now || workspace.Video is not { Status: VideoStatus.Completed or VideoStatus.Downloading } video || video.Problem == problem) return workspace;

        return ForgetLostFile(workspace).Then(w => w.Change(v => v.Noted(problem), now));
    }

    private Result<Workspace> ForgetLostFile(Workspace workspace) =>
        workspace.Video is { Status: VideoStatus.Completed, File: { } file } && files.Find(file.Path.Value) is null
            ? workspace.Change(video => video.FileLost(new Problem("file_missing", "The stored file is not on the disk.")), clock.Now())
            : workspace;

    private Result<Workspace> ForgetForFetch(Workspace workspace) => ForgetLostFile(workspace).Then(w =>
        FindDamaged(w.Video!) is not null
            ? w.Change(video => video.FileLost(new Problem("file_damaged", "The stored file is not what was stored; it is being replaced.")), clock.Now())
            : w);
}
