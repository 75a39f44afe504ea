using VideoPlatform.Application.Videos.Get;
using VideoPlatform.Application.Workspaces.Get;
using VideoPlatform.Application.Workspaces.List;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Tests;

public sealed class ListWorkspacesTests : Testing.UseCases.UseCases
{
    // ---- pages ------------------------------------------------------------------------------------------------

    [Fact]
    public async Task Pages_go_from_the_newest_to_the_oldest_and_stay_so_while_others_insert()
    {
        var ids = new List<string>();
        for (var i = 0; i < 5; i++) ids.Insert(0, (await NewWorkspace()).Id.Value);

        var first = Ok(await Send(new ListWorkspaces(2, null, null, null)));
        await NewWorkspace();
        var second = Ok(await Send(new ListWorkspaces(2, first.NextCursor, null, null)));
        var third = Ok(await Send(new ListWorkspaces(2, second.NextCursor, null, null)));

        Assert.Equal(ids, first.Items.Concat(second.Items).Concat(third.Items).Select(w => w.Id));
        Assert.Null(third.NextCursor);
    }

    [Fact]
    public async Task A_page_holds_fifty_unless_asked_otherwise()
    {
        for (var i = 0; i < 51; i++) await NewWorkspace();

        var page = Ok(await Send(new ListWorkspaces(null, null, null, null)));

        Assert.Equal(50, page.Items.Count);
        Assert.Equal(page.Items[^1].Id, page.NextCursor);
    }

    [Fact]
    public async Task A_page_may_be_of_one_status_or_one_storage()
    {
        await NewWorkspace();
        var queued = await GivenQueued("one");
        var completed = await GivenCompleted();
        var downloading = await GivenDownloading();

        Assert.Equal([queued.Value], await Ids(status: "queued"));
        Assert.Equal([completed.Value], await Ids(status: "completed"));
        Assert.Equal([completed.Value], await Ids(storage: "local"));
        Assert.Equal([downloading.Value], await Ids(storage: "remote"));
        Assert.Equal([queued.Value], await Ids(storage: "none"));
        Assert.Empty(await Ids("completed", "remote"));
    }

    [Fact]
    public async Task An_empty_library_is_an_empty_page()
    {
        var page = Ok(await Send(new ListWorkspaces(null, null, null, null)));

        Assert.Empty(page.Items);
        Assert.Null(page.NextCursor);
    }

    [Theory]
    [InlineData(0, null, null, null, "limit")]
    [InlineData(201, null, null, null, "limit")]
    [InlineData(null, "nonsense", null, null, "cursor")]
    [InlineData(null, "", null, null, "cursor")]
    [InlineData(null, null, "pending", null, "status")]
    [InlineData(null, null, "Queued", null, "status")]
    [InlineData(null, null, null, "cloud", "storage")]
    public async Task What_is_no_filter_is_refused_by_its_name(int? limit, string? cursor, string? status, string? storage, string field)
    {
        var result = await Send(new ListWorkspaces(limit, cursor, status, storage));

        Assert.Equal([field], Assert.IsType<ValidationFailed>(ErrorOf(result)).Fields.Keys);
    }

    // ---- unfinished -------------------------------------------------------------------------------------------

    [Fact]
    public async Task A_live_connection_begins_with_what_is_not_finished()
    {
        await NewWorkspace();
        await GivenCompleted();
        var queued = await GivenQueued("one");
        var unsettled = await GivenUnsettled(paid: true, "two");

        var list = Ok(await Send(new ListUnfinished(null)));

        Assert.Equal([queued.Value, unsettled.Value], list.Items.Select(w => w.Id));
    }

    [Fact]
    public async Task Or_with_the_one_that_is_asked_for_finished_or_not()
    {
        var completed = await GivenCompleted();
        await GivenQueued();

        Assert.Equal([completed.Value], Ok(await Send(new ListUnfinished(completed))).Items.Select(w => w.Id));
        Assert.Empty(Ok(await Send(new ListUnfinished(WorkspaceId.New(Now)))).Items);
    }

    // ---- one --------------------------------------------------------------------------------------------------

    [Fact]
    public async Task One_workspace_is_shown_as_it_stands()
    {
        var id = await GivenCompleted();

        var view = Ok(await Send(new GetWorkspace(id)));

        var video = await VideoOf(id);
        Assert.Equal((await Find(id)).Version, view.Version);
        Assert.Equal(("completed", "local", video.File!.Path.Url), (view.Video!.Status, view.Video.Storage, view.Video.Url));
        Assert.Equal((video.Link!.Url, video.Link.ExpiresAt), (view.Video.RemoteUrl, view.Video.RemoteExpiresAt));
        Assert.Equal((4096L, video.File.Sha256, "length"), (view.Video.Size, view.Video.Sha256, view.Video.Verified));
        Assert.Null(view.Video.History);
        Assert.Equal(new NotFound("workspace"), ErrorOf(await Send(new GetWorkspace(WorkspaceId.New(Now)))));
    }

    [Fact]
    public async Task The_video_alone_is_shown_with_its_history_newest_last()
    {
        var view = Ok(await Send(new GetVideo(await GivenCompleted())));

        Assert.Equal(["queued", "submitting", "processing", "downloading", "completed"], view.History!.Select(h => h.Status));
        Assert.Equal(new NotFound("video"), ErrorOf(await Send(new GetVideo((await NewWorkspace()).Id))));
        Assert.Equal(new NotFound("workspace"), ErrorOf(await Send(new GetVideo(WorkspaceId.New(Now)))));
    }

    [Fact]
    public async Task A_link_whose_time_is_over_is_shown_but_not_offered()
    {
        var id = await GivenDownloading();
        Clock.Advance(TimeSpan.FromHours(25));

        var view = Ok(await Send(new GetVideo(id)));

        Assert.Equal(("downloading", "none", null), (view.Status, view.Storage, view.Url));
        Assert.NotNull(view.RemoteUrl);
    }

    [Fact]
    public async Task A_caller_who_leaves_reads_nothing()
    {
        var id = await GivenQueued();
        using var left = new CancellationTokenSource();
        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Send(new GetWorkspace(id), left.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Send(new GetVideo(id), left.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Send(new ListWorkspaces(null, null, null, null), left.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Send(new ListUnfinished(null), left.Token));
    }

    private async Task<Workspace> NewWorkspace()
    {
        Clock.Advance(TimeSpan.FromSeconds(1));   // ids sort by their second
        return await GivenWorkspace();
    }

    private async Task<IEnumerable<string>> Ids(string? status = null, string? storage = null) =>
        Ok(await Send(new ListWorkspaces(null, null, status, storage))).Items.Select(w => w.Id);
}
