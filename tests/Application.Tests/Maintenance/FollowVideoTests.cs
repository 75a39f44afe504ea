using VideoPlatform.Application.Maintenance.Adopt;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Tests.Maintenance;

public sealed class FollowVideoTests : LibraryUseCases
{
    private readonly Seen seen = new();

    private async Task<WorkspaceId> GivenAdopted()
    {
        Provider.AddForeignTask("foreign", Model, "somebody else's words");
        return WorkspaceId.Parse(Ok(await Send(new AdoptTask("foreign", null))).Id);
    }

    [Fact]
    public async Task A_paid_video_is_taken_to_its_end()
    {
        var id = await GivenAdopted();
        Source.ThenServe(Content.Bytes);

        var end = Ok(await Send(new FollowVideo(id, seen)));

        Assert.Equal(("completed", "local"), (end.Video!.Status, end.Video.Storage));
        Assert.Equal(["processing", "downloading", "completed"], seen.Statuses);
    }

    [Fact]
    public async Task One_that_has_ended_is_shown_as_it_is()
    {
        var stored = await GivenStored();

        Ok(await Send(new FollowVideo(stored.Id, seen)));

        Assert.Equal(["completed"], seen.Statuses);
        Assert.Equal(stored, await Find(stored.Id));
    }

    [Fact]
    public async Task What_is_not_there_cannot_be_followed()
    {
        var empty = await GivenWorkspace();

        Assert.Equal(new NotFound("video"), ErrorOf(await Send(new FollowVideo(empty.Id, seen))));
        Assert.Equal(new NotFound("video"), ErrorOf(await Send(new FollowVideo(WorkspaceId.New(Now), seen))));
    }

    [Fact]
    public async Task While_another_has_the_step_it_only_watches()
    {
        var id = await GivenAdopted();
        await Claim(id);
        using var stop = new CancellationTokenSource();

        var following = Send(new FollowVideo(id, seen), stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following);
        Assert.Equal(["query foreign"], Provider.Calls);   // the adoption's own question
    }

    [Fact]
    public async Task A_caller_who_leaves_amid_a_fetch_hands_it_back()
    {
        var id = await GivenAdopted();
        using var stop = new CancellationTokenSource();
        Source.Then((_, _) =>
        {
            stop.Cancel();
            throw new OperationCanceledException(stop.Token);
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Send(new FollowVideo(id, seen), stop.Token));

        Assert.Null((await Find(id)).Lease);
        await AssertStands(id, VideoStatus.Downloading);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_workspace_is_found_by_its_task(bool hasEnded)
    {
        var id = hasEnded ? (await GivenStored()).Id : await GivenAdopted();
        var task = (await VideoOf(id)).State.Task!.Id;

        Assert.Equal(id.Value, Ok(await Send(new FindTask(task))).Id);
    }

    [Fact]
    public async Task A_task_that_nobody_has_is_not_found() =>
        Assert.IsType<NotFound>(ErrorOf(await Send(new FindTask("foreign"))));

    private sealed class Seen : IProgress<WorkspaceView>
    {
        public List<string> Statuses { get; } = [];

        public void Report(WorkspaceView value)
        {
            if (Statuses.LastOrDefault() != value.Video!.Status) Statuses.Add(value.Video.Status);
        }
    }
}
