using System.Diagnostics;
using MediatR;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Models;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Videos.Submit;

/// <summary>
/// The paid step: hands the picture over, writes the mark, sends the request once, and records what is known afterwards.
/// Whatever is not an explicit answer leaves the video <c>unsettled</c>; it is never sent again on a guess.
/// </summary>
/// <param name="Claim">The lease token under which the worker has claimed the step.</param>
public sealed record SubmitVideo(WorkspaceId WorkspaceId, Guid Claim) : IRequest<Result<Done>>;

internal sealed partial class SubmitVideoHandler(
    IWorkspaceRepository workspaces, IVideoProvider provider, QueueGate gate, UnansweredMarks unanswered, IOptions<QwenOptions> qwen, IOptions<WorkOptions> work,
    TimeProvider clock, ILogger<SubmitVideoHandler> log) : IRequestHandler<SubmitVideo, Result<Done>>
{
    public async Task<Result<Done>> Handle(SubmitVideo command, CancellationToken ct)
    {
        var (id, claim) = (command.WorkspaceId, command.Claim);
        if (await workspaces.FindAsync(id, ct) is not { } workspace) return new NotFound("workspace");
        if (workspace.Lease?.Token != claim || workspace.Video is not { State: VideoState.Queued, Request: { } request } video)
            return new VersionConflict("The step is no longer this worker's.");

        if (ModelCatalogue.Find(request.Model) is not { } model)
            return await Refuse(id, claim, request, new Problem("unknown_model", $"The model {request.Model} is not in the catalogue any more."));
        if (workspace.Picture is null)
            return await Refuse(id, claim, request, new Problem("picture_missing", "The workspace has no picture."));
        if (await WaitForTwin(id, request, ct) is { } wait) return await WaitOn(id, claim, sameWordsUndecided, clock.Now() + wait, counts: false);

        switch (await provider.HandOverAsync(workspace.Picture, model, ct))
        {
            case PictureHandover.Ready ready:
                return await Submit(id, claim, request, model, ready);
            case PictureHandover.Impossible impossible:
                return await Refuse(id, claim, request, impossible.Problem);
            case PictureHandover.Blocked blocked:
                return await WaitOn(id, claim, blocked.Problem, gate.Blocked(blocked.Problem), counts: false);
            case PictureHandover.Unavailable unavailable:
                var failures = ((VideoState.Queued)video.State).Attempts;
                var delay = Backoff.Delay(failures, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5), unavailable.RetryAfter);
                return await WaitOn(id, claim, unavailable.Problem, clock.Now() + delay, counts: true);
            case var other:
                throw new UnreachableException(other.ToString());
        }
    }

    private async Task<Result<Done>> Submit(WorkspaceId id, Guid claim, VideoRequest request, VideoModel model, PictureHandover.Ready picture)
    {
        var paid = CancellationToken.None;   // from here on, a worker that is told to stop must not lose what is paid for
        var (now, timestamp) = (clock.Now(), clock.GetTimestamp());
        var attempt = new SubmitAttempt(claim, now, request.Hash(picture.Picture.Path.Url), qwen.Value.Account);
        var lease = now + work.Value.LeaseDuration;
        var marked = await workspaces.ChangeAsync(
            id, w => w.Renew(claim, lease).Then(renewed => renewed.Mark(claim, now, v => v.MarkSubmitting(attempt))), paid);
        if (!marked.TryGet(out _, out var error)) return error;

        // Asked after the mark is visible: of two workers that see the last free place, or each other's words, at least one steps back.
        var running = await workspaces.CountInFlightAsync(now - Schedule.LongestRun, paid);
        if (running.GetValueOrDefault(request.Model) > qwen.Value.MaxInFlight)
        {
            var full = new Problem("queue_full", $"{qwen.Value.MaxInFlight} tasks of {request.Model} are running; this one waits.");
            return await Note(id, v => v.BackToQueue(attempt.Id, full, now + Backoff.Jitter(aMoment), clock.Now()));
        }

        if (await WaitForTwin(id, request, paid) is { } wait)
            return await Note(id, v => v.BackToQueue(attempt.Id, sameWordsUndecided, now + wait, clock.Now()));

        var sendBefore = now + (work.Value.LeaseDuration / 2);
        switch (await provider.SubmitAsync(request, model, picture, sendBefore))
        {
            case SubmitAnswer.Accepted accepted:
                gate.Accepted(request.Model);
                var noted = await Note(id, v => v.Accepted(attempt.Id, accepted.Task, Schedule.NextPoll(qwen.Value, clock.Now(), 0, clock.Now()), clock.Now()));
                if (!noted.TryGet(out _, out var lost)) LogUnaccounted(id, accepted.Task.Id, lost.Message);
                return noted;
            case SubmitAnswer.Refused refused:
                gate.Accepted(request.Model);   // it reads and judges requests: the way is open
                return await Note(id, v => v.Refused(attempt.Id, refused.Problem, clock.Now()));
            case SubmitAnswer.Throttled throttled:
                var opens = gate.Throttled(request.Model, throttled.Problem, throttled.RetryAfter);
                return await Note(id, v => v.BackToQueue(attempt.Id, throttled.Problem, opens, clock.Now()));
            case SubmitAnswer.Blocked blocked:
                var reopens = gate.Blocked(blocked.Problem);
                return await Note(id, v => v.BackToQueue(attempt.Id, blocked.Problem, reopens, clock.Now()));
            case SubmitAnswer.NotSent notSent:
                // The host is not there: all requests wait a little, not each for itself.
                var again = gate.Throttled(request.Model, notSent.Problem, null);
                return await Note(id, v => v.BackToQueue(attempt.Id, notSent.Problem, again, clock.Now()));
            case SubmitAnswer.Unclear unclear:
                unanswered.Keep(attempt, timestamp);
                return await Note(id, v => v.Unclear(attempt.Id, unclear.Problem, Schedule.NextLook(qwen.Value, 0, clock.Now()), clock.Now()));
            case var other:
                throw new UnreachableException(other.ToString());
        }
    }

    private static readonly Problem sameWordsUndecided =
        new("same_words_undecided", "Another submit of the same prompt is undecided; this one waits, so that they cannot be mistaken for each other.");

    private static readonly TimeSpan aMoment = TimeSpan.FromMilliseconds(500);

    /// <summary>While a submit of the same words is undecided, the task of one could be taken for the other's: this one waits so long.</summary>
    private async Task<TimeSpan?> WaitForTwin(WorkspaceId id, VideoRequest request, CancellationToken ct)
    {
        var isUnderWay = await HasTwin(VideoStatus.Submitting, id, request, ct);
        if (await HasTwin(VideoStatus.Unsettled, id, request, ct)) return qwen.Value.SettleAfter;
        return isUnderWay ? Backoff.Jitter(aMoment) : null;
    }

    private async Task<bool> HasTwin(VideoStatus status, WorkspaceId id, VideoRequest request, CancellationToken ct)
    {
        await foreach (var other in workspaces.ListUndecidedAsync(status, id, clock.Now(), ct))
            if (other.Video!.Request?.IsTwinOf(request) is true) return true;
        return false;
    }

    // What is learnt about an attempt is true whoever holds the lease by now; the attempt's own id is the fence.
    private async Task<Result<Done>> Note(WorkspaceId id, Func<Video, Result<Video>> change)
    {
        var noted = await workspaces.ChangeAsync(id, w => w.Change(change, clock.Now()), CancellationToken.None);
        return noted.Then<Done>(_ => new Done());
    }

    private async Task<Result<Done>> WaitOn(WorkspaceId id, Guid claim, Problem because, DateTimeOffset until, bool counts)
    {
        var noted = await workspaces.ChangeAsync(id, w => w.End(claim, clock.Now(), v => v.WaitOn(because, until, counts)), CancellationToken.None);
        return noted.Then<Done>(_ => new Done());
    }

    private async Task<Result<Done>> Refuse(WorkspaceId id, Guid claim, VideoRequest request, Problem problem)
    {
        var now = clock.Now();
        var attempt = new SubmitAttempt(claim, now, request.Hash(""));
        var noted = await workspaces.ChangeAsync(
            id, w => w.End(claim, now, v => v.MarkSubmitting(attempt).Then(marked => marked.Refused(attempt.Id, problem, now))), CancellationToken.None);
        return noted.Then<Done>(_ => new Done());
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "Task {TaskId} was accepted for {WorkspaceId}, but the record has moved on ({Reason}); adopt it by its id")]
    private partial void LogUnaccounted(WorkspaceId workspaceId, string taskId, string reason);
}
