using VideoPlatform.Application.Videos;
using VideoPlatform.Application.Videos.Poll;
using VideoPlatform.Application.Work;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Tests;

/// <summary>One question to the provider. Silence is never a verdict.</summary>
public sealed class PollVideoTests : Testing.UseCases.UseCases
{
    private static readonly Problem problem = new("ProviderCode", "The provider's own words.");
    private static readonly TaskAnswer silent = new TaskAnswer.Silent(problem, null);

    // ---- the answers ------------------------------------------------------------------------------------------

    [Theory]
    [InlineData("PENDING")]
    [InlineData("RUNNING")]
    [InlineData("SUSPENDED")]
    public async Task A_task_that_is_worked_on_is_asked_for_again(string word)
    {
        var id = await GivenProcessing();
        Provider.AnswerQuery(new TaskAnswer.Working(word, word == "PENDING"));

        Ok(await StepWhenDue(id));

        var video = await AssertStands(id, VideoStatus.Processing);
        Assert.InRange(video.State.DueAt!.Value - Now, Qwen.PollInterval * 0.9, Qwen.PollInterval * 1.1);
        Assert.Null((await Find(id)).Lease);
    }

    [Fact]
    public async Task A_finished_task_is_fetched_at_once_from_the_link_it_gave()
    {
        var id = await GivenProcessing();
        var (link, ended) = (Provider.LinkOf("task-1"), Now.AddSeconds(10));
        Provider.AnswerQuery(new TaskAnswer.Succeeded(link, ended, Prompt));

        Ok(await StepWhenDue(id));

        var video = await AssertStands(id, VideoStatus.Downloading);
        Assert.Equal(link, video.Link);
        Assert.Equal(ended, video.FinishedAt);
        Assert.Equal(new VideoState.Downloading(new ProviderTask("task-1", Testing.Provider.FakeVideoProvider.Endpoint), $"{id}_{Now.ToUnixTimeMilliseconds()}", Now, 0, false), video.State);
    }

    [Fact]
    public async Task A_finished_task_without_a_link_is_asked_for_again_and_says_so()
    {
        var id = await GivenProcessing();
        Provider.AnswerQuery(new TaskAnswer.Succeeded(null, Now, Prompt));

        Ok(await StepWhenDue(id));

        await AssertStands(id, VideoStatus.Processing, "provider_no_link");
    }

    [Fact]
    public async Task A_failed_task_ends_with_the_provider_s_own_words()
    {
        var id = await GivenProcessing();
        Provider.AnswerQuery(new TaskAnswer.Failed(problem, Now));

        Ok(await StepWhenDue(id));

        var video = await AssertStands(id, VideoStatus.Failed, "ProviderCode");
        Assert.Equal("task-1", video.State.Task!.Id);
        Assert.Equal(problem.Message, video.History[^1].Detail);
        Assert.NotNull(video.FinishedAt);
        Assert.Null((await Find(id)).DueAt);
    }

    [Fact]
    public async Task A_task_that_was_cancelled_elsewhere_is_cancelled_here()
    {
        var id = await GivenProcessing();
        Provider.AnswerQuery(new TaskAnswer.Cancelled(Now));

        Ok(await StepWhenDue(id));

        Assert.Equal("task-1", (await AssertStands(id, VideoStatus.Cancelled)).State.Task!.Id);
    }

    [Fact]
    public async Task A_task_that_the_provider_no_longer_knows_is_expired_and_never_failed()
    {
        var id = await GivenProcessing();
        Clock.Advance(TimeSpan.FromHours(25));
        Provider.AnswerQuery(new TaskAnswer.Gone());

        Ok(await StepWhenDue(id));

        var video = await AssertStands(id, VideoStatus.Expired, "task_expired");
        Assert.Equal("task-1", video.State.Task!.Id);
        Assert.Equal(video.Problem!.Message, video.History[^1].Detail);
    }

    // ---- denied while its record should live ----------------------------------------------------------------------------------------

    [Fact]
    public async Task Three_denials_in_a_row_are_believed()
    {
        var id = await GivenProcessing();
        for (var i = 0; i < 3; i++) Provider.AnswerQuery(new TaskAnswer.Gone());

        Ok(await StepWhenDue(id));
        await AssertStands(id, VideoStatus.Processing, "task_not_visible");
        Ok(await StepWhenDue(id));
        await AssertStands(id, VideoStatus.Processing, "task_not_visible");
        Ok(await StepWhenDue(id));

        await AssertStands(id, VideoStatus.Expired, "task_expired");
    }

    [Fact]
    public async Task Denials_are_asked_for_again_without_regard_to_age()
    {
        var id = await GivenProcessing();
        Clock.Advance(TimeSpan.FromHours(3));
        for (var i = 0; i < 2; i++)
        {
            Provider.AnswerQuery(new TaskAnswer.Gone());
            Ok(await Step(id));
            var pause = (await AssertStands(id, VideoStatus.Processing, "task_not_visible")).State.DueAt!.Value - Now;
            Assert.InRange(pause, Qwen.PollInterval * 0.9, Qwen.PollInterval * 1.1);
            Clock.Advance(pause + TimeSpan.FromMilliseconds(1));
        }
    }

    [Fact]
    public async Task A_task_that_becomes_visible_goes_on()
    {
        var id = await GivenProcessing();
        Provider.AnswerQuery(new TaskAnswer.Gone());

        Ok(await StepWhenDue(id));
        Ok(await StepWhenDue(id));

        await AssertStands(id, VideoStatus.Processing);
    }

    [Fact]
    public async Task A_submit_that_took_its_time_is_as_fresh_as_a_quick_one()
    {
        var id = await GivenQueued();
        var held = Provider.HoldSubmit();
        var step = Step(id);
        await held.Arrived;
        Clock.Advance(Qwen.RequestTimeout - TimeSpan.FromSeconds(1));
        held.Release();
        Ok(await step);
        Provider.AnswerQuery(new TaskAnswer.Gone());

        Ok(await StepWhenDue(id));

        await AssertStands(id, VideoStatus.Processing, "task_not_visible");
    }

    [Fact]
    public async Task Silence_before_it_does_not_use_the_second_question_up()
    {
        var id = await GivenProcessing();
        Provider.AnswerQuery(silent);
        Provider.AnswerQuery(new TaskAnswer.Gone());

        Ok(await StepWhenDue(id));
        Ok(await StepWhenDue(id));

        await AssertStands(id, VideoStatus.Processing, "task_not_visible");
    }

    // ---- silence ----------------------------------------------------------------------------------------------

    [Fact]
    public async Task Hours_of_silence_only_slow_the_questions_down()
    {
        var id = await GivenProcessing();
        var submitted = Now;
        var before = TimeSpan.Zero;
        while (Now - submitted < TimeSpan.FromHours(26))
        {
            Provider.AnswerQuery(silent);
            Ok(await StepWhenDue(id));
            var pause = (await AssertStands(id, VideoStatus.Processing, "ProviderCode")).State.DueAt!.Value - Now;
            Assert.InRange(pause, before * 0.8, TimeSpan.FromMinutes(11));
            before = pause;
        }

        Ok(await StepWhenDue(id));
        await AssertStands(id, VideoStatus.Processing);
    }

    [Fact]
    public async Task Silence_beyond_the_life_of_every_task_record_ends_it_as_expired()
    {
        var id = await GivenProcessing();
        Clock.Advance(Schedule.TaskRecordLife - TimeSpan.FromMinutes(1));
        Provider.AnswerQuery(silent);
        Ok(await Step(id));
        await AssertStands(id, VideoStatus.Processing, "ProviderCode");
        Clock.Advance(TimeSpan.FromMinutes(15));
        Provider.AnswerQuery(silent);

        Ok(await Step(id));

        await AssertStands(id, VideoStatus.Expired, "ProviderCode");
    }

    [Fact]
    public async Task Where_nobody_knows_when_it_was_submitted_the_silence_lasts_the_life_of_a_record()
    {
        var id = await GivenProcessing();
        await Change(id, v => Video.Restore(v.Request, v.State, null, null, null, v.RequestedAt, submittedAt: null, null, v.History));
        Clock.Advance(TimeSpan.FromDays(365));
        Provider.AnswerQuery(silent);
        Ok(await Step(id));
        var first = Now;

        while ((await VideoOf(id)).Status is VideoStatus.Processing)
        {
            Provider.AnswerQuery(silent);
            Ok(await StepWhenDue(id));
        }

        await AssertStands(id, VideoStatus.Expired, "ProviderCode");
        Assert.InRange(Now - first, TimeSpan.FromHours(24), TimeSpan.FromHours(32));
    }

    [Fact]
    public async Task A_provider_that_asks_for_time_gets_it()
    {
        var id = await GivenProcessing();
        Provider.AnswerQuery(new TaskAnswer.Silent(problem, TimeSpan.FromMinutes(5)));

        Ok(await StepWhenDue(id));

        Assert.Equal(Now.AddMinutes(5), (await VideoOf(id)).State.DueAt);
    }

    [Fact]
    public async Task An_answer_after_silence_clears_it()
    {
        var id = await GivenProcessing();
        Provider.AnswerQuery(silent);
        Ok(await StepWhenDue(id));

        Ok(await StepWhenDue(id));

        Assert.Equal(0, Assert.IsType<VideoState.Processing>((await AssertStands(id, VideoStatus.Processing)).State).Silences);
    }

    [Fact]
    public async Task A_task_that_runs_long_is_asked_for_more_seldom_and_every_ten_minutes_at_least()
    {
        var id = await GivenProcessing();
        Clock.Advance(TimeSpan.FromMinutes(20));
        Provider.AnswerQuery(new TaskAnswer.Working("RUNNING", IsPending: false));
        Ok(await Step(id));
        Assert.InRange((await VideoOf(id)).State.DueAt!.Value - Now, TimeSpan.FromSeconds(54), TimeSpan.FromSeconds(66));

        Clock.Advance(TimeSpan.FromHours(20));
        Provider.AnswerQuery(new TaskAnswer.Working("RUNNING", IsPending: false));
        Ok(await Step(id));
        Assert.InRange((await VideoOf(id)).State.DueAt!.Value - Now, TimeSpan.FromMinutes(9), TimeSpan.FromMinutes(11));
    }

    // ---- claims -----------------------------------------------------------------------------------------------

    [Fact]
    public async Task A_claim_that_another_worker_has_by_now_changes_nothing()
    {
        var id = await GivenProcessing();
        Clock.Advance(TimeSpan.FromMinutes(1));
        Provider.AnswerQuery(new TaskAnswer.Failed(problem, Now));
        Workspaces.BeforeNextChange(() =>
        {
            Clock.Advance(Work.LeaseDuration);
            return Claim(id);
        });

        Assert.IsType<VersionConflict>(ErrorOf(await Step(id)));

        await AssertStands(id, VideoStatus.Processing);
    }

    [Fact]
    public async Task The_same_step_again_asks_nobody()
    {
        var id = await GivenProcessing();
        Clock.Advance(TimeSpan.FromMinutes(1));
        var claim = await Claim(id);
        Ok(await Send(new PollVideo(id, claim)));
        var calls = Provider.Calls.Count;

        var again = await Send(new PollVideo(id, claim));

        Assert.IsType<VersionConflict>(ErrorOf(again));
        Assert.Equal(calls, Provider.Calls.Count);
        Assert.Equal(new NotFound("workspace"), ErrorOf(await Send(new PollVideo(WorkspaceId.New(Now), claim))));
    }

    [Fact]
    public async Task A_worker_that_is_told_to_stop_changes_nothing()
    {
        var id = await GivenProcessing();
        Clock.Advance(TimeSpan.FromMinutes(1));
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Step(id, stop.Token));

        await AssertStands(id, VideoStatus.Processing);
    }
}
