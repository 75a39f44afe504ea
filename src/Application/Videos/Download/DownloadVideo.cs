using System.Diagnostics;
using MediatR;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Videos.Download;

/// <summary>
/// Fetches a finished video once: adopts what an earlier attempt stored, else goes on behind its proven prefix, proves the bytes,
/// stores them, and only then says so in the record. A failure is noted and tried again until the link is dead.
/// </summary>
/// <param name="Claim">The lease token under which the worker has claimed the step.</param>
public sealed record DownloadVideo(WorkspaceId WorkspaceId, Guid Claim) : IRequest<Result<Done>>;

internal sealed partial class DownloadVideoHandler(
    IWorkspaceRepository workspaces, IVideoProvider provider, IVideoSource source, IVideoArchive archive, IProgressBoard progress,
    IOptions<DownloadOptions> options, TimeProvider clock, ILogger<DownloadVideoHandler> log) : IRequestHandler<DownloadVideo, Result<Done>>
{
    public async Task<Result<Done>> Handle(DownloadVideo command, CancellationToken ct)
    {
        if (await workspaces.FindAsync(command.WorkspaceId, ct) is not { } workspace) return new NotFound("workspace");
        if (workspace.Lease?.Token != command.Claim || workspace.Video is not { State: VideoState.Downloading state, Link: { } link } video)
            return new VersionConflict("The step is no longer this worker's.");

        try
        {
            if (await archive.FindFinishedAsync(state.Stem, ct) is { } finished)
                return await Store(command, video, state.Stem, finished);

            var answer = await source.OpenAsync(link, await archive.FindPrefixAsync(state.Stem, ct), ct);
            switch (answer)
            {
                case SourceAnswer.Opened opened:
                    await using (opened)
                    {
                        var fetched = await archive.ReceiveAsync(new ArchiveOrder(state.Stem, workspace), opened, Report(workspace.Id, opened), ct);
                        return fetched is ArchiveAnswer.Stored stored
                            ? await Store(command, video, state.Stem, stored.File)
                            : await End(command, state.Stem, await NotStored(workspace.Id, video, state, link, fetched, ct));
                    }

                case SourceAnswer.Dead dead:
                    LogDead(workspace.Id, dead.HttpStatus, link.Public);
                    return await End(command, state.Stem, await AskForFreshLink(video, state, link, dead.Problem, ct));
                case SourceAnswer.Forbidden forbidden:
                    return await End(command, state.Stem, await TryAgain(video, state, link, forbidden.Problem, slowly: true, ct));
                case SourceAnswer.Unavailable unavailable:
                    return await End(command, state.Stem, await TryAgain(video, state, link, unavailable.Problem, slowly: false, ct));
                default:
                    throw new UnreachableException(answer.ToString());
            }
        }
        catch (OperationCanceledException)
        {
            await DiscardUnlessWanted(workspace.Id, state.Stem);
            throw;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)   // the disk: the record says so, and the fetch is tried again
        {
            LogStorageFailed(e, workspace.Id);
            return await End(command, state.Stem, await TryAgain(video, state, link, storageFailed, slowly: false, ct));
        }
        finally
        {
            progress.Clear(workspace.Id);
        }
    }

    private async Task<Result<Done>> Store(DownloadVideo command, Video before, string stem, StoredFile file)
    {
        var (now, kept) = (clock.Now(), CancellationToken.None);
        var stored = await workspaces.ChangeAsync(command.WorkspaceId, w => w.End(command.Claim, now, v => v.Stored(file, now)), kept);
        if (!stored.TryGet(out _, out var error))
        {
            // With a successor at work on the same file it stays, and the successor finds it. One that has given up already finds nothing,
            // and one that began another file does not look for it: then it is said here, for the bytes are here whoever holds the claim.
            var lost = error;
            stored = await workspaces.ChangeAsync(command.WorkspaceId, w => IsLeftToUs(w.Video, before, stem) ? w.Change(v => v.FileFound(file, now), now) : lost, kept);
        }

        if (stored.TryGet(out _, out error))
        {
            if (before.File is { } replaced && replaced.Path != file.Path) await archive.DeleteAsync(replaced, kept);
            return new Done();
        }

        // With a successor at work the file stays, and the successor finds it. Where there is none, because the record is gone or
        // has its file from another worker, this one must go.
        if (!await IsWanted(command.WorkspaceId, stem) && (await workspaces.FindAsync(command.WorkspaceId, kept))?.Video?.File?.Path != file.Path)
            await archive.DeleteAsync(file, kept);
        return error;
    }

    private static bool IsLeftToUs(Video? video, Video before, string stem) =>
        (video is { Status: VideoStatus.Expired } || (video?.State is VideoState.Downloading d && d.Stem != stem)) && video.RequestedAt == before.RequestedAt && video.State.Task == before.State.Task && video.File == before.File;

    /// <summary>A worker that lost its claim, by sleeping say, leaves nothing half behind when the video has been stored without it.</summary>
    private async Task DiscardUnlessWanted(WorkspaceId id, string stem)
    {
        if (!await IsWanted(id, stem)) await archive.DiscardAsync(stem, CancellationToken.None);
    }

    private async Task<bool> IsWanted(WorkspaceId id, string stem) =>
        (await workspaces.FindAsync(id, CancellationToken.None))?.Video?.State is VideoState.Downloading d && d.Stem == stem;

    private async Task<Func<Video, Result<Video>>> NotStored(
        WorkspaceId id, Video video, VideoState.Downloading state, RemoteLink link, ArchiveAnswer answer, CancellationToken ct) => answer switch
    {
        ArchiveAnswer.Unproven unproven => await TryAgain(video, state, link, unproven.Problem, slowly: false, ct),
        ArchiveAnswer.TooLarge tooLarge => await TryAgain(video, state, link, tooLarge.Problem, slowly: true, ct),
        // Whoever stops lets go of what it has, to be gone on from; whoever is frozen does not, and may be so for as long as the link lives.
        ArchiveAnswer.Held held when video.Problem?.Code == held.Problem.Code => v => v.FetchApart(FileNames.Stem(id, clock.Now()), clock.Now()),
        ArchiveAnswer.Held held => v => v.FetchPaused(held.Problem, clock.Now() + options.Value.RetryDelay),
        ArchiveAnswer.DiskFull full => v => v.FetchPaused(full.Problem, clock.Now() + Backoff.Jitter(whileDiskIsFull)),
        _ => throw new UnreachableException(answer.ToString()),
    };

    private static readonly Problem storageFailed = new("storage_failed", "The storage could not be read or written; the fetch is tried again.");

    private static readonly TimeSpan whileDiskIsFull = TimeSpan.FromSeconds(30);

    /// <summary>Again and again, until the deadline: what fails after it finds a dead link.</summary>
    private async Task<Func<Video, Result<Video>>> TryAgain(Video video, VideoState.Downloading state, RemoteLink link, Problem problem, bool slowly, CancellationToken ct)
    {
        var now = clock.Now();
        if (!link.LivesAt(now))
            return await AskForFreshLink(video, state, link, new Problem("link_expired", $"The link's time ran out before the video could be fetched. Last: {problem.Message}"), ct);

        var failures = slowly ? int.MaxValue : state.Attempts;
        return v => v.FetchFailed(problem, Schedule.NextFetch(options.Value, failures, link.ExpiresAt, now));
    }

    /// <summary>The link is dead: the task is asked once for another.</summary>
    private async Task<Func<Video, Result<Video>>> AskForFreshLink(Video video, VideoState.Downloading state, RemoteLink link, Problem problem, CancellationToken ct)
    {
        if (state.AskedForFreshLink || state.Made is not { } task) return v => v.LinkDied(problem, clock.Now());

        return await provider.QueryAsync(task, ct) switch
        {
            TaskAnswer.Succeeded { Link: { } fresh } when fresh.Url != link.Url => v => v.FreshLink(fresh, clock.Now()),
            // As long as it may still know the task it is asked again; after that there is nobody left to ask.
            TaskAnswer.Silent when clock.Now() - (video.FinishedAt ?? video.RequestedAt) < Schedule.TaskRecordLife =>
                v => v.LinkRefused(problem, Schedule.NextFetch(options.Value, state.Attempts, null, clock.Now())),
            _ => v => v.LinkDied(problem, clock.Now()),
        };
    }

    private BoardReport Report(WorkspaceId id, SourceAnswer.Opened opened) => new(id, opened.Total, progress);

    private async Task<Result<Done>> End(DownloadVideo command, string stem, Func<Video, Result<Video>> change)
    {
        var ended = await workspaces.ChangeAsync(command.WorkspaceId, w => w.End(command.Claim, clock.Now(), change), CancellationToken.None);

        // What came before the link died, or before another worker had stored the video, leads nowhere.
        if (!ended.TryGet(out var workspace, out _) || workspace.Video?.Status is VideoStatus.Expired) await DiscardUnlessWanted(command.WorkspaceId, stem);
        return ended.Then<Done>(_ => new Done());
    }

    /// <summary>Reports on the caller's thread, in order.</summary>
    private sealed class BoardReport(WorkspaceId id, long? total, IProgressBoard board) : IProgress<long>
    {
        public void Report(long value) => board.Report(id, new DownloadProgress(value, total));
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The storage failed the fetch of {WorkspaceId}")]
    private partial void LogStorageFailed(Exception e, WorkspaceId workspaceId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The link of {WorkspaceId} answers {HttpStatus}: {Link}")]
    private partial void LogDead(WorkspaceId workspaceId, int httpStatus, string link);
}
