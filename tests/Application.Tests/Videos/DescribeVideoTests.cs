using VideoPlatform.Application.Videos.Describe;
using VideoPlatform.Application.Workspaces.Delete;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Tests;

public sealed class DescribeVideoTests : Testing.UseCases.UseCases
{
    [Fact]
    public async Task A_stored_video_gets_its_facts_and_its_poster()
    {
        var id = await GivenCompleted();

        Ok(await Send(new DescribeVideo(id)));

        var file = (await AssertStands(id, VideoStatus.Completed)).File!;
        Assert.Equal(Media.Facts, file.Media);
        Assert.StartsWith("/uploads/thumbnails/", file.Thumbnail!.Url, StringComparison.Ordinal);
        Assert.Equal([file.Thumbnail], Posters.Files);
    }

    [Fact]
    public async Task A_second_time_nothing_is_read_made_or_written()
    {
        var id = await GivenCompleted();
        Ok(await Send(new DescribeVideo(id)));
        var before = await Find(id);

        Ok(await Send(new DescribeVideo(id)));

        Assert.Equal(before, await Find(id));
        Assert.Equal((1, 1), (Media.Reads, Posters.Posters));
    }

    [Fact]
    public async Task What_cannot_be_read_stays_unknown_and_the_video_completed()
    {
        var id = await GivenCompleted();
        var before = await Find(id);
        (Media.Facts, Posters.CanMake) = (null, false);

        Ok(await Send(new DescribeVideo(id)));

        Assert.Equal(before, await Find(id));
    }

    [Fact]
    public async Task What_could_not_be_made_the_first_time_is_made_the_next()
    {
        var id = await GivenCompleted();
        Posters.CanMake = false;
        Ok(await Send(new DescribeVideo(id)));
        Posters.CanMake = true;

        Ok(await Send(new DescribeVideo(id)));

        Assert.NotNull((await VideoOf(id)).File!.Thumbnail);
        Assert.Equal(1, Media.Reads);
    }

    [Fact]
    public async Task Facts_of_a_file_that_was_exchanged_meanwhile_are_not_taken()
    {
        var id = await GivenCompleted();
        var other = (await VideoOf(await GivenCompleted())).File!;
        Workspaces.BeforeNextChange(() => Change(id, v => v.FileFound(other, Now)));

        Assert.IsType<VersionConflict>(ErrorOf(await Send(new DescribeVideo(id))));

        Assert.Equal(other, (await VideoOf(id)).File);
        Assert.Empty(Posters.Files);
    }

    [Fact]
    public async Task The_poster_of_a_workspace_that_was_deleted_meanwhile_goes_too()
    {
        var id = await GivenCompleted();
        Workspaces.BeforeNextChange(async () => Ok(await Send(new DeleteWorkspace(id))));

        Assert.Equal(new NotFound("workspace"), ErrorOf(await Send(new DescribeVideo(id))));

        Assert.Equal((1, 0), (Posters.Posters, Posters.Files.Count));
    }

    [Fact]
    public async Task There_must_be_a_file()
    {
        Assert.Equal(new NotFound("video"), ErrorOf(await Send(new DescribeVideo(await GivenQueued()))));
        Assert.Equal(new NotFound("video"), ErrorOf(await Send(new DescribeVideo(WorkspaceId.New(Now)))));
    }

    [Fact]
    public async Task A_worker_that_is_told_to_stop_changes_nothing()
    {
        var id = await GivenCompleted();
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Send(new DescribeVideo(id), stop.Token));

        Assert.Null((await VideoOf(id)).File!.Media);
    }
}
