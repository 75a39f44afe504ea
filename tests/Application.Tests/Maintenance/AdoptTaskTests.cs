using VideoPlatform.Application.Maintenance.Adopt;
using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Testing.Files;

namespace VideoPlatform.Application.Tests.Maintenance;

public sealed class AdoptTaskTests : Testing.UseCases.UseCases
{
    [Fact]
    public async Task A_task_of_the_account_gets_a_workspace_and_is_fetched_like_any_other()
    {
        Provider.AddForeignTask("foreign", Model, "somebody else's words");

        var view = Ok(await Send(new AdoptTask("foreign", "found")));

        Assert.Equal(("found", "processing", "foreign"), (view.Name, view.Video!.Status, view.Video.TaskId));
        Assert.Null(view.Image);
        var id = WorkspaceId.Parse(view.Id);
        Source.ThenServe(SampleVideo.Mp4(4096).Bytes);
        Ok(await Step(id));
        Ok(await Step(id));
        await AssertStands(id, VideoStatus.Completed);
        Assert.Empty(Provider.Orders);
    }

    [Fact]
    public async Task The_same_task_is_adopted_once()
    {
        Provider.AddForeignTask("foreign", Model, "somebody else's words");
        Ok(await Send(new AdoptTask("foreign", null)));

        Assert.IsType<VersionConflict>(ErrorOf(await Send(new AdoptTask("foreign", null))));
    }

    [Fact]
    public async Task A_task_of_ours_is_not_adopted()
    {
        await GivenProcessing();

        Assert.IsType<VersionConflict>(ErrorOf(await Send(new AdoptTask("task-1", null))));
    }

    [Fact]
    public async Task A_task_that_an_unsettled_video_may_be_behind_is_settled_and_not_adopted()
    {
        var id = await GivenUnsettled(paid: true);
        Provider.AddForeignTask("foreign", Model, "somebody else's words");
        Ok(await StepWhenDue(id));
        await AssertStands(id, VideoStatus.Unsettled, "several_candidates");

        var refusal = Assert.IsType<VersionConflict>(ErrorOf(await Send(new AdoptTask("task-1", null))));

        Assert.Contains(id.Value, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Prompt, true)]
    [InlineData("somebody else's words", false)]
    [InlineData(null, true)]
    public async Task A_task_that_a_submit_without_answer_may_be_behind_is_left_to_it(string? shown, bool mayBe)
    {
        var id = await GivenUnsettled(paid: false);
        Provider.AnswerQuery("found", shown is null ? new TaskAnswer.Working("RUNNING", IsPending: false) : new TaskAnswer.Succeeded(Provider.LinkOf("found"), Now, shown));

        var adopted = await Send(new AdoptTask("found", null));

        if (mayBe) Assert.Contains(id.Value, Assert.IsType<VersionConflict>(ErrorOf(adopted)).Message, StringComparison.Ordinal);
        else Assert.Equal("found", Ok(adopted).Video!.TaskId);
    }

    [Fact]
    public async Task A_task_whose_submit_is_answered_meanwhile_is_not_adopted()
    {
        var id = await GivenQueued();
        Provider.AnswerQuery("task-1", new TaskAnswer.Working("RUNNING", IsPending: false));
        Workspaces.AfterNextTaskSearch(async () => Ok(await Step(id)));

        Assert.IsType<VersionConflict>(ErrorOf(await Send(new AdoptTask("task-1", null))));
    }

    [Fact]
    public async Task A_task_that_the_provider_does_not_know_is_not_found() =>
        Assert.Equal(new NotFound("task at the provider"), ErrorOf(await Send(new AdoptTask("foreign", null))));

    [Fact]
    public async Task A_provider_that_cannot_be_asked_decides_nothing()
    {
        Provider.AnswerQuery("foreign", new TaskAnswer.Silent(new Problem("http_503", "Busy."), null));

        Assert.Equal(TimeSpan.FromSeconds(10), Assert.IsType<ProviderUnavailable>(ErrorOf(await Send(new AdoptTask("foreign", null)))).RetryAfter);
    }

    [Theory]
    [InlineData("", null, "task_id")]
    [InlineData("../tasks", null, "task_id")]
    [InlineData("task 1", null, "task_id")]
    [InlineData("foreign", "two\nlines", "name")]
    public async Task What_is_no_task_or_no_name_is_refused(string taskId, string? name, string field)
    {
        var result = await Send(new AdoptTask(taskId, name));

        Assert.Equal([field], Assert.IsType<ValidationFailed>(ErrorOf(result)).Fields.Keys);
        Assert.Empty(Provider.Calls);
    }

    [Fact]
    public async Task A_caller_who_leaves_adopts_nothing()
    {
        Provider.AddForeignTask("foreign", Model, "somebody else's words");
        using var left = new CancellationTokenSource();
        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Send(new AdoptTask("foreign", null), left.Token));

        Ok(await Send(new AdoptTask("foreign", null)));
    }
}
