using Microsoft.Extensions.Logging;
using VideoPlatform.Application.Videos;
using VideoPlatform.Application.Videos.Get;
using VideoPlatform.Application.Videos.Settle;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Tests;

/// <summary>Whether an unclear submit was taken: adopt what can only be ours, prove what is absent, and leave the rest to a person.</summary>
public sealed class SettleVideoTests : Testing.UseCases.UseCases
{
    private static readonly Problem problem = new("ProviderCode", "The provider's own words.");

    // ---- found ------------------------------------------------------------------------------------------------

    [Fact]
    public async Task The_one_task_that_can_be_ours_is_adopted()
    {
        var id = await GivenUnsettled(paid: true);
        var sent = Now;

        Ok(await StepWhenDue(id));

        var video = await AssertStands(id, VideoStatus.Processing);
        Assert.Equal(new ProviderTask("task-1", Qwen.BaseUrl), video.State.Task);
        Assert.Equal(sent, video.SubmittedAt);
        Assert.Equal("Found in the provider's task list.", video.History[^1].Detail);
        Assert.Contains("task-1", Assert.Single(Log.At(LogLevel.Warning)), StringComparison.Ordinal);
        Assert.Equal(1, Provider.PaidTasks);
    }

    [Fact]
    public async Task A_task_that_other_records_know_is_not_ours()
    {
        await GivenProcessing("another");
        var id = await GivenUnsettled(paid: false);

        Ok(await StepWhenDue(id));

        await AssertNotFoundYet(id, looks: 1);
    }

    [Fact]
    public async Task A_task_whose_video_was_replaced_since_is_still_known()
    {
        var other = await GivenProcessing("another");
        await Change(other, v => v.TaskFailed(problem, null, Now));
        Ok(await Send(ARequest(other) with { Prompt = "yet another" }));
        var id = await GivenUnsettled(paid: false);

        Ok(await StepWhenDue(id));

        await AssertNotFoundYet(id, looks: 1);
    }

    [Fact]
    public async Task Another_accounts_list_proves_nothing()
    {
        var id = await GivenUnsettled(paid: false);
        Qwen.ApiKey = "another";

        for (var look = 0; look < 6; look++)
        {
            Ok(await StepWhenDue(id));
            var video = await AssertStands(id, VideoStatus.Unsettled, "other_account");
            Assert.Equal(0, Assert.IsType<VideoState.Unsettled>(video.State).Looks);
        }

        Assert.Single(Provider.Orders);
        Qwen.ApiKey = null;
        Ok(await StepWhenDue(id));
        await AssertNotFoundYet(id, looks: 1);
    }

    [Fact]
    public async Task Another_accounts_only_task_is_ours_if_it_shows_our_words()
    {
        var id = await GivenUnsettled(paid: true);
        Qwen.BaseUrl = "https://dashscope-intl.aliyuncs.com/api/v1";

        Ok(await StepWhenDue(id));
        var waiting = await AssertStands(id, VideoStatus.Unsettled, "other_account");
        Assert.Equal("task-1", Assert.Single(Assert.IsType<VideoState.Unsettled>(waiting.State).Candidates).TaskId);

        Provider.AnswerQuery("task-1", Made(Prompt));
        Ok(await StepWhenDue(id));
        await AssertStands(id, VideoStatus.Processing);
        Assert.Equal(1, Provider.PaidTasks);
    }

    [Fact]
    public async Task A_task_of_another_model_is_not_ours()
    {
        var id = await GivenUnsettled(paid: false);
        AnswerList(Listed("foreign") with { Model = "wan2.6-i2v" });

        Ok(await StepWhenDue(id));

        await AssertNotFoundYet(id, looks: 1);
    }

    [Theory]
    [InlineData(-60.001, false)]
    [InlineData(-60, true)]
    [InlineData(0, true)]
    [InlineData(180, true)]
    [InlineData(180.001, false)]
    public async Task A_task_is_ours_only_if_it_was_made_when_our_request_may_have_arrived(double seconds, bool possible)
    {
        var id = await GivenUnsettled(paid: false);
        AnswerList(Listed("found") with { CreatedAt = Now.AddSeconds(seconds) });
        Provider.AnswerQuery("found", Running);

        Ok(await StepWhenDue(id));

        Assert.Equal(possible ? VideoStatus.Processing : VideoStatus.Unsettled, (await VideoOf(id)).Status);
    }

    [Fact]
    public async Task A_task_of_another_time_that_shows_our_words_is_left_to_a_person()
    {
        var id = await GivenUnsettled(paid: false);
        AnswerList(Listed("early") with { CreatedAt = Now.AddHours(-1) });
        Provider.AnswerQuery("early", Made(Prompt));

        Ok(await StepWhenDue(id));

        var video = await AssertStands(id, VideoStatus.Unsettled, "other_time");
        Assert.Equal("early", Assert.Single(Assert.IsType<VideoState.Unsettled>(video.State).Candidates).TaskId);
    }

    [Fact]
    public async Task A_task_of_another_time_that_still_runs_keeps_absence_unproven()
    {
        var id = await GivenUnsettled(paid: false);
        AnswerList(Listed("early") with { CreatedAt = Now.AddHours(-1) });
        Provider.AnswerQuery("early", Running);

        Ok(await StepWhenDue(id));

        var video = await AssertStands(id, VideoStatus.Unsettled, "other_time");
        Assert.Equal(0, Assert.IsType<VideoState.Unsettled>(video.State).Looks);
    }

    [Fact]
    public async Task A_task_of_another_time_is_not_ours_when_both_clocks_are_known_to_be_right()
    {
        var id = await GivenUnsettled(paid: false);
        AnswerList(TimeSpan.FromSeconds(-0.8), Listed("early") with { CreatedAt = Now.AddMinutes(-10) });

        Ok(await StepWhenDue(id));

        await AssertNotFoundYet(id, looks: 1);
        Assert.DoesNotContain("query early", Provider.Calls);
    }

    [Theory]
    [InlineData(31)]
    [InlineData(-3600)]
    public async Task Clocks_that_disagree_make_every_time_doubtful(int secondsAhead)
    {
        var id = await GivenUnsettled(paid: false);
        AnswerList(TimeSpan.FromSeconds(secondsAhead), Listed("early") with { CreatedAt = Now.AddHours(-1) });
        Provider.AnswerQuery("early", Made(Prompt));

        Ok(await StepWhenDue(id));

        await AssertStands(id, VideoStatus.Unsettled, "other_time");
    }

    [Fact]
    public async Task A_mark_of_another_process_makes_every_time_doubtful()
    {
        var id = await GivenQueued();
        await Change(id, v => v.MarkSubmitting(new SubmitAttempt(Guid.NewGuid(), Now, "hash", Qwen.Account)));
        Ok(await Step(id));
        await AssertStands(id, VideoStatus.Unsettled, "submit_interrupted");
        AnswerList(TimeSpan.Zero, Listed("early") with { CreatedAt = Now.AddHours(-1) });
        Provider.AnswerQuery("early", Made(Prompt));

        Ok(await StepWhenDue(id));

        await AssertStands(id, VideoStatus.Unsettled, "other_time");
    }

    [Theory]
    [InlineData(-7200.001)]
    [InlineData(7380.001)]
    public async Task A_task_of_quite_another_time_is_not_even_asked_for(double seconds)
    {
        var id = await GivenUnsettled(paid: false);
        AnswerList(Listed("foreign") with { CreatedAt = Now.AddSeconds(seconds) });

        Ok(await StepWhenDue(id));

        await AssertNotFoundYet(id, looks: 1);
        Assert.DoesNotContain("query foreign", Provider.Calls);
    }

    [Fact]
    public async Task A_task_that_does_not_say_when_it_was_made_may_be_ours()
    {
        var id = await GivenUnsettled(paid: false);
        AnswerList(Listed("found") with { CreatedAt = null, Model = null });
        Provider.AnswerQuery("found", Running);

        Ok(await StepWhenDue(id));

        await AssertStands(id, VideoStatus.Processing);
    }

    [Fact]
    public async Task A_task_that_shows_other_words_is_not_ours()
    {
        var id = await GivenUnsettled(paid: false);
        AnswerList(Listed("foreign"));
        Provider.AnswerQuery("foreign", Made("other words"));

        Ok(await StepWhenDue(id));

        await AssertNotFoundYet(id, looks: 1);
    }

    [Theory]
    [InlineData("the boat drifts away")]
    [InlineData(" the boat drifts away \n")]
    [InlineData("the  boat drifts\r\naway")]
    public async Task A_task_that_shows_our_words_is_ours_however_it_spaces_them(string shown)
    {
        var id = await GivenUnsettled(paid: false);
        AnswerList(Listed("ours"), Listed("foreign"));
        Provider.AnswerQuery("ours", Made(shown));
        Provider.AnswerQuery("foreign", Running);

        Ok(await StepWhenDue(id));

        Assert.Equal("ours", (await AssertStands(id, VideoStatus.Processing)).State.Task!.Id);
    }

    [Fact]
    public async Task A_task_that_is_listed_as_unknown_and_denied_when_asked_is_no_candidate()
    {
        var id = await GivenUnsettled(paid: false);
        AnswerList(Listed("foreign") with { Status = "UNKNOWN" });
        Provider.AnswerQuery("foreign", new TaskAnswer.Gone());

        Ok(await StepWhenDue(id));

        await AssertNotFoundYet(id, looks: 1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-90)]
    public async Task A_task_that_the_list_shows_and_the_question_denies_proves_no_absence(int minutes)
    {
        var id = await GivenUnsettled(paid: true);
        var listed = Listed("task-1") with { CreatedAt = Now.AddMinutes(minutes) };
        for (var look = 0; look < 2 * VideoPlatform.Application.Work.Schedule.LooksThatProveAbsence; look++)
        {
            AnswerList(listed);
            Provider.AnswerQuery("task-1", new TaskAnswer.Gone());
            Ok(await StepWhenDue(id));
        }

        var video = await VideoOf(id);
        Assert.Equal(0, Assert.IsType<VideoState.Unsettled>(video.State).Looks);
        Assert.Equal(minutes == 0 ? "provider_silent" : "other_time", video.Problem?.Code);
        Assert.Equal(1, Provider.PaidTasks);
    }

    [Fact]
    public async Task A_failed_task_that_can_only_be_ours_is_adopted_and_gives_its_reason()
    {
        var id = await GivenUnsettled(paid: true);
        Provider.AnswerQuery("task-1", new TaskAnswer.Failed(problem, Now));
        Provider.AnswerQuery("task-1", new TaskAnswer.Failed(problem, Now));

        Ok(await StepWhenDue(id));
        Ok(await StepWhenDue(id));

        await AssertStands(id, VideoStatus.Failed, "ProviderCode");
        Assert.Equal(1, Provider.PaidTasks);
    }

    [Fact]
    public async Task Every_page_of_the_list_is_read()
    {
        for (var i = 0; i < 45; i++) Provider.AddForeignTask($"old-{i}", Model, "other words");
        Clock.Advance(TimeSpan.FromMinutes(2));
        var id = await GivenUnsettled(paid: true);

        Ok(await StepWhenDue(id));

        Assert.Equal("task-46", (await AssertStands(id, VideoStatus.Processing)).State.Task!.Id);
        Assert.Equal(["list 1", "list 2", "list 3"], Provider.Calls.Where(c => c.StartsWith("list", StringComparison.Ordinal)));
    }

    // ---- several ----------------------------------------------------------------------------------------------

    [Fact]
    public async Task Several_possible_tasks_are_listed_for_a_person()
    {
        var id = await GivenUnsettled(paid: true);
        Provider.AddForeignTask("foreign", Model, "other words");

        Ok(await StepWhenDue(id));

        var video = await AssertStands(id, VideoStatus.Unsettled, "several_candidates");
        Assert.Equal(["task-1", "foreign"], Assert.IsType<VideoState.Unsettled>(video.State).Candidates.Select(c => c.TaskId));
        Assert.True(video.State.DueAt > Now);
        var view = Ok(await Send(new GetVideo(id)));
        Assert.Equal([("task-1", "RUNNING"), ("foreign", "RUNNING")], view.Error!.Candidates!.Select(c => (c.TaskId, c.Status)));
    }

    [Fact]
    public async Task Several_are_told_apart_as_soon_as_one_shows_our_words()
    {
        var id = await GivenUnsettled(paid: true);
        Provider.AddForeignTask("foreign", Model, "other words");
        Ok(await StepWhenDue(id));

        Ok(await StepWhenDue(id));

        var video = await AssertStands(id, VideoStatus.Processing);
        Assert.Equal("task-1", video.State.Task!.Id);
    }

    [Fact]
    public async Task Two_tasks_of_our_own_words_stay_a_person_s_choice()
    {
        var id = await GivenUnsettled(paid: true);
        Provider.AddForeignTask("foreign", Model, Prompt);

        Ok(await StepWhenDue(id));
        Ok(await StepWhenDue(id));

        var video = await AssertStands(id, VideoStatus.Unsettled, "several_candidates");
        Assert.All(Assert.IsType<VideoState.Unsettled>(video.State).Candidates, c => Assert.Equal(Prompt, c.Prompt));
    }

    [Fact]
    public async Task Two_unclear_submits_of_the_same_second_each_find_their_own()
    {
        var cat = await GivenUnsettled(paid: true, "a cat");
        var dog = await GivenUnsettled(paid: true, "a dog");

        Ok(await StepWhenDue(cat));
        Ok(await StepWhenDue(dog));
        await StepWhileUnsettled(cat);
        await StepWhileUnsettled(dog);

        Assert.Equal("task-1", (await AssertStands(cat, VideoStatus.Processing)).State.Task!.Id);
        Assert.Equal("task-2", (await AssertStands(dog, VideoStatus.Processing)).State.Task!.Id);
        Assert.Equal(2, Provider.PaidTasks);
    }

    [Fact]
    public async Task One_task_that_two_unclear_submits_may_claim_waits_for_its_words()
    {
        var cat = await GivenUnsettled(paid: false, "a cat");
        var dog = await GivenUnsettled(paid: true, "a dog");

        Ok(await StepWhenDue(cat));

        await AssertStands(cat, VideoStatus.Unsettled, "shared_candidate");
        await StepWhileUnsettled(dog);
        Assert.Equal("task-1", (await AssertStands(dog, VideoStatus.Processing)).State.Task!.Id);
    }

    [Fact]
    public async Task One_task_that_a_submit_under_way_may_be_behind_waits_for_its_words()
    {
        var cat = await GivenUnsettled(paid: false, "a cat");
        var dog = await GivenQueued("a dog");
        var held = Provider.HoldSubmit();
        var step = Step(dog);
        await held.Arrived;
        AnswerList(Listed("found"));
        Provider.AnswerQuery("found", Running);
        Clock.Advance(Qwen.SettleAfter);

        Ok(await Step(cat));

        await AssertStands(cat, VideoStatus.Unsettled, "shared_candidate");
        held.Release();
        Ok(await step);
    }

    [Fact]
    public async Task A_task_whose_own_submit_is_answered_during_the_look_is_not_ours()
    {
        var cat = await GivenUnsettled(paid: false, "a cat");
        var dog = await GivenQueued("a dog");
        var held = Provider.HoldSubmit();
        var step = Step(dog);
        await held.Arrived;
        AnswerList(Listed("task-1"));
        Provider.AnswerQuery("task-1", Running);
        Workspaces.AfterNextTaskSearch(async () =>
        {
            held.Release();
            Ok(await step);
        });
        Clock.Advance(Qwen.SettleAfter);

        Ok(await Step(cat));

        await AssertNotFoundYet(cat, looks: 1);
        Assert.Equal("task-1", (await AssertStands(dog, VideoStatus.Processing)).State.Task!.Id);
    }

    [Fact]
    public async Task Words_that_only_begin_ours_are_not_ours()
    {
        // The shorter request was taken, the longer one was not: the task shows the shorter words, with which the longer begin.
        var shorter = await GivenUnsettled(paid: true, "a cat");
        var longer = await GivenUnsettled(paid: false, "a cat jumps");
        Provider.AnswerQuery("task-1", Made("a cat"));
        Clock.Advance(Qwen.SettleAfter);

        Ok(await Step(longer));
        await StepWhileUnsettled(shorter);

        Assert.Equal("task-1", (await AssertStands(shorter, VideoStatus.Processing)).State.Task!.Id);
        Assert.Null((await VideoOf(longer)).State.Task);
        Assert.Equal(1, Provider.PaidTasks);
    }

    [Fact]
    public async Task Long_words_that_the_provider_cut_say_as_little_as_words_that_are_not_shown()
    {
        var words = string.Join(' ', Enumerable.Repeat("word", 290));
        var one = await GivenUnsettled(paid: true, words + " one");
        var two = await GivenUnsettled(paid: false, words + " two");
        Provider.AnswerQuery("task-1", Made(words[..800]));
        Provider.AnswerQuery("task-1", Made(words[..800]));
        Clock.Advance(Qwen.SettleAfter);

        Ok(await Step(two));
        await AssertStands(two, VideoStatus.Unsettled, "shared_candidate");
        Ok(await Send(new SettleByHand(two, null)));
        Ok(await Step(one));

        Assert.Equal("task-1", (await AssertStands(one, VideoStatus.Processing)).State.Task!.Id);
    }

    [Fact]
    public async Task Another_submit_that_may_be_behind_a_task_is_found_among_any_number()
    {
        Qwen.MaxInFlight = int.MaxValue;
        await GivenUnsettled(paid: true, "a dog");
        for (var i = 0; i < 250; i++)
        {
            var old = await GivenUnsettled(paid: false, $"other words {i}", Model);
            await Change(old, v => v.SettledAsAbsent("Cleared.", Now));
            await Change(old, v => v.MarkSubmitting(new SubmitAttempt(Guid.NewGuid(), Now.AddHours(1), "c0ffee")));
        }

        var cat = await GivenUnsettled(paid: false, "a cat");

        Ok(await StepWhenDue(cat));

        await AssertStands(cat, VideoStatus.Unsettled, "shared_candidate");
    }

    // ---- absent -----------------------------------------------------------------------------------------------

    [Fact]
    public async Task Four_complete_looks_each_twice_as_late_as_the_one_before_prove_that_nothing_was_taken()
    {
        var id = await GivenUnsettled(paid: false);
        var at = Now;
        for (var look = 1; look <= 3; look++)
        {
            at += Qwen.SettleAfter * Math.Pow(2, look - 1);
            Assert.Equal(at, (await VideoOf(id)).State.DueAt);
            Ok(await StepWhenDue(id));
            await AssertNotFoundYet(id, look);
        }

        Ok(await StepWhenDue(id));

        var video = await AssertStands(id, VideoStatus.Queued);
        Assert.Equal(Now, video.State.DueAt);
        Assert.Contains("4 looks", video.History[^1].Detail, StringComparison.Ordinal);
        Ok(await Step(id));
        await AssertStands(id, VideoStatus.Processing);
        Assert.Equal(1, Provider.PaidTasks);
    }

    [Fact]
    public async Task A_task_that_shows_up_at_the_last_look_is_still_adopted()
    {
        var id = await GivenUnsettled(paid: true);
        for (var look = 1; look <= 3; look++)
        {
            AnswerList();
            Ok(await StepWhenDue(id));
        }

        Ok(await StepWhenDue(id));

        await AssertStands(id, VideoStatus.Processing);
        Assert.Equal(1, Provider.PaidTasks);
    }

    [Fact]
    public async Task A_list_that_cannot_be_read_proves_nothing()
    {
        var id = await GivenUnsettled(paid: false);
        for (var i = 0; i < 10; i++)
        {
            Provider.AnswerList(new TaskListAnswer.Silent(problem, null));
            Ok(await StepWhenDue(id));
            var video = await AssertStands(id, VideoStatus.Unsettled, "provider_silent");
            Assert.Equal(0, Assert.IsType<VideoState.Unsettled>(video.State).Looks);
            Assert.True(video.State.DueAt > Now);
        }

        Assert.Single(Provider.Orders);
    }

    [Fact]
    public async Task A_list_that_breaks_off_after_its_first_page_proves_nothing()
    {
        var id = await GivenUnsettled(paid: false);
        Provider.AnswerList(new TaskListAnswer.Page([], TotalPages: 0));
        Provider.AnswerList(new TaskListAnswer.Page([Listed("foreign") with { CreatedAt = Now.AddHours(-1) }], TotalPages: 2));
        Provider.AnswerList(new TaskListAnswer.Silent(problem, null));

        Ok(await StepWhenDue(id));
        Ok(await StepWhenDue(id));

        var video = await AssertStands(id, VideoStatus.Unsettled, "provider_silent");
        Assert.Equal(1, Assert.IsType<VideoState.Unsettled>(video.State).Looks);
    }

    [Fact]
    public async Task A_candidate_that_cannot_be_asked_for_proves_nothing()
    {
        var id = await GivenUnsettled(paid: true);
        Provider.AnswerQuery("task-1", new TaskAnswer.Silent(problem, null));

        Ok(await StepWhenDue(id));

        var video = await AssertStands(id, VideoStatus.Unsettled, "provider_silent");
        Assert.Equal(0, Assert.IsType<VideoState.Unsettled>(video.State).Looks);
    }

    [Fact]
    public async Task Candidates_that_turn_out_to_be_others_do_not_stay_in_the_reason()
    {
        var id = await GivenUnsettled(paid: false);
        AnswerList(Listed("one"), Listed("two"));
        Provider.AnswerQuery("one", Running);
        Provider.AnswerQuery("two", Running);
        Ok(await StepWhenDue(id));
        await AssertStands(id, VideoStatus.Unsettled, "several_candidates");

        Ok(await StepWhenDue(id));

        var video = await AssertNotFoundYet(id, looks: 1);
        Assert.Empty(Assert.IsType<VideoState.Unsettled>(video.State).Candidates);
    }

    // ---- too late ---------------------------------------------------------------------------------------------

    [Fact]
    public async Task After_a_day_of_silence_it_ends_undecided_and_is_not_sent_again()
    {
        var id = await GivenUnsettled(paid: true);
        Clock.Advance(TimeSpan.FromHours(24) + TimeSpan.FromSeconds(1));
        Provider.AnswerList(new TaskListAnswer.Silent(problem, null));

        Ok(await Step(id));

        var video = await AssertStands(id, VideoStatus.Failed, "never_settled");
        Assert.Equal(video.Problem!.Message, video.History[^1].Detail);
        Assert.Single(Provider.Orders);
    }

    [Fact]
    public async Task A_list_that_no_longer_goes_back_to_the_submit_proves_nothing_even_at_the_last_look()
    {
        // Three looks were in vain, then the service was away for more than the day that the list covers.
        var id = await GivenUnsettled(paid: true);
        for (var look = 1; look <= 3; look++)
        {
            AnswerList();
            Ok(await StepWhenDue(id));
        }

        Clock.Advance(TimeSpan.FromHours(25));
        AnswerList();

        Ok(await Step(id));

        await AssertStands(id, VideoStatus.Failed, "never_settled");
        Assert.Single(Provider.Orders);
    }

    // ---- interrupted ------------------------------------------------------------------------------------------

    [Fact]
    public async Task A_submit_whose_worker_died_is_unsettled_and_not_sent_again()
    {
        var id = await GivenQueued();
        var claim = await Claim(id);
        await Records.ChangeAsync(id, w => w.Mark(claim, Now, v => v.MarkSubmitting(new SubmitAttempt(claim, Now, "c0ffee"))), CancellationToken.None);

        Ok(await StepWhenDue(id));

        var video = await AssertStands(id, VideoStatus.Unsettled, "submit_interrupted");
        Assert.Equal(Now + Qwen.SettleAfter, video.State.DueAt);
        Assert.Empty(Provider.Orders);
    }

    [Fact]
    public async Task A_claim_that_another_worker_has_by_now_changes_nothing()
    {
        var id = await GivenUnsettled(paid: true);
        Clock.Advance(Qwen.SettleAfter);
        Workspaces.BeforeNextChange(() =>
        {
            Clock.Advance(Work.LeaseDuration);
            return Claim(id);
        });

        var result = await Step(id);

        Assert.IsType<VersionConflict>(ErrorOf(result));
        await AssertStands(id, VideoStatus.Unsettled, "provider_timeout");
        Assert.IsType<VersionConflict>(ErrorOf(await Send(new SettleVideo(id, Guid.NewGuid()))));
    }

    [Fact]
    public async Task What_is_not_unsettled_is_not_settled()
    {
        var id = await GivenQueued();
        var claim = await Claim(id);

        Assert.IsType<VersionConflict>(ErrorOf(await Send(new SettleVideo(id, claim))));
        Assert.Equal(new NotFound("workspace"), ErrorOf(await Send(new SettleVideo(WorkspaceId.New(Now), claim))));
    }

    [Fact]
    public async Task A_worker_that_is_told_to_stop_changes_nothing()
    {
        var id = await GivenUnsettled(paid: true);
        Clock.Advance(Qwen.SettleAfter);
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Step(id, stop.Token));

        await AssertStands(id, VideoStatus.Unsettled, "provider_timeout");
    }

    private static readonly TaskAnswer Running = new TaskAnswer.Working("RUNNING", IsPending: false);

    private TaskAnswer.Succeeded Made(string prompt) => new(Provider.LinkOf("any"), Now, prompt);

    private ListedTask Listed(string id) => new(id, "RUNNING", Model, Now, null);

    private void AnswerList(params ListedTask[] tasks) => Provider.AnswerList(new TaskListAnswer.Page(tasks, tasks.Length == 0 ? 0 : 1));

    private void AnswerList(TimeSpan clockAhead, params ListedTask[] tasks) => Provider.AnswerList(new TaskListAnswer.Page(tasks, 1, clockAhead));

    private async Task<Video> AssertNotFoundYet(WorkspaceId id, int looks)
    {
        var video = await AssertStands(id, VideoStatus.Unsettled, "not_listed_yet");
        Assert.Equal(looks, Assert.IsType<VideoState.Unsettled>(video.State).Looks);
        return video;
    }

    private async Task StepWhileUnsettled(WorkspaceId id)
    {
        for (var i = 0; i < 5 && (await VideoOf(id)).Status is VideoStatus.Unsettled; i++) Ok(await StepWhenDue(id));
    }
}
