using VideoPlatform.Application.Videos;
using VideoPlatform.Application.Videos.Open;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Testing.Records;

namespace VideoPlatform.Application.Tests;

/// <summary>The fallback rule at work: our file, else the living link, else the truth.</summary>
public sealed class OpenContentTests : Testing.UseCases.UseCases
{
    [Fact]
    public async Task Our_file_comes_first_and_opening_it_changes_nothing()
    {
        var id = await GivenCompleted();
        var before = await Find(id);

        var first = Ok(await Send(new OpenContent(id)));
        var again = Ok(await Send(new OpenContent(id)));

        Assert.Equal(new ContentPlace.Local(before.Video!.File!), first);
        Assert.Equal(first, again);
        Assert.Equal(before, await Find(id));
    }

    [Fact]
    public async Task A_file_that_vanished_falls_back_to_the_link_says_so_and_is_fetched_again()
    {
        var id = await GivenCompleted();
        var file = (await VideoOf(id)).File!;
        Archive.Lose(file.Path);

        var place = Ok(await Send(new OpenContent(id)));

        var video = await AssertStands(id, VideoStatus.Downloading, "file_missing");
        Assert.Equal(new ContentPlace.Remote(video.Link!), place);
        Assert.Null(video.File);
        Assert.Equal((VideoStorage.Remote, Now), (video.StorageAt(Now), video.State.DueAt));
        Assert.Equal(video.Problem!.Message, video.History[^1].Detail);
        Ok(await Step(id));
        Assert.IsType<ContentPlace.Local>(Ok(await Send(new OpenContent(id))));
        await AssertStands(id, VideoStatus.Completed);
    }

    [Fact]
    public async Task A_file_that_vanished_after_its_link_is_gone_and_the_record_says_why()
    {
        var id = await GivenCompleted();
        Archive.Lose((await VideoOf(id)).File!.Path);
        Clock.Advance(TimeSpan.FromHours(25));

        Assert.IsType<VideoExpired>(ErrorOf(await Send(new OpenContent(id))));

        var video = await AssertStands(id, VideoStatus.Completed, "file_missing");
        Assert.Equal(VideoStorage.None, video.StorageAt(Now));
    }

    [Fact]
    public async Task While_the_storage_itself_is_gone_the_link_is_played_and_no_record_loses_its_file()
    {
        var id = await GivenCompleted();
        var before = await Find(id);
        Archive.IsReachable = false;

        Assert.Equal(new ContentPlace.Remote(before.Video!.Link!), Ok(await Send(new OpenContent(id))));
        Clock.Advance(TimeSpan.FromHours(25));
        Assert.IsType<StorageGone>(ErrorOf(await Send(new OpenContent(id))));

        Archive.IsReachable = true;
        Assert.Equal(new ContentPlace.Local(before.Video.File!), Ok(await Send(new OpenContent(id))));
        Assert.Equal(before, await Find(id));
    }

    [Fact]
    public async Task A_file_that_was_replaced_while_it_was_opened_is_not_missed()
    {
        var id = await GivenCompleted();
        var (old, fresh) = ((await VideoOf(id)).File!, (await VideoOf(await GivenCompleted())).File!);
        Workspaces.AfterNextRead(async () =>
        {
            await Change(id, v => v.FileFound(fresh, Now));
            await Archive.DeleteAsync(old, CancellationToken.None);
        });

        var place = Ok(await Send(new OpenContent(id)));

        Assert.Equal(new ContentPlace.Local(fresh), place);
        await AssertStands(id, VideoStatus.Completed);
    }

    [Fact]
    public async Task The_old_file_is_played_while_another_is_made()
    {
        var id = await GivenCompleted();
        Ok(await Send(ARequest(id) with { Prompt = "another", Replace = true }));

        Assert.IsType<ContentPlace.Local>(Ok(await Send(new OpenContent(id))));

        await AssertStands(id, VideoStatus.Queued);
    }

    [Fact]
    public async Task A_video_that_is_remote_only_is_played_from_there_and_fetched_first()
    {
        var remote = await Given(SampleWorkspaces.CompletedRemote(Now.AddHours(1), Now));

        var place = Ok(await Send(new OpenContent(remote.Id)));

        Assert.Equal(new ContentPlace.Remote(remote.Video!.Link!), place);
        Assert.Equal(Now, (await AssertStands(remote.Id, VideoStatus.Downloading)).State.DueAt);
    }

    [Fact]
    public async Task A_video_that_is_being_fetched_is_played_from_the_link_meanwhile()
    {
        var id = await GivenDownloading();
        var before = await Find(id);

        Assert.IsType<ContentPlace.Remote>(Ok(await Send(new OpenContent(id))));

        Assert.Equal(before, await Find(id));
    }

    [Fact]
    public async Task A_remote_video_whose_time_is_over_is_expired()
    {
        var remote = await Given(SampleWorkspaces.CompletedRemote(Now, Now));

        Assert.IsType<VideoExpired>(ErrorOf(await Send(new OpenContent(remote.Id))));
    }

    [Fact]
    public async Task An_expired_video_says_so()
    {
        var id = await GivenDownloading();
        Provider.AnswerQuery("task-1", new TaskAnswer.Gone());
        Source.ThenDead();
        Ok(await Step(id));

        Assert.IsType<VideoExpired>(ErrorOf(await Send(new OpenContent(id))));
    }

    [Fact]
    public async Task A_video_that_is_not_made_yet_is_not_stored()
    {
        Assert.Equal(new VideoNotStored(VideoStatus.Queued), ErrorOf(await Send(new OpenContent(await GivenQueued("one")))));
        Assert.Equal(new VideoNotStored(VideoStatus.Processing), ErrorOf(await Send(new OpenContent(await GivenProcessing("two")))));
    }

    [Fact]
    public async Task There_must_be_a_video()
    {
        Assert.Equal(new NotFound("video"), ErrorOf(await Send(new OpenContent((await GivenWorkspace()).Id))));
        Assert.Equal(new NotFound("workspace"), ErrorOf(await Send(new OpenContent(WorkspaceId.New(Now)))));
    }

    [Fact]
    public async Task A_caller_who_leaves_opens_nothing()
    {
        var id = await GivenCompleted();
        using var left = new CancellationTokenSource();
        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Send(new OpenContent(id), left.Token));
    }
}
