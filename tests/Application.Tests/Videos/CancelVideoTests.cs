using VideoPlatform.Application.Videos;
using VideoPlatform.Application.Videos.Cancel;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Tests;

public sealed class CancelVideoTests : Testing.UseCases.UseCases
{
    private static readonly Problem problem = new("UnsupportedOperation", "The provider's own words.");

    [Fact]
    public async Task What_is_queued_is_cancelled_at_once_and_never_sent()
    {
        var id = await GivenQueued();

        var view = Ok(await Send(new CancelVideo(id)));

        Assert.Equal("cancelled", view.Status);
        await AssertStands(id, VideoStatus.Cancelled);
        Assert.Null((await Find(id)).DueAt);
        Assert.Empty(Provider.Calls);
    }

    [Fact]
    public async Task A_task_is_cancelled_by_the_provider_s_leave()
    {
        var id = await GivenProcessing();
        Provider.AnswerCancel(new CancelAnswer.Accepted());

        var view = Ok(await Send(new CancelVideo(id)));

        Assert.Equal(("cancelled", "task-1"), (view.Status, view.TaskId));
        await AssertStands(id, VideoStatus.Cancelled);
    }

    [Fact]
    public async Task A_task_that_the_provider_goes_on_with_is_kept_and_says_that_it_stays_billable()
    {
        var id = await GivenProcessing();
        Provider.AnswerCancel(new CancelAnswer.Refused(problem));

        var refusal = Assert.IsType<NotCancellable>(ErrorOf(await Send(new CancelVideo(id))));

        Assert.Contains("billable", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(problem.Message, refusal.Message, StringComparison.Ordinal);
        await AssertStands(id, VideoStatus.Processing);
    }

    [Fact]
    public async Task A_provider_that_cannot_be_asked_decides_nothing()
    {
        var id = await GivenProcessing();
        Provider.AnswerCancel(new CancelAnswer.Silent(problem, null));

        Assert.Equal(TimeSpan.FromSeconds(10), Assert.IsType<ProviderUnavailable>(ErrorOf(await Send(new CancelVideo(id)))).RetryAfter);

        await AssertStands(id, VideoStatus.Processing);
    }

    [Fact]
    public async Task What_may_have_been_sent_cannot_be_cancelled_before_that_is_known()
    {
        var id = await GivenUnsettled(paid: true);

        Assert.IsType<NotCancellable>(ErrorOf(await Send(new CancelVideo(id))));

        await AssertStands(id, VideoStatus.Unsettled, "provider_timeout");
    }

    [Fact]
    public async Task What_is_made_is_fetched_and_kept()
    {
        Assert.IsType<NotCancellable>(ErrorOf(await Send(new CancelVideo(await GivenDownloading()))));
        Assert.IsType<NotCancellable>(ErrorOf(await Send(new CancelVideo(await GivenCompleted()))));
    }

    [Fact]
    public async Task The_same_again_has_nothing_left_to_cancel()
    {
        var id = await GivenQueued();
        Ok(await Send(new CancelVideo(id)));

        Assert.IsType<NotCancellable>(ErrorOf(await Send(new CancelVideo(id))));
    }

    [Fact]
    public async Task A_submit_that_gets_under_way_meanwhile_is_not_cancelled()
    {
        var id = await GivenQueued();
        Workspaces.BeforeNextChange(() => Change(id, v => v.MarkSubmitting(new SubmitAttempt(Guid.NewGuid(), Now, "c0ffee"))));

        Assert.IsType<NotCancellable>(ErrorOf(await Send(new CancelVideo(id))));

        await AssertStands(id, VideoStatus.Submitting);
    }

    [Fact]
    public async Task A_task_that_finishes_while_it_is_cancelled_is_kept()
    {
        var id = await GivenProcessing();
        Provider.AnswerCancel(new CancelAnswer.Accepted());
        Workspaces.BeforeNextChange(() => Change(id, v => v.Finished(Provider.LinkOf("task-1"), "stem_1", Now, Now)));

        Assert.IsType<VersionConflict>(ErrorOf(await Send(new CancelVideo(id))));

        await AssertStands(id, VideoStatus.Downloading);
    }

    [Fact]
    public async Task An_answer_that_comes_late_does_not_cancel_the_next_task()
    {
        var id = await GivenProcessing();
        Provider.AnswerCancel(new CancelAnswer.Accepted());
        Workspaces.BeforeNextChange(async () =>
        {
            await Change(id, v => v.TaskCancelled(Now));   // a poll was faster
            Ok(await Send(ARequest(id)));
            Ok(await Step(id));
        });

        Assert.IsType<VersionConflict>(ErrorOf(await Send(new CancelVideo(id))));

        Assert.Equal("task-2", (await AssertStands(id, VideoStatus.Processing)).State.Task!.Id);
    }

    [Fact]
    public async Task A_task_that_a_poll_finds_cancelled_first_is_cancelled()
    {
        var id = await GivenProcessing();
        Provider.AnswerCancel(new CancelAnswer.Accepted());
        Workspaces.BeforeNextChange(() => Change(id, v => v.TaskCancelled(Now)));

        Assert.Equal("cancelled", Ok(await Send(new CancelVideo(id))).Status);

        await AssertStands(id, VideoStatus.Cancelled);
    }

    [Fact]
    public async Task There_must_be_a_video()
    {
        Assert.Equal(new NotFound("video"), ErrorOf(await Send(new CancelVideo((await GivenWorkspace()).Id))));
        Assert.Equal(new NotFound("workspace"), ErrorOf(await Send(new CancelVideo(WorkspaceId.New(Now)))));
    }

    [Fact]
    public async Task A_caller_who_leaves_cancels_nothing()
    {
        var id = await GivenQueued();
        using var left = new CancellationTokenSource();
        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Send(new CancelVideo(id), left.Token));

        await AssertStands(id, VideoStatus.Queued);
    }
}
