using VideoPlatform.Application.Videos;
using VideoPlatform.Application.Videos.Fetch;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Testing.Records;

namespace VideoPlatform.Application.Tests;

public sealed class FetchVideoTests : Testing.UseCases.UseCases
{
    [Fact]
    public async Task A_fetch_that_waits_is_due_at_once()
    {
        var id = await GivenDownloading();
        Source.ThenUnavailable();
        Ok(await Step(id));

        var view = Ok(await Send(new FetchVideo(id)));

        Assert.Equal("downloading", view.Status);
        Assert.Equal(Now, (await Find(id)).DueAt);
        Assert.DoesNotContain("query task-1", Provider.Calls.Skip(3));
    }

    [Fact]
    public async Task A_fetch_that_runs_goes_on_undisturbed_however_often_it_is_asked_for()
    {
        var id = await GivenDownloading();
        await Claim(id);
        var before = await Find(id);

        Ok(await Send(new FetchVideo(id)));
        Ok(await Send(new FetchVideo(id)));

        Assert.Equal(before, await Find(id));
    }

    [Fact]
    public async Task A_completed_video_without_a_file_is_fetched_from_its_living_link()
    {
        var id = (await Given(SampleWorkspaces.CompletedRemote(Now.AddHours(1), Now))).Id;

        var view = Ok(await Send(new FetchVideo(id)));

        Assert.Equal(("downloading", "remote"), (view.Status, view.Storage));
        Assert.Empty(Provider.Calls);
    }

    [Fact]
    public async Task A_completed_video_with_its_file_needs_no_fetch()
    {
        var id = await GivenCompleted();

        Assert.IsType<VideoExists>(ErrorOf(await Send(new FetchVideo(id))));

        await AssertStands(id, VideoStatus.Completed);
    }

    [Fact]
    public async Task A_file_that_vanished_is_noticed_and_fetched_again()
    {
        var id = await GivenCompleted();
        Archive.Lose((await VideoOf(id)).File!.Path);

        var view = Ok(await Send(new FetchVideo(id)));

        Assert.Equal(("downloading", "remote", "file_missing"), (view.Status, view.Storage, view.Error?.Code));
        Ok(await Step(id));
        Assert.NotNull((await AssertStands(id, VideoStatus.Completed)).File);
        Assert.Single(Provider.Orders);
    }

    [Fact]
    public async Task A_file_that_vanished_after_its_link_is_noticed_even_when_nothing_is_left_to_fetch()
    {
        var id = await GivenCompleted();
        Clock.Advance(TimeSpan.FromDays(3));
        Archive.Lose((await VideoOf(id)).File!.Path);
        Provider.AnswerQuery("task-1", new TaskAnswer.Gone());

        Assert.IsType<VideoExpired>(ErrorOf(await Send(new FetchVideo(id))));

        Assert.Null((await AssertStands(id, VideoStatus.Completed, "file_missing")).File);
    }

    [Fact]
    public async Task An_expired_video_is_fetched_from_a_fresh_link()
    {
        var id = await GivenExpired();
        var fresh = Provider.LinkOf("fresh");
        Provider.AnswerQuery("task-1", new TaskAnswer.Succeeded(fresh, Now, null));

        var view = Ok(await Send(new FetchVideo(id)));

        Assert.Equal(("downloading", fresh.Url), (view.Status, view.RemoteUrl));
        Assert.True(Assert.IsType<VideoState.Downloading>((await AssertStands(id, VideoStatus.Downloading)).State).AskedForFreshLink);
    }

    [Theory]
    [InlineData("gone")]
    [InlineData("the dead link again")]
    [InlineData("a link that is over")]
    public async Task An_expired_video_without_a_living_link_stays_expired(string answer)
    {
        var id = await GivenExpired();
        Provider.AnswerQuery("task-1", answer switch
        {
            "gone" => new TaskAnswer.Gone(),
            "the dead link again" => new TaskAnswer.Succeeded(RemoteLink.Parse((await VideoOf(id)).Link!.Url, null), Now, null),
            _ => new TaskAnswer.Succeeded(SampleWorkspaces.Link(Now.AddSeconds(-1)), Now, null),
        });

        Assert.IsType<VideoExpired>(ErrorOf(await Send(new FetchVideo(id))));

        await AssertStands(id, VideoStatus.Expired, "AccessDenied");
    }

    [Fact]
    public async Task A_provider_that_cannot_be_asked_decides_nothing()
    {
        var id = await GivenExpired();
        Provider.AnswerQuery("task-1", new TaskAnswer.Silent(new Problem("http_503", "Busy."), TimeSpan.FromSeconds(7)));

        var result = await Send(new FetchVideo(id));

        Assert.Equal(TimeSpan.FromSeconds(7), Assert.IsType<ProviderUnavailable>(ErrorOf(result)).RetryAfter);
        await AssertStands(id, VideoStatus.Expired, "AccessDenied");
    }

    [Fact]
    public async Task A_video_that_is_still_made_cannot_be_fetched_yet()
    {
        Assert.Equal(new GenerationInProgress(VideoStatus.Queued), ErrorOf(await Send(new FetchVideo(await GivenQueued("one")))));
        Assert.Equal(new GenerationInProgress(VideoStatus.Processing), ErrorOf(await Send(new FetchVideo(await GivenProcessing("two")))));
        Assert.Equal(new GenerationInProgress(VideoStatus.Unsettled), ErrorOf(await Send(new FetchVideo(await GivenUnsettled(paid: true, "three")))));
    }

    [Fact]
    public async Task A_video_that_was_never_made_cannot_be_fetched()
    {
        var failed = await GivenQueued();
        Provider.AnswerSubmit(new SubmitAnswer.Refused(new Problem("InvalidParameter", "No.")));
        Ok(await Step(failed));

        Assert.Contains("failed", Assert.IsType<VersionConflict>(ErrorOf(await Send(new FetchVideo(failed)))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task There_must_be_a_video()
    {
        Assert.Equal(new NotFound("video"), ErrorOf(await Send(new FetchVideo((await GivenWorkspace()).Id))));
        Assert.Equal(new NotFound("workspace"), ErrorOf(await Send(new FetchVideo(WorkspaceId.New(Now)))));
    }

    [Fact]
    public async Task A_caller_who_leaves_changes_nothing()
    {
        var id = await GivenExpired();
        using var left = new CancellationTokenSource();
        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Send(new FetchVideo(id), left.Token));

        await AssertStands(id, VideoStatus.Expired, "AccessDenied");
    }

    private async Task<WorkspaceId> GivenExpired()
    {
        var id = await GivenDownloading(SampleWorkspaces.Link(Now.AddDays(1)));
        Provider.AnswerQuery("task-1", new TaskAnswer.Gone());
        Source.ThenDead();
        Ok(await Step(id));
        return id;
    }
}
