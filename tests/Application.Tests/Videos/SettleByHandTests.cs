using VideoPlatform.Application.Videos;
using VideoPlatform.Application.Videos.Settle;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Tests;

public sealed class SettleByHandTests : Testing.UseCases.UseCases
{
    [Fact]
    public async Task A_person_chooses_the_task()
    {
        var id = await GivenUnsettled(paid: true);

        var view = Ok(await Send(new SettleByHand(id, "task-1")));

        Assert.Equal(("processing", "task-1"), (view.Status, view.TaskId));
        Assert.Equal("A person chose the task.", (await AssertStands(id, VideoStatus.Processing)).History[^1].Detail);
    }

    [Fact]
    public async Task A_person_knows_that_there_is_none_and_it_is_submitted_again()
    {
        var id = await GivenUnsettled(paid: false);

        var view = Ok(await Send(new SettleByHand(id, null)));

        Assert.Equal("queued", view.Status);
        Assert.Null(view.Error);
        Assert.Equal("A person decided that the task does not exist.", (await VideoOf(id)).History[^1].Detail);
        Ok(await Step(id));
        Assert.Equal(1, Provider.PaidTasks);
    }

    [Fact]
    public async Task The_same_decision_again_finds_nothing_unsettled()
    {
        var id = await GivenUnsettled(paid: true);
        Ok(await Send(new SettleByHand(id, "task-1")));

        var again = await Send(new SettleByHand(id, "task-1"));

        Assert.Contains("processing", Assert.IsType<VersionConflict>(ErrorOf(again)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_that_the_provider_does_not_know_is_refused()
    {
        var id = await GivenUnsettled(paid: false);

        var result = await Send(new SettleByHand(id, "no-such-task"));

        Assert.Equal(["task_id"], Assert.IsType<ValidationFailed>(ErrorOf(result)).Fields.Keys);
        await AssertStands(id, VideoStatus.Unsettled, "provider_timeout");
    }

    [Fact]
    public async Task A_task_of_another_video_is_refused()
    {
        await GivenProcessing("another");
        var id = await GivenUnsettled(paid: false);

        var result = await Send(new SettleByHand(id, "task-1"));

        Assert.Equal(["task_id"], Assert.IsType<ValidationFailed>(ErrorOf(result)).Fields.Keys);
    }

    [Fact]
    public async Task A_task_that_another_video_is_given_while_it_is_asked_for_is_refused()
    {
        var (id, other) = (await GivenUnsettled(paid: true), await GivenUnsettled(paid: true, "another"));
        Provider.DuringNextQuery(async () => Ok(await Send(new SettleByHand(other, "task-1"))));

        var result = await Send(new SettleByHand(id, "task-1"));

        Assert.Equal(["task_id"], Assert.IsType<ValidationFailed>(ErrorOf(result)).Fields.Keys);
        await AssertStands(id, VideoStatus.Unsettled, "provider_timeout");
        Assert.Equal("task-1", (await AssertStands(other, VideoStatus.Processing)).State.Task!.Id);
    }

    [Fact]
    public async Task A_decision_about_an_earlier_submit_is_none_about_a_later_one()
    {
        var id = await GivenUnsettled(paid: true);
        Provider.DuringNextQuery(async () =>
        {
            Ok(await Send(new SettleByHand(id, null)));
            Provider.LoseSubmitAnswer();
            Ok(await Step(id));
        });

        Assert.IsType<VersionConflict>(ErrorOf(await Send(new SettleByHand(id, "task-1"))));

        await AssertStands(id, VideoStatus.Unsettled, "provider_timeout");
    }

    [Fact]
    public async Task A_provider_that_cannot_be_asked_decides_nothing()
    {
        var id = await GivenUnsettled(paid: true);
        Provider.AnswerQuery("task-1", new TaskAnswer.Silent(new Problem("http_503", "Busy."), TimeSpan.FromSeconds(7)));

        var result = await Send(new SettleByHand(id, "task-1"));

        Assert.Equal(TimeSpan.FromSeconds(7), Assert.IsType<ProviderUnavailable>(ErrorOf(result)).RetryAfter);
        await AssertStands(id, VideoStatus.Unsettled, "provider_timeout");
    }

    [Theory]
    [InlineData("")]
    [InlineData("../tasks")]
    [InlineData("task 1")]
    [InlineData("task\n1")]
    public async Task What_cannot_be_a_task_is_refused_before_anybody_is_asked(string taskId)
    {
        var id = await GivenUnsettled(paid: true);

        var result = await Send(new SettleByHand(id, taskId));

        Assert.Equal(["task_id"], Assert.IsType<ValidationFailed>(ErrorOf(result)).Fields.Keys);
        Assert.DoesNotContain(Provider.Calls, call => call.StartsWith("query", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_running_look_does_not_overwrite_the_person_s_decision()
    {
        var id = await GivenUnsettled(paid: true);
        Clock.Advance(Qwen.SettleAfter);
        Workspaces.BeforeNextChange(async () => Ok(await Send(new SettleByHand(id, null))));

        var look = await Step(id);

        Assert.IsType<VersionConflict>(ErrorOf(look));
        await AssertStands(id, VideoStatus.Queued);
    }

    [Fact]
    public async Task Only_a_video_can_be_settled()
    {
        var empty = await GivenWorkspace();

        Assert.Equal(new NotFound("video"), ErrorOf(await Send(new SettleByHand(empty.Id, null))));
        Assert.Equal(new NotFound("workspace"), ErrorOf(await Send(new SettleByHand(WorkspaceId.New(Now), null))));
    }

    [Fact]
    public async Task A_caller_who_leaves_decides_nothing()
    {
        var id = await GivenUnsettled(paid: true);
        using var left = new CancellationTokenSource();
        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Send(new SettleByHand(id, null), left.Token));

        await AssertStands(id, VideoStatus.Unsettled, "provider_timeout");
    }
}
