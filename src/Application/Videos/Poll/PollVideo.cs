using MediatR;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Videos.Poll;

/// <summary>Asks the provider for one task and moves its video one step. Silence is never a verdict.</summary>
/// <param name="Claim">The lease token under which the worker has claimed the step.</param>
public sealed record PollVideo(WorkspaceId WorkspaceId, Guid Claim) : IRequest<Result<Done>>;

internal sealed partial class PollVideoHandler(
    IWorkspaceRepository workspaces, IVideoProvider provider, TaskListGlance list, IOptions<QwenOptions> qwen, TimeProvider clock, ILogger<PollVideoHandler> log)
    : IRequestHandler<PollVideo, Result<Done>>
{
    public async Task<Result<Done>> Handle(PollVideo command, CancellationToken ct)
    {
        if (await workspaces.FindAsync(command.WorkspaceId, ct) is not { } workspace) return new NotFound("workspace");
        if (workspace.Lease?.Token != command.Claim || workspace.Video is not { State: VideoState.Processing state } video)
            return new VersionConflict("The step is no longer this worker's.");

        var answer = await list.ShowsWorking(state.Paid, ct) ? stillWorking : await provider.QueryAsync(state.Paid, ct);
        var now = clock.Now();
        var polled = await workspaces.ChangeAsync(
            workspace.Id, w => w.End(command.Claim, now, v => Move(workspace.Id, video, state, answer, now, v)), CancellationToken.None);
        return polled.Then<Done>(_ => new Done());
    }

    private static readonly TaskAnswer stillWorking = new TaskAnswer.Working("RUNNING", IsPending: false);

    private Result<Video> Move(WorkspaceId id, Video before, VideoState.Processing state, TaskAnswer answer, DateTimeOffset now, Video video)
    {
        switch (answer)
        {
            case TaskAnswer.Succeeded { Link: { } link } done:
                return video.Finished(link, FileNames.Stem(id, now), done.EndedAt, now);
            case TaskAnswer.Succeeded:
                return Silent(before, state, new Problem("provider_no_link", "The provider says that the video is made, but gives no usable link."), null, now, video);
            case TaskAnswer.Failed failed:
                return video.TaskFailed(failed.Problem, failed.EndedAt, now);
            case TaskAnswer.Cancelled:
                return video.TaskCancelled(now);
            case TaskAnswer.Gone when now - (before.SubmittedAt ?? now) < recordLives && Denials(before, state) + 1 < DenialsThatProve:
                // It was paid for, and its record should live: one answer that denies it is not yet the truth.
                Result<Video> counted = Denials(before, state) > 0 ? video : video.StillProcessing(now);
                return counted.Then(v => v.ProviderSilent(notVisible, Schedule.NextPoll(qwen.Value, now, 0, now)));
            case TaskAnswer.Gone:
                return video.TaskGone(new Problem("task_expired", "The provider does not know the task any more: its record lives a day."), now);
            case TaskAnswer.Silent silent:
                LogSilent(id, silent.Problem.Code, state.Silences + 1);
                return Silent(before, state, silent.Problem, silent.RetryAfter, now, video);
            default:
                return video.StillProcessing(Schedule.NextPoll(qwen.Value, before.SubmittedAt, 0, now));
        }
    }

    // A task's record lives a day from its submit (dashscope.md section 0).
    private static readonly TimeSpan recordLives = TimeSpan.FromHours(24);

    private static readonly Problem notVisible = new("task_not_visible", "The provider does not show the task, whose record should live still; it is asked again.");

    /// <summary>So many denials in a row, a polling interval apart, prove that the provider has lost the task.</summary>
    private const int DenialsThatProve = 3;

    private static int Denials(Video before, VideoState.Processing state) => before.Problem?.Code == notVisible.Code ? state.Silences : 0;

    private Result<Video> Silent(Video before, VideoState.Processing state, Problem problem, TimeSpan? retryAfter, DateTimeOffset now, Video video)
    {
        // Now its record must be gone, whatever the provider would say: only the death of the record ends a paid video.
        // Where nobody knows when it was submitted, the silence itself must have lasted so long.
        var age = before.SubmittedAt is { } at ? now - at : (state.Silences + 1) * Schedule.LongestPoll;
        if (age > Schedule.TaskRecordLife) return video.TaskGone(problem, now);

        var next = Schedule.NextPoll(qwen.Value, before.SubmittedAt, state.Silences, now);
        return video.ProviderSilent(problem, retryAfter is { } asked && now + asked > next ? now + asked : next);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "No word about the task of {WorkspaceId}: {Code}, {Times} times in a row; asking again later")]
    private partial void LogSilent(WorkspaceId workspaceId, string code, int times);
}
