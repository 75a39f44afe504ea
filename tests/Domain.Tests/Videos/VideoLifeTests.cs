using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Domain.Tests;

/// <summary>What each transition leaves behind; which are allowed stands in <see cref="EveryTransitionTests"/>.</summary>
public sealed class VideoLifeTests
{
    private static readonly DateTimeOffset inADay = Given.Now.AddDays(1);

    [Fact]
    public void A_first_request_waits_at_once_and_says_so()
    {
        var request = Given.Request(at: Given.Now);

        var video = Given.Ok(Video.Ask(null, request, replace: false));

        Assert.Equal(new VideoState.Queued(Given.Now, 0), video.State);
        Assert.Same(request, video.Request);
        Assert.Equal(Given.Now, video.RequestedAt);
        Assert.Equal([new HistoryEntry(Given.Now, VideoStatus.Queued, null)], video.History);
        Assert.Null(video.Problem);
    }

    [Fact]
    public void The_same_request_again_is_the_same_video()
    {
        var video = AllVideos.Processing;

        var again = Given.Ok(Video.Ask(video, video.Request!, replace: true));

        Assert.Same(video, again);
    }

    [Fact]
    public void A_replacement_keeps_the_old_bytes_and_forgets_the_rest()
    {
        var old = AllVideos.Completed;

        var next = Given.Ok(Video.Ask(old, Given.Request(at: Given.Later), replace: true));

        Assert.Same(old.File, next.File);
        Assert.Same(old.Link, next.Link);
        Assert.Null(next.State.Task);
        Assert.Null(next.SubmittedAt);
        Assert.Null(next.FinishedAt);
        Assert.Equal(Given.Later, next.RequestedAt);
        Assert.Equal([.. old.History, new HistoryEntry(Given.Later, VideoStatus.Queued, null)], next.History);
    }

    [Fact]
    public void An_existing_video_is_replaced_only_on_request()
    {
        var refusal = Given.Failure<Video, VideoExists>(Video.Ask(AllVideos.Completed, Given.Request(), replace: false));

        Assert.Equal((ErrorKind.Conflict, "video_exists"), (refusal.Kind, refusal.Code));
    }

    [Theory]
    [InlineData("failed")]
    [InlineData("cancelled")]
    [InlineData("expired")]
    public void What_a_replacement_in_vain_has_left_is_replaced_only_on_request(string ended)
    {
        var like = AllVideos.In(ended);
        var kept = Given.Ok(Video.Restore(like.Request, like.State, Given.File(), like.Link, Given.Problem, Given.Now, null, null, []));

        Given.Failure<Video, VideoExists>(Video.Ask(kept, Given.Request(), replace: false));
        Assert.Same(kept.File, Given.Ok(Video.Ask(kept, Given.Request(), replace: true)).File);
    }

    [Fact]
    public void An_adopted_task_enters_as_paid_work_that_is_due_at_once()
    {
        var video = Video.Adopt(Given.Task, Given.Now);

        Assert.Equal(new VideoState.Processing(Given.Task, Given.Now, 0), video.State);
        Assert.Equal(Given.Now, video.SubmittedAt);
        Assert.Null(video.Request);
        Assert.NotNull(Assert.Single(video.History).Detail);
    }

    [Fact]
    public void The_mark_before_the_paid_call_names_the_attempt_and_clears_the_reason_for_waiting()
    {
        var waiting = Given.Ok(AllVideos.Queued.WaitOn(Given.Problem, Given.Later, counts: true));

        var marked = Given.Ok(waiting.MarkSubmitting(Given.Attempt));

        Assert.Equal(new VideoState.Submitting(Given.Attempt), marked.State);
        Assert.Equal(Given.Attempt.At, marked.State.DueAt);
        Assert.Null(marked.Problem);
    }

    [Fact]
    public void What_was_surely_not_taken_waits_with_the_reason()
    {
        var back = Given.Ok(AllVideos.Submitting.BackToQueue(Given.Attempt.Id, Given.Problem, Given.Later, Given.Now));

        Assert.Equal(Given.Later, back.State.DueAt);
        Assert.Equal(Given.Problem, back.Problem);
        Assert.Equal(Given.Problem.Message, back.History[^1].Detail);
    }

    [Fact]
    public void An_accepted_submit_knows_its_task_and_when_it_was_sent()
    {
        var unsettled = Given.Ok(AllVideos.Submitting.Unclear(Given.Attempt.Id, Given.Problem, Given.Later, Given.Later));

        var accepted = Given.Ok(unsettled.Accepted(Given.Attempt.Id, Given.Task, Given.Later, Given.Later));

        Assert.Equal(new VideoState.Processing(Given.Task, Given.Later, 0), accepted.State);
        Assert.Equal(Given.Attempt.At, accepted.SubmittedAt);
        Assert.Null(accepted.Problem);
    }

    [Fact]
    public void A_slow_yes_that_others_have_found_out_already_changes_nothing()
    {
        var settled = Given.Ok(AllVideos.Unsettled.SettledAs(Given.Task, "Found.", Given.Now));

        Assert.Same(settled, Given.Ok(settled.Accepted(Given.Attempt.Id, Given.Task, Given.Later, Given.Later)));
    }

    [Fact]
    public void A_refused_submit_ends_with_the_provider_s_own_words()
    {
        var failed = Given.Ok(AllVideos.Submitting.Refused(Given.Attempt.Id, Given.Problem, Given.Later));

        Assert.Equal(new VideoState.Failed(null), failed.State);
        Assert.Equal(Given.Problem, failed.Problem);
        Assert.Equal(Given.Later, failed.FinishedAt);
        Assert.Equal(Given.Problem.Message, failed.History[^1].Detail);
    }

    [Fact]
    public void An_unclear_submit_keeps_its_attempt_and_waits_for_the_first_look()
    {
        var unsettled = AllVideos.Unsettled;

        var state = Assert.IsType<VideoState.Unsettled>(unsettled.State);
        Assert.Equal((Given.Attempt, Given.Later, 0), (state.Attempt, state.DueAt, state.Looks));
        Assert.Empty(state.Candidates);
        Assert.Equal(Given.Problem, unsettled.Problem);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public void Only_a_complete_look_counts(bool counts, int looks)
    {
        var looked = Given.Ok(AllVideos.Unsettled.LookedInVain(Given.Later, counts, Given.Problem));

        Assert.Equal(looks, Assert.IsType<VideoState.Unsettled>(looked.State).Looks);
    }

    [Fact]
    public void Candidates_are_listed_with_the_reason_until_a_look_shows_none()
    {
        var listed = Given.Ok(AllVideos.Unsettled.NeedsPerson([Given.Candidate], Given.Problem, Given.Later));

        var none = Given.Ok(listed.LookedInVain(Given.Later, counts: true, Given.Problem));

        Assert.Equal([Given.Candidate], Assert.IsType<VideoState.Unsettled>(listed.State).Candidates);
        Assert.Empty(Assert.IsType<VideoState.Unsettled>(none.State).Candidates);
    }

    [Fact]
    public void A_look_that_could_not_be_finished_takes_no_candidate_back()
    {
        var listed = Given.Ok(AllVideos.Unsettled.NeedsPerson([Given.Candidate], Given.Problem, Given.Later));

        var silent = Given.Ok(listed.LookedInVain(Given.Later, counts: false, Given.Problem));

        Assert.Equal([Given.Candidate], Assert.IsType<VideoState.Unsettled>(silent.State).Candidates);
    }

    [Fact]
    public void A_proven_absence_lets_the_request_be_sent_again_under_a_new_attempt()
    {
        var queued = Given.Ok(AllVideos.Unsettled.SettledAsAbsent("Not there.", Given.Later));

        Assert.Equal(new VideoState.Queued(Given.Later, 0), queued.State);
        Assert.Equal("Not there.", queued.History[^1].Detail);
        Given.Failure<Video, VersionConflict>(queued.Accepted(Given.Attempt.Id, Given.Task, Given.Later, Given.Later));
    }

    [Fact]
    public void A_yes_to_an_earlier_attempt_never_overwrites_a_later_one()
    {
        var second = new SubmitAttempt(Guid.NewGuid(), Given.Later, "c0ffee");
        var again = Given.Ok(Given.Ok(AllVideos.Unsettled.SettledAsAbsent("Not there.", Given.Later)).MarkSubmitting(second));

        Given.Failure<Video, VersionConflict>(again.Accepted(Given.Attempt.Id, Given.Task, Given.Later, Given.Later));
        Given.Failure<Video, VersionConflict>(again.BackToQueue(Given.Attempt.Id, Given.Problem, Given.Later, Given.Later));
        Given.Failure<Video, VersionConflict>(again.Refused(Given.Attempt.Id, Given.Problem, Given.Later));
        Given.Failure<Video, VersionConflict>(again.Unclear(Given.Attempt.Id, Given.Problem, Given.Later, Given.Later));
    }

    [Fact]
    public void Silence_is_counted_and_an_answer_ends_the_count()
    {
        var silent = Given.Ok(Given.Ok(AllVideos.Processing.ProviderSilent(Given.Problem, Given.Now)).ProviderSilent(Given.Problem, Given.Later));

        var answered = Given.Ok(silent.StillProcessing(Given.Later));

        Assert.Equal(new VideoState.Processing(Given.Task, Given.Later, 2), silent.State);
        Assert.Equal(Given.Problem, silent.Problem);
        Assert.Equal(new VideoState.Processing(Given.Task, Given.Later, 0), answered.State);
        Assert.Null(answered.Problem);
    }

    [Fact]
    public void A_finished_task_is_fetched_at_once_under_one_name()
    {
        var link = Given.Link(inADay);

        var video = Given.Ok(AllVideos.Processing.Finished(link, Given.Stem, Given.Now, Given.Later));

        Assert.Equal(new VideoState.Downloading(Given.Task, Given.Stem, Given.Later, 0, AskedForFreshLink: false), video.State);
        Assert.Same(link, video.Link);
        Assert.Equal(Given.Now, video.FinishedAt);
    }

    [Fact]
    public void Where_the_provider_does_not_say_when_it_finished_now_stands_in()
    {
        Assert.Equal(Given.Later, Given.Ok(AllVideos.Processing.Finished(Given.Link(null), Given.Stem, null, Given.Later)).FinishedAt);
        Assert.Equal(Given.Later, Given.Ok(AllVideos.Processing.TaskFailed(Given.Problem, null, Given.Later)).FinishedAt);
        Assert.Equal(Given.Now, Given.Ok(AllVideos.Processing.TaskFailed(Given.Problem, Given.Now, Given.Later)).FinishedAt);
    }

    [Fact]
    public void However_a_task_ends_the_record_still_names_it()
    {
        Assert.Equal(new VideoState.Failed(Given.Task), AllVideos.Failed.State);
        Assert.Equal(new VideoState.Cancelled(Given.Task), Given.Ok(AllVideos.Processing.TaskCancelled(Given.Now)).State);
        Assert.Equal(new VideoState.Expired(Given.Task), Given.Ok(AllVideos.Processing.TaskGone(Given.Problem, Given.Now)).State);
        Assert.Equal(new VideoState.Expired(Given.Task), AllVideos.Expired.State);
        Assert.Equal(new VideoState.Completed(Given.Task), AllVideos.Completed.State);
    }

    [Theory]
    [InlineData("submitting", "may have reached the provider")]
    [InlineData("unsettled", "may have reached the provider")]
    [InlineData("downloading", "paid for")]
    [InlineData("completed", "completed")]
    public void A_refused_cancel_says_why(string state, string why)
    {
        var refusal = Given.Failure<Video, NotCancellable>(AllVideos.In(state).CancelQueued(Given.Now));

        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_fetch_is_counted_and_a_paused_one_is_not()
    {
        var failed = Given.Ok(AllVideos.Downloading.FetchFailed(Given.Problem, Given.Later));
        var paused = Given.Ok(failed.FetchPaused(Given.Problem, Given.Later));

        Assert.Equal(new VideoState.Downloading(Given.Task, Given.Stem, Given.Later, 1, false), failed.State);
        Assert.Equal(failed.State, paused.State);
        Assert.Equal(Given.Problem, paused.Problem);
    }

    [Fact]
    public void A_fetch_into_another_file_is_due_at_once_and_no_failure()
    {
        var apart = Given.Ok(AllVideos.Downloading.FetchApart("another", Given.Later));

        Assert.Equal(new VideoState.Downloading(Given.Task, "another", Given.Later, 0, false), apart.State);
    }

    [Fact]
    public void A_fetch_is_failing_once_it_has_failed_again()
    {
        var once = Given.Ok(AllVideos.Downloading.FetchFailed(Given.Problem, Given.Later));
        var twice = Given.Ok(once.FetchFailed(Given.Problem, Given.Later));

        Assert.Equal((false, false, true), (AllVideos.Downloading.IsFailing, once.IsFailing, twice.IsFailing));
        Assert.False(Given.Ok(twice.Stored(Given.File(), Given.Later)).IsFailing);
    }

    [Fact]
    public void A_link_that_was_refused_is_shown_to_nobody_while_another_is_sought()
    {
        var refused = Given.Ok(AllVideos.Downloading.LinkRefused(Given.Problem, Given.Later));

        Assert.Equal(new VideoState.Downloading(Given.Task, Given.Stem, Given.Later, 1, false), refused.State);
        Assert.Equal(VideoStorage.None, refused.StorageAt(Given.Now));
        Assert.Equal(Given.Problem, refused.Problem);
    }

    [Fact]
    public void A_fresh_link_is_taken_once_and_keeps_the_name_of_the_file()
    {
        var fresh = Given.Link(inADay, "fresh");

        var video = Given.Ok(Given.Ok(AllVideos.Downloading.FetchFailed(Given.Problem, Given.Later)).FreshLink(fresh, Given.Now));

        Assert.Equal(new VideoState.Downloading(Given.Task, Given.Stem, Given.Now, 1, AskedForFreshLink: true), video.State);
        Assert.Same(fresh, video.Link);
    }

    [Fact]
    public void A_stored_video_names_its_file_and_nothing_is_the_matter_any_more()
    {
        var file = Given.File();

        var video = Given.Ok(Given.Ok(AllVideos.Downloading.FetchFailed(Given.Problem, Given.Later)).Stored(file, Given.Later));

        Assert.Same(file, video.File);
        Assert.Null(video.Problem);
        Assert.NotNull(video.Link);
    }

    [Fact]
    public void A_link_that_died_stays_on_record_as_dead_with_the_reason()
    {
        var video = AllVideos.Expired;

        Assert.True(video.Link!.IsDead);
        Assert.Equal(Given.Problem, video.Problem);
        Assert.Equal(Given.Problem.Message, video.History[^1].Detail);
    }

    [Fact]
    public void A_new_fetch_of_a_finished_video_starts_under_a_new_name()
    {
        var video = Given.Ok(AllVideos.Remote.FetchAgain("another_1", null, Given.Later));

        Assert.Equal(new VideoState.Downloading(Given.Task, "another_1", Given.Later, 0, AskedForFreshLink: false), video.State);
    }

    [Fact]
    public void Why_a_completed_video_is_fetched_again_stays_in_view_until_it_is_here()
    {
        var fetching = Given.Ok(AllVideos.Remote.FetchAgain("another_1", null, Given.Later));

        Assert.Equal("file_missing", fetching.Problem!.Code);
        Assert.Equal(fetching.Problem.Message, fetching.History[^1].Detail);
        Assert.Null(Given.Ok(fetching.Stored(Given.File(), Given.Later)).Problem);
    }

    [Fact]
    public void An_expired_video_that_is_found_alive_has_no_trouble_left() =>
        Assert.Null(Given.Ok(AllVideos.Expired.FetchAgain("another_1", Given.Link(inADay, "fresh"), Given.Later)).Problem);

    [Fact]
    public void A_new_fetch_with_a_fresh_link_does_not_ask_for_yet_another()
    {
        var fresh = Given.Link(inADay, "fresh");

        var video = Given.Ok(AllVideos.Expired.FetchAgain("another_1", fresh, Given.Later));

        Assert.Equal(new VideoState.Downloading(Given.Task, "another_1", Given.Later, 0, AskedForFreshLink: true), video.State);
        Assert.Same(fresh, video.Link);
    }

    [Fact]
    public void A_running_fetch_is_only_hurried_and_keeps_its_name()
    {
        var waiting = Given.Ok(AllVideos.Downloading.FetchFailed(Given.Problem, Given.Now.AddHours(1)));

        var hurried = Given.Ok(waiting.FetchAgain("another_1", null, Given.Later));

        Assert.Equal(new VideoState.Downloading(Given.Task, Given.Stem, Given.Later, 1, false), hurried.State);
        Assert.Equal(Given.Problem, hurried.Problem);
    }

    [Fact]
    public void Without_a_living_link_nothing_can_be_fetched()
    {
        Given.Failure<Video, VideoExpired>(AllVideos.Remote.FetchAgain("another_1", null, inADay));
        Given.Failure<Video, VideoExpired>(AllVideos.Remote.FetchAgain("another_1", Given.Link(Given.Now), Given.Now));
        Given.Failure<Video, VideoExpired>(AllVideos.Expired.FetchAgain("another_1", null, Given.Now));
    }

    [Fact]
    public void Facts_are_taken_for_the_file_they_were_read_from_only()
    {
        var described = Given.File() with { Media = new MediaFacts(5.04, 1280, 720, "h264", true) };

        Assert.Equal(described, Given.Ok(AllVideos.Completed.Described(described)).File);
        Given.Failure<Video, VersionConflict>(AllVideos.Completed.Described(Given.File("another_1.mp4")));
    }

    [Fact]
    public void A_lost_file_leaves_the_reason_in_its_place()
    {
        var video = Given.Ok(AllVideos.Completed.FileLost(Given.Problem));

        Assert.Null(video.File);
        Assert.Equal(Given.Problem, video.Problem);
        Assert.Equal(VideoStatus.Completed, video.Status);
    }

    [Fact]
    public void A_file_that_was_found_ends_the_trouble()
    {
        var found = Given.Ok(AllVideos.Expired.FileFound(Given.File(), Given.Later));

        Assert.Equal(new VideoState.Completed(Given.Task), found.State);
        Assert.Null(found.Problem);
        Assert.NotNull(found.History[^1].Detail);
    }

    [Theory]
    [InlineData("queued")]
    [InlineData("submitting")]
    [InlineData("unsettled")]
    public void A_record_that_waits_to_be_sent_cannot_be_without_its_request(string state) =>
        Given.Failure<Video, ValidationFailed>(Video.Restore(null, AllVideos.In(state).State, null, null, null, Given.Now, null, null, []));

    [Fact]
    public void A_record_that_fetches_cannot_be_without_its_link() =>
        Given.Failure<Video, ValidationFailed>(Video.Restore(Given.Request(), AllVideos.Downloading.State, null, null, null, Given.Now, null, null, []));

    public static TheoryData<string> States => [.. AllVideos.Names];

    [Theory]
    [MemberData(nameof(States))]
    public void Every_state_is_restored_as_it_was(string state)
    {
        var video = AllVideos.In(state);

        var restored = Given.Ok(Video.Restore(
            video.Request, video.State, video.File, video.Link, video.Problem, video.RequestedAt, video.SubmittedAt, video.FinishedAt, video.History));

        Assert.Equal(video, restored);
    }
}
