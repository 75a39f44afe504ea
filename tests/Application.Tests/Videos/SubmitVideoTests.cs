using Microsoft.Extensions.Logging;
using VideoPlatform.Application.Videos;
using VideoPlatform.Application.Videos.Settle;
using VideoPlatform.Application.Videos.Submit;
using VideoPlatform.Application.Work;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Tests;

/// <summary>The paid step. The first promise, never paid twice, is kept or broken here.</summary>
public sealed class SubmitVideoTests : Testing.UseCases.UseCases
{
    private static readonly Problem problem = new("ProviderCode", "The provider's own words.");

    // ---- the one submit ---------------------------------------------------------------------------------------

    [Fact]
    public async Task An_accepted_submit_is_processing_under_its_task()
    {
        var id = await GivenQueued();

        Ok(await Step(id));

        var video = await AssertStands(id, VideoStatus.Processing);
        Assert.Equal(new ProviderTask("task-1", Testing.Provider.FakeVideoProvider.Endpoint), video.State.Task);
        Assert.Equal(Now, video.SubmittedAt);
        Assert.InRange(video.State.DueAt!.Value - Now, Qwen.PollInterval * 0.9, Qwen.PollInterval * 1.1);
        Assert.Null((await Find(id)).Lease);
        Assert.Equal(["handover", "submit"], Provider.Calls);
    }

    [Fact]
    public async Task What_is_sent_is_what_was_asked_for()
    {
        var id = await GivenQueued("a cat jumps", "wan2.5-i2v-preview");

        Ok(await Step(id));

        var order = Assert.Single(Provider.Orders);
        Assert.Equal((await VideoOf(id)).Request, order.Request);
        Assert.Equal(("a cat jumps", "wan2.5-i2v-preview"), (order.Request.Prompt, order.Model.Name));
        Assert.Equal((await Find(id)).Picture, order.Picture.Picture);
    }

    [Fact]
    public async Task The_mark_is_on_record_before_the_provider_hears_of_it()
    {
        var id = await GivenQueued();
        var held = Provider.HoldSubmit();

        var step = Step(id);
        await held.Arrived;

        var video = await AssertStands(id, VideoStatus.Submitting);
        var attempt = Assert.IsType<VideoState.Submitting>(video.State).Attempt;
        Assert.Equal(Now, attempt.At);
        Assert.Matches("^[0-9a-f]{64}$", attempt.RequestHash);
        Assert.Empty(Provider.Paid);

        held.Release();
        Ok(await step);
        await AssertStands(id, VideoStatus.Processing);
    }

    [Fact]
    public async Task While_a_submit_is_under_way_nobody_can_send_another()
    {
        var id = await GivenQueued();
        var held = Provider.HoldSubmit();
        var claim = await Claim(id);
        var step = Do(WorkLane.Submit, id, claim);
        await held.Arrived;

        var again = await Do(WorkLane.Submit, id, claim);
        var other = await Do(WorkLane.Submit, id, Guid.NewGuid());

        Assert.IsType<VersionConflict>(ErrorOf(again));
        Assert.IsType<VersionConflict>(ErrorOf(other));
        held.Release();
        Ok(await step);
        Assert.Equal(1, Provider.PaidTasks);
    }

    [Fact]
    public async Task The_same_step_again_sends_nothing()
    {
        var id = await GivenQueued();
        var claim = await Claim(id);
        Ok(await Do(WorkLane.Submit, id, claim));

        var again = await Do(WorkLane.Submit, id, claim);

        Assert.IsType<VersionConflict>(ErrorOf(again));
        Assert.Equal(1, Provider.PaidTasks);
    }

    [Fact]
    public async Task A_claim_that_another_worker_has_by_now_sends_nothing()
    {
        var id = await GivenQueued();
        var lost = await Claim(id);
        Clock.Advance(Work.LeaseDuration);
        await Claim(id);

        var result = await Do(WorkLane.Submit, id, lost);

        Assert.IsType<VersionConflict>(ErrorOf(result));
        Assert.Empty(Provider.Calls);
        await AssertStands(id, VideoStatus.Queued);
    }

    [Fact]
    public async Task A_claim_that_is_lost_before_the_mark_sends_nothing()
    {
        var id = await GivenQueued();
        Workspaces.BeforeNextChange(() =>
        {
            Clock.Advance(Work.LeaseDuration);
            return Claim(id);
        });

        var result = await Step(id);

        Assert.IsType<VersionConflict>(ErrorOf(result));
        Assert.Equal(["handover"], Provider.Calls);
        await AssertStands(id, VideoStatus.Queued);
    }

    [Fact]
    public async Task A_video_that_is_cancelled_before_the_mark_is_not_sent()
    {
        var id = await GivenQueued();
        Workspaces.BeforeNextChange(() => Change(id, v => v.CancelQueued(Now)));

        var result = await Step(id);

        Assert.IsType<VersionConflict>(ErrorOf(result));
        Assert.Empty(Provider.Orders);
        await AssertStands(id, VideoStatus.Cancelled);
    }

    [Fact]
    public async Task An_unknown_workspace_is_not_found() =>
        Assert.Equal(new NotFound("workspace"), ErrorOf(await Send(new SubmitVideo(WorkspaceId.New(Now), Guid.NewGuid()))));

    [Fact]
    public async Task A_worker_that_is_told_to_stop_before_the_mark_sends_nothing()
    {
        var id = await GivenQueued();
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Step(id, stop.Token));

        Assert.Empty(Provider.Calls);
        await AssertStands(id, VideoStatus.Queued);
    }

    [Fact]
    public async Task A_worker_that_is_told_to_stop_after_the_mark_still_records_what_is_paid_for()
    {
        var id = await GivenQueued();
        var held = Provider.HoldSubmit();
        using var stop = new CancellationTokenSource();
        var step = Step(id, stop.Token);
        await held.Arrived;

        await stop.CancelAsync();
        held.Release();

        Ok(await step);
        Assert.Equal("task-1", (await AssertStands(id, VideoStatus.Processing)).State.Task!.Id);
    }

    // ---- the answers ------------------------------------------------------------------------------------------

    [Fact]
    public async Task A_refusal_ends_it_with_the_provider_s_own_words()
    {
        var id = await GivenQueued();
        Provider.AnswerSubmit(new SubmitAnswer.Refused(problem));

        Ok(await Step(id));

        var video = await AssertStands(id, VideoStatus.Failed, "ProviderCode");
        Assert.Equal(Now, video.FinishedAt);
        Assert.Null(video.State.Task);
        Assert.Equal(problem.Message, video.History[^1].Detail);
        Assert.Null((await Find(id)).DueAt);
    }

    [Fact]
    public async Task Throttling_sends_it_back_to_the_queue_for_as_long_as_the_provider_asks()
    {
        var id = await GivenQueued();
        Provider.AnswerSubmit(new SubmitAnswer.Throttled(problem, TimeSpan.FromSeconds(40)));

        Ok(await Step(id));

        var video = await AssertStands(id, VideoStatus.Queued, "ProviderCode");
        Assert.Equal(Now.AddSeconds(40), video.State.DueAt);
        Assert.Equal(problem.Message, video.History[^1].Detail);
        Assert.Equal(0, Gate.Admits(Model, 5));
        Assert.Null(Gate.StoppedBecause);
    }

    [Fact]
    public async Task A_refused_account_stops_the_queue_and_says_so()
    {
        var id = await GivenQueued();
        Provider.AnswerSubmit(new SubmitAnswer.Blocked(problem));

        Ok(await Step(id));

        var video = await AssertStands(id, VideoStatus.Queued, "ProviderCode");
        Assert.InRange(video.State.DueAt!.Value - Now, TimeSpan.FromSeconds(4.5), TimeSpan.FromSeconds(5.5));
        Assert.Equal(problem, Gate.StoppedBecause);
        Assert.Equal(0, Gate.Admits("wan2.6-i2v", 5));
    }

    [Fact]
    public async Task What_surely_was_not_sent_goes_back_to_the_queue_and_is_sent_once_later()
    {
        var id = await GivenQueued();
        Provider.AnswerSubmit(new SubmitAnswer.NotSent(problem));

        Ok(await Step(id));
        await AssertStands(id, VideoStatus.Queued, "ProviderCode");
        Ok(await StepWhenDue(id));

        await AssertStands(id, VideoStatus.Processing);
        Assert.Equal(1, Provider.PaidTasks);
    }

    [Fact]
    public async Task A_mark_that_took_too_long_to_write_is_not_followed_by_a_request()
    {
        var id = await GivenQueued();
        Workspaces.BeforeNextChange(() =>
        {
            Clock.Advance(Work.LeaseDuration / 2);
            return Task.CompletedTask;
        });

        Ok(await Step(id));

        await AssertStands(id, VideoStatus.Queued, "too_late_to_send");
        Assert.Empty(Provider.Orders);
    }

    [Fact]
    public async Task Anything_unclear_is_unsettled_and_never_sent_again_on_a_guess()
    {
        var id = await GivenUnsettled(paid: true);

        var video = await AssertStands(id, VideoStatus.Unsettled, "provider_timeout");
        Assert.Equal(Now + Qwen.SettleAfter, video.State.DueAt);
        Assert.Equal(0, Assert.IsType<VideoState.Unsettled>(video.State).Looks);
        Assert.Equal("The provider did not answer.", video.History[^1].Detail);
        Assert.Single(Provider.Orders);
    }

    // ---- the picture ------------------------------------------------------------------------------------------

    [Fact]
    public async Task A_picture_that_could_not_be_handed_over_is_tried_again_ever_later_and_nothing_is_marked()
    {
        var id = await GivenQueued();
        var delays = new List<TimeSpan>();
        for (var i = 0; i < 5; i++)
        {
            Provider.AnswerHandover(new PictureHandover.Unavailable(problem, null));
            Ok(await StepWhenDue(id));
            delays.Add((await AssertStands(id, VideoStatus.Queued, "ProviderCode")).State.DueAt!.Value - Now);
        }

        for (var i = 0; i < 5; i++) Assert.InRange(delays[i].TotalSeconds, 0.9 * Math.Pow(2, i), 1.1 * Math.Pow(2, i));
        Assert.DoesNotContain("submit", Provider.Calls);
        Ok(await StepWhenDue(id));
        await AssertStands(id, VideoStatus.Processing);
    }

    [Fact]
    public async Task A_handover_waits_as_long_as_the_provider_asks()
    {
        var id = await GivenQueued();
        Provider.AnswerHandover(new PictureHandover.Unavailable(problem, TimeSpan.FromMinutes(2)));

        Ok(await Step(id));

        Assert.Equal(Now.AddMinutes(2), (await VideoOf(id)).State.DueAt);
    }

    [Fact]
    public async Task An_account_that_is_refused_at_the_handover_stops_the_queue()
    {
        var id = await GivenQueued();
        Provider.AnswerHandover(new PictureHandover.Blocked(problem));

        Ok(await Step(id));

        await AssertStands(id, VideoStatus.Queued, "ProviderCode");
        Assert.Equal(problem, Gate.StoppedBecause);
        Assert.Empty(Provider.Orders);
    }

    [Fact]
    public async Task A_picture_that_can_never_be_handed_over_fails_without_a_payment()
    {
        var id = await GivenQueued();
        Provider.AnswerHandover(new PictureHandover.Impossible(new Problem("picture_missing", "The picture's file is gone.")));

        Ok(await Step(id));

        var video = await AssertStands(id, VideoStatus.Failed, "picture_missing");
        Assert.Equal("The picture's file is gone.", video.History[^1].Detail);
        Assert.Empty(Provider.Orders);
    }

    [Fact]
    public async Task A_workspace_that_has_lost_its_picture_fails()
    {
        var queued = await Find(await GivenQueued());
        var bare = Workspace.Restore(WorkspaceId.New(Now), null, null, queued.Video, null, 1, Now, Now);
        await Given(bare);

        Ok(await Step(bare.Id));

        await AssertStands(bare.Id, VideoStatus.Failed, "picture_missing");
        Assert.Empty(Provider.Calls);
    }

    [Fact]
    public async Task A_model_that_has_left_the_catalogue_fails()
    {
        var workspace = await GivenWorkspace();
        var request = new VideoRequest(Guid.NewGuid(), "wan1.0-i2v", Prompt, null, "720P", 5, null, true, false, Now);
        Ok(await Records.ChangeAsync(workspace.Id, w => w.Ask(request, replace: false, Now), CancellationToken.None));

        Ok(await Step(workspace.Id));

        await AssertStands(workspace.Id, VideoStatus.Failed, "unknown_model");
        Assert.Empty(Provider.Calls);
    }

    // ---- frozen workers ---------------------------------------------------------------------------------------

    [Fact]
    public async Task A_frozen_worker_that_comes_back_with_a_yes_is_believed_after_others_have_begun_to_doubt()
    {
        var id = await GivenQueued();
        var held = Provider.HoldSubmit();
        var frozen = Step(id);
        await held.Arrived;
        Clock.Advance(Work.LeaseDuration);
        Ok(await Step(id));
        await AssertStands(id, VideoStatus.Unsettled, "submit_interrupted");

        held.Release();

        Ok(await frozen);
        Assert.Equal("task-1", (await AssertStands(id, VideoStatus.Processing)).State.Task!.Id);
        Assert.Equal(1, Provider.PaidTasks);
        Assert.Empty(Log.At(LogLevel.Critical));
    }

    [Fact]
    public async Task A_frozen_worker_s_yes_is_no_news_when_the_task_was_found_and_even_fetched_meanwhile()
    {
        var id = await GivenQueued();
        Provider.AnswerSubmit(new SubmitAnswer.Accepted(new ProviderTask("task-1", Testing.Provider.FakeVideoProvider.Endpoint)));
        var held = Provider.HoldSubmit();
        var frozen = Step(id);
        await held.Arrived;
        await Change(id, v => v.Accepted(((VideoState.Submitting)v.State).Attempt.Id, new ProviderTask("task-1", null), Now, Now));
        await Change(id, v => v.Finished(Provider.LinkOf("task-1"), "stem_1", Now, Now));

        held.Release();

        Ok(await frozen);
        await AssertStands(id, VideoStatus.Downloading);
        Assert.Empty(Log.At(LogLevel.Critical));
    }

    [Fact]
    public async Task A_frozen_worker_s_yes_to_a_request_that_was_given_up_is_shouted_and_overwrites_nothing()
    {
        var id = await GivenQueued();
        var held = Provider.HoldSubmit();
        var frozen = Step(id);
        await held.Arrived;
        Clock.Advance(Work.LeaseDuration);
        Ok(await Step(id));
        Ok(await Send(new SettleByHand(id, null)));

        held.Release();

        Assert.IsType<VersionConflict>(ErrorOf(await frozen));
        Assert.Null((await AssertStands(id, VideoStatus.Queued)).State.Task);
        Assert.Contains("task-1", Assert.Single(Log.At(LogLevel.Critical)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_frozen_worker_that_surely_did_not_send_ends_the_doubt()
    {
        var id = await GivenQueued();
        Provider.AnswerSubmit(new SubmitAnswer.NotSent(problem));
        var held = Provider.HoldSubmit();
        var frozen = Step(id);
        await held.Arrived;
        Clock.Advance(Work.LeaseDuration);
        Ok(await Step(id));

        held.Release();

        Ok(await frozen);
        await AssertStands(id, VideoStatus.Queued, "ProviderCode");
    }

    [Fact]
    public async Task A_frozen_worker_that_does_not_know_either_changes_nothing()
    {
        var id = await GivenQueued();
        Provider.LoseSubmitAnswer();
        var held = Provider.HoldSubmit();
        var frozen = Step(id);
        await held.Arrived;
        Clock.Advance(Work.LeaseDuration);
        Ok(await Step(id));
        var before = await Find(id);

        held.Release();

        Assert.IsType<VersionConflict>(ErrorOf(await frozen));
        Assert.Equal(before, await Find(id));
    }

    // ---- places and twins -------------------------------------------------------------------------------------

    [Fact]
    public async Task Above_the_limit_it_steps_back_and_says_what_it_waits_for()
    {
        Qwen.MaxInFlight = 1;
        await GivenProcessing("another");
        var id = await GivenQueued();

        Ok(await Step(id));

        var video = await AssertStands(id, VideoStatus.Queued, "queue_full");
        Assert.InRange(video.State.DueAt!.Value - Now, TimeSpan.FromMilliseconds(450), TimeSpan.FromMilliseconds(550));
        Assert.Equal(1, Provider.PaidTasks);
    }

    [Fact]
    public async Task The_limit_is_for_each_model()
    {
        Qwen.MaxInFlight = 1;
        await GivenProcessing("another");
        var id = await GivenQueued(model: "wan2.6-i2v");

        Ok(await Step(id));

        await AssertStands(id, VideoStatus.Processing);
    }

    [Fact]
    public async Task An_unclear_submit_takes_a_place_for_as_long_as_its_task_could_run()
    {
        Qwen.MaxInFlight = 1;
        await GivenUnsettled(paid: true, "another");
        var id = await GivenQueued();

        Ok(await Step(id));
        await AssertStands(id, VideoStatus.Queued, "queue_full");
        Clock.Advance(Schedule.LongestRun + TimeSpan.FromSeconds(1));
        Ok(await Step(id));

        await AssertStands(id, VideoStatus.Processing);
    }

    [Fact]
    public async Task Of_two_workers_that_see_the_last_place_one_steps_back()
    {
        Qwen.MaxInFlight = 1;
        var first = await GivenQueued("first");
        var second = await GivenQueued("second");
        var held = Provider.HoldSubmit();
        var one = Step(first);
        await held.Arrived;

        Ok(await Step(second));

        held.Release();
        Ok(await one);
        await AssertStands(second, VideoStatus.Queued, "queue_full");
        Assert.Equal(1, Provider.PaidTasks);
    }

    [Theory]
    [InlineData(Prompt)]
    [InlineData(" the boat drifts  away\n")]
    public async Task The_same_words_wait_while_a_submit_of_them_is_undecided(string twin)
    {
        await GivenUnsettled(paid: true, twin);
        var id = await GivenQueued();

        Ok(await Step(id));

        var video = await AssertStands(id, VideoStatus.Queued, "same_words_undecided");
        Assert.Equal(Now + Qwen.SettleAfter, video.State.DueAt);
        Assert.Single(Provider.Orders);
    }

    [Fact]
    public async Task Waiting_for_a_twin_is_no_failed_try()
    {
        await GivenUnsettled(paid: true);
        var id = await GivenQueued();

        Ok(await Step(id));
        Ok(await StepWhenDue(id));

        Assert.Equal(0, Assert.IsType<VideoState.Queued>((await VideoOf(id)).State).Attempts);
    }

    [Fact]
    public async Task The_same_words_wait_a_moment_while_a_submit_of_them_is_under_way()
    {
        var first = await GivenQueued();
        var held = Provider.HoldSubmit();
        var one = Step(first);
        await held.Arrived;
        var id = await GivenQueued();

        Ok(await Step(id));

        Assert.InRange((await AssertStands(id, VideoStatus.Queued, "same_words_undecided")).State.DueAt!.Value - Now, TimeSpan.FromMilliseconds(450), TimeSpan.FromMilliseconds(550));
        held.Release();
        Ok(await one);
        Ok(await StepWhenDue(id));
        await AssertStands(id, VideoStatus.Processing);
        Assert.Equal(2, Provider.PaidTasks);
    }

    [Fact]
    public async Task The_same_words_that_get_under_way_between_look_and_mark_are_seen_after_the_mark()
    {
        var twin = await GivenQueued();
        var id = await GivenQueued();
        Workspaces.BeforeNextChange(() => Change(twin, v => v.MarkSubmitting(new SubmitAttempt(Guid.NewGuid(), Now, "c0ffee"))));

        Ok(await Step(id));

        await AssertStands(id, VideoStatus.Queued, "same_words_undecided");
        Assert.Empty(Provider.Orders);
    }

    [Theory]
    [InlineData("the boat drifts", Model)]
    [InlineData("The boat drifts away", Model)]
    [InlineData(Prompt, "wan2.6-i2v")]
    public async Task Other_words_or_another_model_need_not_wait(string prompt, string model)
    {
        await GivenUnsettled(paid: true, prompt, model);
        var id = await GivenQueued();

        Ok(await Step(id));

        await AssertStands(id, VideoStatus.Processing);
    }

    [Fact]
    public async Task A_twin_is_found_among_any_number_of_undecided_submits()
    {
        Qwen.MaxInFlight = int.MaxValue;
        await GivenUnsettled(paid: true);
        for (var i = 0; i < 250; i++) await GivenUnsettled(paid: false, $"other words {i}");
        var id = await GivenQueued();

        Ok(await Step(id));

        await AssertStands(id, VideoStatus.Queued, "same_words_undecided");
    }
}
