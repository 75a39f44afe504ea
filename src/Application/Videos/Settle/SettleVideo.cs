using MediatR;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Videos.Settle;

/// <summary>
/// Finds out whether an unclear submit was taken: looks through the provider's task list for a task that can only be ours.
/// One such task is adopted; four complete looks without any prove that there is none; several are a person's choice.
/// </summary>
/// <param name="Claim">The lease token under which the worker has claimed the step.</param>
public sealed record SettleVideo(WorkspaceId WorkspaceId, Guid Claim) : IRequest<Result<Done>>;

internal sealed partial class SettleVideoHandler(
    IWorkspaceRepository workspaces, IVideoProvider provider, UnansweredMarks unanswered, IOptions<QwenOptions> qwen, IOptions<WorkOptions> work, TimeProvider clock,
    ILogger<SettleVideoHandler> log) : IRequestHandler<SettleVideo, Result<Done>>
{
    private const int PageSize = 20;

    // Clocks of two companies: a task may seem to be older than its submit.
    private static readonly TimeSpan clockSkew = TimeSpan.FromMinutes(1);

    // Our own clock may have been wrong when the mark was written: a task of another time is not taken for ours by itself,
    // but as long as it may be ours its submit is not repeated.
    private static readonly TimeSpan wrongClock = TimeSpan.FromHours(2);

    // The list goes back a day (dashscope.md section 5): after that nothing can be found out any more.
    private static readonly TimeSpan listReach = TimeSpan.FromHours(24);

    private static readonly TimeSpan longestPause = TimeSpan.FromMinutes(15);

    public async Task<Result<Done>> Handle(SettleVideo command, CancellationToken ct)
    {
        if (await workspaces.FindAsync(command.WorkspaceId, ct) is not { } workspace) return new NotFound("workspace");
        if (workspace.Lease?.Token != command.Claim) return new VersionConflict("The step is no longer this worker's.");

        Func<Video, Result<Video>> outcome = workspace.Video?.State switch
        {
            // Its worker died between the mark and the answer.
            VideoState.Submitting s => v => v.Unclear(s.Attempt.Id, interrupted, Schedule.NextLook(qwen.Value, 0, clock.Now()), clock.Now()),
            VideoState.Unsettled u => await Look(workspace, u, ct),
            _ => _ => new VersionConflict("There is nothing to settle."),
        };
        var settled = await workspaces.ChangeAsync(workspace.Id, w => w.End(command.Claim, clock.Now(), outcome), CancellationToken.None);
        return settled.Then<Done>(_ => new Done());
    }

    private static readonly Problem interrupted =
        new("submit_interrupted", "The service stopped before the provider's answer was recorded; the provider's task list will tell.");

    private async Task<Func<Video, Result<Video>>> Look(Workspace workspace, VideoState.Unsettled state, CancellationToken ct)
    {
        var request = workspace.Video!.Request!;
        var now = clock.Now();
        if (await ListUnknownTasks(request.Model, state.Attempt, ct) is not { } unknown) return LookAgain(state, now);

        var possible = new List<Candidate>();
        var mine = new List<Candidate>();
        foreach (var task in unknown.Where(t => IsInTime(t, state.Attempt)))
        {
            switch (await provider.QueryAsync(new ProviderTask(task.Id, qwen.Value.BaseUrl), ct))
            {
                case TaskAnswer.Succeeded { Prompt: { } prompt } when request.HasWords(prompt):
                    mine.Add(new Candidate(task.Id, task.Status, task.CreatedAt, prompt));
                    break;
                case TaskAnswer.Succeeded { Prompt: { } prompt } when !request.MayHaveBeenCutTo(prompt):
                    continue;
                case TaskAnswer.Gone when task.Status is "UNKNOWN":
                    continue;
                // The list shows it and the question denies it: one of the two lags behind, and that proves nothing.
                case TaskAnswer.Gone:
                case TaskAnswer.Silent:
                    return LookAgain(state, now);
            }

            possible.Add(new Candidate(task.Id, task.Status, task.CreatedAt, mine.Find(m => m.TaskId == task.Id)?.Prompt));
        }

        if (await LookBeyond(request, unknown.Where(t => !IsInTime(t, state.Attempt)), ct) is not { } beyond) return LookAgain(state, now);
        var wentElsewhere = state.Attempt.Account is { } account && account != qwen.Value.Account;
        if (possible.Count == 0 && beyond.Ours.Count == 0)
        {
            if (wentElsewhere) return IsOutOfReach(state, now) ? v => v.NeverSettled(neverSettled, now) : v => v.LookedInVain(NextPause(state, now), counts: false, otherAccount);
            if (beyond.MayHoldOurs) return v => v.LookedInVain(NextPause(state, now), counts: false, undecidedBeyond);
            return NothingOfOurs(state, now);
        }

        // A task that shows our own prompt is ours: no other request of these words may be under way.
        var found = mine.Count == 1 ? mine[0] : possible.Count == 1 && beyond.Ours.Count == 0 && !wentElsewhere ? possible[0] : null;
        if (found is not null && (mine.Count == 1 || !await OthersMayClaim(workspace, request, found, ct)))
        {
            // Asked after that: another submit may have had its answer while this look went on, and then the task is on record as its own.
            if ((await workspaces.FindKnownTasksAsync([found.TaskId], ct)).Count > 0) return await Look(workspace, state, ct);

            LogAdopted(workspace.Id, found.TaskId);
            return v => v.SettledAs(new ProviderTask(found.TaskId, qwen.Value.BaseUrl), "Found in the provider's task list.", now);
        }

        var problem = beyond.Ours.Count > 0
            ? new Problem("other_time", "A task with this prompt was created at another time than the submit. Was a clock wrong? Choose whether it is this one.")
            : wentElsewhere
            ? otherAccount
            : possible.Count > 1
            ? new Problem("several_candidates", $"{possible.Count} tasks of the provider could be this one; choose, or wait until they show their prompts.")
            : new Problem("shared_candidate", "One task could be this one or another unsettled request's; it is told apart when the task shows its prompt.");
        return v => v.NeedsPerson([.. possible, .. beyond.Ours], problem, NextPause(state, now));
    }

    // What another account's list does not show may well exist, and what it shows may be another program's.
    private static readonly Problem otherAccount = new(
        "other_account",
        "The submit went to another endpoint, or with another key, than is configured now, and this list cannot prove that there is no such task. Configure the former one until it is settled, or decide.");

    private static readonly Problem undecidedBeyond =
        new("other_time", "A task that was created at another time than the submit runs still; when it shows its prompt, it will be known whether it is this one.");

    /// <summary>Tasks of another time: those that show our prompt, and whether one that is not finished may yet show it. Null when the provider was silent.</summary>
    private async Task<(List<Candidate> Ours, bool MayHoldOurs)?> LookBeyond(VideoRequest request, IEnumerable<ListedTask> tasks, CancellationToken ct)
    {
        var (ours, undecided) = (new List<Candidate>(), false);
        foreach (var task in tasks.Where(t => t.Status is not ("FAILED" or "CANCELED" or "UNKNOWN")))
        {
            switch (await provider.QueryAsync(new ProviderTask(task.Id, qwen.Value.BaseUrl), ct))
            {
                case TaskAnswer.Succeeded { Prompt: { } prompt } when request.HasWords(prompt) || request.MayHaveBeenCutTo(prompt):
                    ours.Add(new Candidate(task.Id, task.Status, task.CreatedAt, prompt));
                    break;
                case TaskAnswer.Working:
                case TaskAnswer.Gone:
                    undecided = true;
                    break;
                case TaskAnswer.Silent:
                    return null;
            }
        }

        return (ours, undecided);
    }

    /// <summary>
    /// Tasks of this model that no record knows, created around the attempt: in its time where that is beyond doubt, else far around it.
    /// Null when the list could not be read whole.
    /// </summary>
    private async Task<IReadOnlyList<ListedTask>?> ListUnknownTasks(string model, SubmitAttempt attempt, CancellationToken ct)
    {
        var (ahead, listed) = ((TimeSpan?)null, new Dictionary<string, ListedTask>(StringComparer.Ordinal));
        for (var page = 1; ; page++)
        {
            if (await provider.ListAsync(new TaskListQuery(model, page, PageSize), ct) is not TaskListAnswer.Page answer) return null;
            foreach (var task in answer.Tasks)
                if (task.Model is null || task.Model == model) listed[task.Id] = task;
            ahead = answer.ClockAhead;
            if (page >= answer.TotalPages || answer.Tasks.Count == 0) break;
        }

        // Our clock agrees with theirs, and did so when the mark was written: there is no other time to look at.
        var isTimely = ahead?.Duration() < clockSkew / 2 && unanswered.WallClockIsUnmovedSince(attempt);
        var (from, to) = isTimely ? (attempt.At - clockSkew, LatestOf(attempt)) : (attempt.At - wrongClock, LatestOf(attempt) + wrongClock);
        var found = listed.Values.Where(t => t.CreatedAt is not { } created || (created >= from && created <= to)).ToList();
        var known = await workspaces.FindKnownTasksAsync([.. found.Select(t => t.Id)], ct);
        return [.. found.Where(t => !known.Contains(t.Id))];
    }

    /// <summary>Created when the attempt may have been received. A task without a time may have been.</summary>
    private bool IsInTime(ListedTask task, SubmitAttempt attempt) =>
        task.CreatedAt is not { } created || (created >= attempt.At - clockSkew && created <= LatestOf(attempt));

    private DateTimeOffset LatestOf(SubmitAttempt attempt) => attempt.At + work.Value.LeaseDuration + qwen.Value.RequestTimeout + clockSkew;

    /// <summary>Whether another undecided submit could be the one behind this task, as long as the task does not show its prompt.</summary>
    private async Task<bool> OthersMayClaim(Workspace workspace, VideoRequest request, Candidate candidate, CancellationToken ct)
    {
        foreach (var status in (VideoStatus[])[VideoStatus.Submitting, VideoStatus.Unsettled])
        {
            await foreach (var other in workspaces.ListUndecidedAsync(status, workspace.Id, clock.Now(), ct))
                if (other.Video!.Request?.Model == request.Model && MayBeBehind(other.Video.State, candidate)) return true;
        }

        return false;
    }

    private static bool MayBeBehind(VideoState state, Candidate candidate)
    {
        var at = state switch { VideoState.Submitting s => s.Attempt.At, VideoState.Unsettled u => u.Attempt.At, _ => DateTimeOffset.MaxValue };
        return candidate.CreatedAt is not { } created || created >= at - clockSkew;
    }

    /// <summary>A complete look that showed nothing of ours.</summary>
    private Func<Video, Result<Video>> NothingOfOurs(VideoState.Unsettled state, DateTimeOffset now)
    {
        if (IsOutOfReach(state, now)) return v => v.NeverSettled(neverSettled, now);

        var look = state.Looks + 1;
        if (look == Schedule.LooksThatProveAbsence)
            return v => v.SettledAsAbsent($"The provider's list showed no such task in {look} looks; it is submitted again.", now);

        var problem = new Problem("not_listed_yet", $"The provider's list shows no such task; after {Schedule.LooksThatProveAbsence} such looks it is submitted again. Looks so far: {look}.");
        return v => v.LookedInVain(Schedule.NextLook(qwen.Value, look, now), counts: true, problem);
    }

    /// <summary>A look that could not be finished.</summary>
    private Func<Video, Result<Video>> LookAgain(VideoState.Unsettled state, DateTimeOffset now)
    {
        if (IsOutOfReach(state, now)) return v => v.NeverSettled(neverSettled, now);

        var problem = new Problem("provider_silent", "The provider's task list could not be read, or a task in it could not be asked for; it will be tried again.");
        return v => v.LookedInVain(NextPause(state, now), counts: false, problem);
    }

    /// <summary>Then the list shows no task of that time, whether or not there was one.</summary>
    private static bool IsOutOfReach(VideoState.Unsettled state, DateTimeOffset now) => now - state.Attempt.At > listReach;

    private static readonly Problem neverSettled = new(
        "never_settled", "The provider's list goes back a day, and the submit is older: nobody can find out any more whether it was taken. It is not sent again by itself.");

    private DateTimeOffset NextPause(VideoState.Unsettled state, DateTimeOffset now)
    {
        var age = (now - state.Attempt.At) / 4;
        var pause = age > qwen.Value.SettleAfter ? age : qwen.Value.SettleAfter;
        return now + (pause < longestPause ? pause : longestPause);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Unclear submit of {WorkspaceId} settled: task {TaskId} is ours")]
    private partial void LogAdopted(WorkspaceId workspaceId, string taskId);
}
