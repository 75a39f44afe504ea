using Microsoft.Extensions.Time.Testing;
using MongoDB.Bson;
using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Infrastructure.Records;
using VideoPlatform.Testing.Records;

namespace VideoPlatform.Infrastructure.Tests.Records;

/// <summary>What every database promises about the documents of the earlier system and of programs beside us.</summary>
public abstract class StoredDocumentContract : IAsyncLifetime
{
    private const string Id = "695251e891fab49e9adb49a5";
    private const string Signed = "https://dashscope-result-bj.oss-accelerate.aliyuncs.com/1d/a.mp4?Expires=1767263766&Signature=x";

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    protected FakeTimeProvider Clock { get; } = new(SampleWorkspaces.Start);

    protected IWorkspaceRepository Records { get; private set; } = null!;

    private static DateTimeOffset Made => WorkspaceId.Parse(Id).CreatedAt;

    protected abstract Task<IWorkspaceRepository> OpenAsync();

    protected abstract ValueTask CloseAsync();

    /// <summary>Puts a document there as another program would have left it.</summary>
    protected abstract Task PlantAsync(BsonDocument document);

    protected abstract Task<BsonDocument> DigUpAsync(ObjectId id);

    public async ValueTask InitializeAsync() => Records = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_finished_video_of_the_earlier_system_is_remote_until_its_link_dies()
    {
        await Plant($$"""{ "video": { "status": "completed", "task_id": "t-1", "url": "{{Signed}}", "error": null } }""");

        var video = (await Find()).Video!;

        Assert.Equal(VideoStatus.Completed, video.Status);
        Assert.Equal("t-1", video.State.Task!.Id);
        Assert.Null(video.State.Task.Endpoint);
        Assert.Null(video.File);
        Assert.Null(video.Problem);
        Assert.Null(video.Request);
        Assert.Equal(Signed, video.Link!.Url);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1767263766), video.Link.ExpiresAt);
        Assert.Equal(Made, video.RequestedAt);
        Assert.Equal(VideoStorage.Remote, video.StorageAt(video.Link.ExpiresAt!.Value.AddSeconds(-1)));
        Assert.Equal(VideoStorage.None, video.StorageAt(video.Link.ExpiresAt.Value));
    }

    [Fact]
    public async Task A_stored_video_of_the_earlier_system_is_local()
    {
        await Plant($$"""
            { "video": { "status": "completed", "task_id": "t-1", "url": "/uploads/videos/{{Id}}_1767177366572.mp4", "remote_url": "{{Signed}}",
              "path": "/home/someone/app/uploads/videos/{{Id}}_1767177366572.mp4", "error": null } }
            """);

        var video = (await Find()).Video!;

        Assert.Equal($"videos/{Id}_1767177366572.mp4", video.File!.Path.Value);
        Assert.Equal(("video/mp4", null, null), (video.File.ContentType, video.File.Size, video.File.Sha256));
        Assert.Equal(Signed, video.Link!.Url);
        Assert.Equal(VideoStorage.Local, video.StorageAt(Clock.GetUtcNow()));
    }

    [Fact]
    public async Task A_stored_video_without_a_path_is_found_by_its_url()
    {
        await Plant($$"""{ "video": { "status": "completed", "url": "/uploads/videos/a.webm", "remote_url": "{{Signed}}" } }""");

        var file = (await Find()).Video!.File!;

        Assert.Equal(("videos/a.webm", "video/webm"), (file.Path.Value, file.ContentType));
    }

    [Theory]
    [InlineData("pending")]
    [InlineData("processing")]
    public async Task A_request_of_the_earlier_system_with_a_task_is_asked_for_at_once(string status)
    {
        await Plant($$"""{ "video": { "status": "{{status}}", "task_id": "t-1", "url": null, "error": null } }""");

        Assert.Equal(VideoStatus.Processing, (await Find()).Video!.Status);
        Assert.Equal(Made, await Records.NextDueAsync(WorkLane.Poll, Ct));
        Assert.Equal(Id, Assert.Single(await Records.ClaimAsync(Query(WorkLane.Poll), Ct)).Id.Value);
    }

    [Theory]
    [InlineData("pending")]
    [InlineData("processing")]
    public async Task A_request_of_the_earlier_system_without_a_task_is_never_submitted(string status)
    {
        await Plant($$"""{ "video": { "status": "{{status}}", "task_id": null, "url": null, "error": null } }""");

        var video = (await Find()).Video!;

        Assert.Equal(VideoStatus.Failed, video.Status);
        Assert.Equal("submit_unknown", video.Problem!.Code);
        foreach (var lane in WorkLanes.All) Assert.Empty(await Records.ClaimAsync(Query(lane), Ct));
        Assert.Equal(Id, Assert.Single((await Records.ListAsync(new WorkspaceFilter(9, null, VideoStatus.Failed, null, Clock.GetUtcNow()), Ct)).Items).Id.Value);
    }

    [Fact]
    public async Task A_failure_of_the_earlier_system_keeps_its_text()
    {
        await Plant("""{ "video": { "status": "failed", "task_id": "t-1", "url": null, "error": "InvalidParameter: prompt" } }""");

        var video = (await Find()).Video!;

        Assert.Equal((VideoStatus.Failed, "InvalidParameter: prompt"), (video.Status, video.Problem!.Message));
    }

    [Fact]
    public async Task The_tasks_of_replaced_videos_are_known_from_a_document_that_comes_in()
    {
        await Plant($$"""{ "video": { "status": "completed", "task_id": "t-3", "url": "{{Signed}}", "earlier_tasks": ["t-1", 2, "t-2", "t-1"] } }""");

        Assert.Equal(["t-1", "t-2", "t-3"], (await Records.FindKnownTasksAsync(["t-1", "t-2", "t-3", "t-4"], Ct)).Order(StringComparer.Ordinal));

        SampleWorkspaces.Ok(await Records.DeleteAsync(WorkspaceId.Parse(Id), _ => null, Ct));
        Assert.Empty(await Records.FindKnownTasksAsync(["t-1", "t-2", "t-3"], Ct));
    }

    [Theory]
    [InlineData("""{ }""")]
    [InlineData("""{ "video": null }""")]
    [InlineData("""{ "video": { } }""")]
    [InlineData("""{ "video": { "status": null, "task_id": null, "url": null } }""")]
    public async Task A_workspace_of_the_earlier_system_may_have_no_video_and_can_be_given_one(string members)
    {
        await Plant(members);

        Assert.Null((await Find()).Video);
        var asked = SampleWorkspaces.Ok(await Records.ChangeAsync(
            WorkspaceId.Parse(Id), w => w.Ask(SampleWorkspaces.Request(), replace: false, SampleWorkspaces.Start), Ct));

        Assert.Equal((VideoStatus.Queued, 1), (asked.Video!.Status, asked.Version));
        Assert.Single(await Records.ClaimAsync(Query(WorkLane.Submit) with { Model = SampleWorkspaces.Model }, Ct));
    }

    [Theory]
    [InlineData("""{ "image": "/uploads/1767008037365-8206bx2s.png" }""")]
    [InlineData("""{ "image": "1767008037365-8206bx2s.png" }""")]
    [InlineData("""{ "image_url": "/uploads/1767008037365-8206bx2s.png" }""")]
    [InlineData("""{ "image": { "url": "/uploads/1767008037365-8206bx2s.png" } }""")]
    public async Task A_picture_of_the_earlier_system_is_taken_and_its_member_stays_as_it_is(string members)
    {
        await Plant(members);
        var before = await DigUp();

        var picture = (await Find()).Picture!;
        SampleWorkspaces.Ok(await Records.ChangeAsync(
            WorkspaceId.Parse(Id), w => w.Ask(SampleWorkspaces.Request(), replace: false, SampleWorkspaces.Start), Ct));

        Assert.Equal("1767008037365-8206bx2s.png", picture.Path.Value);
        Assert.Equal((null, null, null), (picture.ContentType, picture.Size, picture.Width));
        var after = await DigUp();
        Assert.Equal((before.GetValue("image", "absent"), before.GetValue("image_url", "absent")), (after.GetValue("image", "absent"), after.GetValue("image_url", "absent")));
    }

    [Theory]
    [InlineData("""{ "image": "../../etc/passwd" }""")]
    [InlineData("""{ "image": "https://example.com/a.png" }""")]
    [InlineData("""{ "image": 7 }""")]
    public async Task A_picture_outside_of_the_storage_is_none(string members)
    {
        await Plant(members);

        Assert.Null((await Find()).Picture);
    }

    [Fact]
    public async Task Any_type_that_says_the_same_is_understood()
    {
        await Plant("""
            { "name": "n", "version": { "$numberDouble": "7.0" }, "created_at": "2025-12-29T10:03:20Z", "updated_at": { "$numberLong": "1767000000000" },
              "image": { "url": "/uploads/a.png", "size": "48213", "width": { "$numberDouble": "1280.0" }, "height": { "$numberLong": "720" } },
              "video": { "status": "completed", "path": "videos/a.mp4", "size": { "$numberDecimal": "4513940" }, "verified": "nonsense", "seed": [],
                         "history": [ 7, { "at": "never" } ], "media": "none", "remote_expires_at": "tomorrow", "remote_url": 5 } }
            """);

        var workspace = await Find();

        Assert.Equal(7, workspace.Version);
        Assert.Equal(new DateTimeOffset(2025, 12, 29, 10, 3, 20, TimeSpan.Zero), workspace.CreatedAt);
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1767000000000), workspace.UpdatedAt);
        Assert.Equal((48213, 1280, 720), (workspace.Picture!.Size, workspace.Picture.Width, workspace.Picture.Height));
        Assert.Equal((4513940, null, null), (workspace.Video!.File!.Size, workspace.Video.File.Verified, workspace.Video.File.Media));
        Assert.Equal(8, SampleWorkspaces.Ok(await Records.ChangeAsync(workspace.Id, w => w.Change(v => v.Noted(new Problem("x", "y")), w.UpdatedAt), Ct)).Version);
    }

    [Fact]
    public async Task Members_of_others_survive_every_write()
    {
        await Plant($$"""
            { "owner": { "id": 7, "tags": ["a", { "b": 1 }] }, "__v": 3, "name": 5, "image": "/uploads/a.png",
              "video": { "status": "pending", "task_id": "t-1", "url": null, "error": null, "prompt": "theirs", "cost": { "currency": "CNY", "amount": 1.5 } } }
            """);
        var planted = await DigUp();

        var claimed = Assert.Single(await Records.ClaimAsync(Query(WorkLane.Poll), Ct));
        Assert.True(await Records.RenewAsync(claimed.Id, claimed.Lease!.Token, Clock.GetUtcNow().AddHours(1), Ct));
        SampleWorkspaces.Ok(await Records.ChangeAsync(
            claimed.Id, w => w.End(claimed.Lease.Token, Clock.GetUtcNow(), v => v.Finished(SampleWorkspaces.Link(null), "stem", null, Clock.GetUtcNow())), Ct));
        SampleWorkspaces.Ok(await Records.ChangeAsync(
            claimed.Id, w => w.Change(v => v.Stored(SampleWorkspaces.File(Clock.GetUtcNow(), 9), Clock.GetUtcNow()), Clock.GetUtcNow()), Ct));

        var after = await DigUp();
        foreach (var name in (string[])["owner", "__v", "name", "image"]) AssertSame(planted[name], after[name]);
        foreach (var name in (string[])["prompt", "cost"]) AssertSame(planted["video"][name], after["video"][name]);
    }

    [Fact]
    public async Task The_six_names_keep_their_meaning_for_the_earlier_backend()
    {
        await Plant($$"""{ "video": { "status": "pending", "task_id": "t-1", "url": null, "error": null } }""");
        var (id, now) = (WorkspaceId.Parse(Id), Clock.GetUtcNow());

        await Change(v => v.Finished(SampleWorkspaces.Link(now.AddDays(1)), "stem", null, now));
        var link = SampleWorkspaces.Link(now.AddDays(1)).Url;
        await AssertSix("downloading", "t-1", link, link, null, null);

        await Change(v => v.FetchFailed(new Problem("stall", "No bytes."), now));
        await AssertSix("downloading", "t-1", link, link, null, "No bytes.");

        await Change(v => v.LinkDied(new Problem("video_expired", "403 Request has expired."), now));
        await AssertSix("expired", "t-1", link, link, null, "403 Request has expired.");

        await Change(v => v.FetchAgain("stem", SampleWorkspaces.Link(null, "fresh"), now));
        await Change(v => v.Stored(SampleWorkspaces.File(now, 9), now));
        var (path, fresh) = (SampleWorkspaces.File(now, 9).Path, SampleWorkspaces.Link(null, "fresh").Url);
        await AssertSix("completed", "t-1", path.Url, fresh, path.Value, null);

        await Change(v => v.FileLost(new Problem("file_missing", "Not there.")));
        await AssertSix("completed", "t-1", fresh, fresh, null, "Not there.");

        async Task Change(Func<Video, Domain.Results.Result<Video>> change) =>
            SampleWorkspaces.Ok(await Records.ChangeAsync(id, w => w.Change(change, now), Ct));

        async Task AssertSix(params string?[] expected)
        {
            var video = (await DigUp())["video"].AsBsonDocument;
            string[] names = ["status", "task_id", "url", "remote_url", "path", "error"];
            Assert.Equal(expected, names.Select(name => video[name] is BsonString text ? text.Value : null));
        }
    }

    [Fact]
    public async Task What_we_write_has_the_names_that_others_read()
    {
        var workspace = SampleWorkspaces.Completed();
        await Records.AddAsync(workspace, Ct);

        var document = await DigUpAsync(ObjectId.Parse(workspace.Id.Value));

        Assert.Equal(["_id", "name", "image", "video", "version", "created_at", "updated_at"], document.Names);
        Assert.Equal(["url", "content_type", "size", "width", "height", "has_alpha"], document["image"].AsBsonDocument.Names);
        var video = document["video"].AsBsonDocument;
        Assert.Equal(BsonType.DateTime, video["archived_at"].BsonType);
        Assert.Equal(("local", "checksum", "thumbnails/695251e891fab49e9adb49a5_1767177366572.jpg"), (video["storage"].AsString, video["verified"].AsString, video["thumbnail"].AsString));
        Assert.False(video.Contains("due_at"));
        Assert.False(video.Contains("lane"));
    }

    [Theory]
    [InlineData("""{ "video": { "status": "processed", "task_id": "t-1" } }""")]
    [InlineData("""{ "video": { "status": "queued" } }""")]
    [InlineData("""{ "video": { "status": "downloading", "task_id": "t-1", "stem": "s" } }""")]
    [InlineData("""{ "video": { "status": "unsettled" } }""")]
    [InlineData("""{ "video": { "status": 7, "task_id": "t-1" } }""")]
    [InlineData("""{ "video": "none" }""")]
    public async Task A_record_that_cannot_be_understood_is_an_error_of_its_own_and_hides_no_other(string members)
    {
        await PlantUnreadable(members);
        var good = SampleWorkspaces.Processing();
        await Records.AddAsync(good, Ct);

        var failure = await Assert.ThrowsAsync<UnreadableRecordException>(() => Records.FindAsync(WorkspaceId.Parse(Id), Ct));

        Assert.Contains(Id, failure.Message, StringComparison.Ordinal);
        Assert.Equal([good.Id], (await Records.ListAsync(new WorkspaceFilter(9, null, null, null, Clock.GetUtcNow()), Ct)).Items.Select(w => w.Id));
        Assert.Equal([good.Id], await Records.ScanAsync(new ScanFilter(), Ct).Select(w => w.Id).ToListAsync(Ct));
        Assert.Equal([good.Id], (await Records.ListChangedAsync(DateTimeOffset.UnixEpoch, 9, Ct)).Select(w => w.Id));
        foreach (var lane in WorkLanes.All)
        {
            Assert.Equal(lane is WorkLane.Poll ? [good.Id] : [], (await Records.ClaimAsync(Query(lane) with { Limit = 1 }, Ct)).Select(w => w.Id));
            Assert.Equal(lane is WorkLane.Poll ? Clock.GetUtcNow().AddMinutes(1) : null, await Records.NextDueAsync(lane, Ct));
        }
    }

    protected static ClaimQuery Query(WorkLane lane) => new(lane, SampleWorkspaces.Start, SampleWorkspaces.Start.AddMinutes(1), 200);

    protected static BsonDocument Document(string members) => new BsonDocument("_id", ObjectId.Parse(Id)).Merge(BsonDocument.Parse(members));

    /// <summary>Puts a document there that no write of ours would let in.</summary>
    protected virtual Task PlantUnreadable(string members) => PlantAsync(Document(members));

    private Task Plant(string members) => PlantAsync(Document(members));

    private Task<BsonDocument> DigUp() => DigUpAsync(ObjectId.Parse(Id));

    private async Task<Workspace> Find()
    {
        var found = await Records.FindAsync(WorkspaceId.Parse(Id), Ct);
        Assert.NotNull(found);
        return found;
    }

    // A stand-in keeps numbers as JavaScript does: the same number in another type is the same.
    private static void AssertSame(BsonValue expected, BsonValue actual) => Assert.Equal(
        expected.ToJson(new MongoDB.Bson.IO.JsonWriterSettings { OutputMode = MongoDB.Bson.IO.JsonOutputMode.RelaxedExtendedJson }),
        actual.ToJson(new MongoDB.Bson.IO.JsonWriterSettings { OutputMode = MongoDB.Bson.IO.JsonOutputMode.RelaxedExtendedJson }));
}
