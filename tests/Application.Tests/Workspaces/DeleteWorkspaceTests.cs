using VideoPlatform.Application.Workspaces.Delete;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Testing.Files;

namespace VideoPlatform.Application.Tests;

public sealed class DeleteWorkspaceTests : Testing.UseCases.UseCases
{
    [Fact]
    public async Task A_workspace_goes_with_its_files()
    {
        var received = Ok(await Send(new Pictures.ReceivePicture(new MemoryStream(SamplePicture.Png(640, 480)))));
        var id = WorkspaceId.Parse(Ok(await Send(new Workspaces.Create.CreateWorkspace(received, null, null))).Id);
        Ok(await Send(ARequest(id)));
        await Change(id, v => v.MarkSubmitting(new SubmitAttempt(Guid.NewGuid(), Now, "c0ffee")));
        await Change(id, v => v.Accepted(((VideoState.Submitting)v.State).Attempt.Id, new ProviderTask("task-1", null), Now, Now));
        await Change(id, v => v.Finished(Provider.LinkOf("task-1"), $"{id}_1", Now, Now));
        Source.ThenServe(SampleVideo.Mp4(4096).Bytes);
        Ok(await Step(id));

        Ok(await Send(new DeleteWorkspace(id)));

        Assert.Null(await Records.FindAsync(id, CancellationToken.None));
        Assert.Empty(Archive.Files);
        Assert.Empty(Pictures.Files);
    }

    [Fact]
    public async Task An_unfinished_fetch_goes_too()
    {
        var id = await GivenDownloading();
        var stem = Assert.IsType<VideoState.Downloading>((await VideoOf(id)).State).Stem;
        Source.ThenBreakAt(SampleVideo.Mp4(4096).Bytes, 1000);
        Ok(await Step(id));
        Assert.NotNull(await Archive.FindPrefixAsync(stem, CancellationToken.None));

        Ok(await Send(new DeleteWorkspace(id)));

        Assert.Null(await Archive.FindPrefixAsync(stem, CancellationToken.None));
    }

    [Fact]
    public async Task While_the_storage_is_gone_it_stays_since_its_files_would()
    {
        var id = await GivenCompleted();
        var before = await Find(id);
        Archive.IsReachable = false;

        Assert.IsType<StorageGone>(ErrorOf(await Send(new DeleteWorkspace(id))));

        Assert.Equal(before, await Find(id));
        Archive.IsReachable = true;
        Ok(await Send(new DeleteWorkspace(id)));
        Assert.Empty(Archive.Files);
    }

    [Fact]
    public async Task While_a_paid_task_may_run_it_stays()
    {
        var processing = await GivenProcessing("one");
        var unsettled = await GivenUnsettled(paid: true, "two");

        Assert.Equal(new GenerationInProgress(VideoStatus.Processing), ErrorOf(await Send(new DeleteWorkspace(processing))));
        Assert.Equal(new GenerationInProgress(VideoStatus.Unsettled), ErrorOf(await Send(new DeleteWorkspace(unsettled))));
        await AssertStands(processing, VideoStatus.Processing);
    }

    [Fact]
    public async Task What_was_not_sent_yet_goes_and_is_never_sent()
    {
        var id = await GivenQueued();
        var claim = await Claim(id);

        Ok(await Send(new DeleteWorkspace(id)));

        Assert.Equal(new NotFound("workspace"), ErrorOf(await Send(new Videos.Submit.SubmitVideo(id, claim))));
        Assert.Empty(Provider.Calls);
    }

    [Fact]
    public async Task What_is_gone_is_not_found()
    {
        var workspace = await GivenWorkspace();
        Ok(await Send(new DeleteWorkspace(workspace.Id)));

        Assert.Equal(new NotFound("workspace"), ErrorOf(await Send(new DeleteWorkspace(workspace.Id))));
    }

    [Fact]
    public async Task A_caller_who_leaves_before_it_deletes_nothing()
    {
        var id = await GivenCompleted();
        using var left = new CancellationTokenSource();
        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Send(new DeleteWorkspace(id), left.Token));

        Assert.Single(Archive.Files);
    }
}
