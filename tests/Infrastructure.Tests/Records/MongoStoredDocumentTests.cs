using Microsoft.Extensions.Logging.Abstractions;
using MongoDB.Bson;
using MongoDB.Driver;
using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Infrastructure.Records;
using VideoPlatform.Infrastructure.Records.Mongo;
using VideoPlatform.Testing.Records;

namespace VideoPlatform.Infrastructure.Tests.Records;

public sealed class MongoStoredDocumentTests(MongoServer server) : StoredDocumentContract
{
    private readonly MongoTestDatabase database = new(server);

    private IMongoCollection<BsonDocument> Collection => database.Database.GetCollection<BsonDocument>("workspaces");

    protected override async Task<IWorkspaceRepository> OpenAsync() =>
        new MongoWorkspaceRepository(await database.OpenAsync(), Clock, NullLogger<MongoWorkspaceRepository>.Instance);

    protected override ValueTask CloseAsync() => database.DisposeAsync();

    protected override Task PlantAsync(BsonDocument document) => Collection.InsertOneAsync(document, options: null, Ct);

    protected override Task<BsonDocument> DigUpAsync(ObjectId id) => Collection.Find(new BsonDocument("_id", id)).SingleAsync(Ct);

    [Fact]
    public async Task A_member_that_another_program_writes_meanwhile_survives()
    {
        var workspace = SampleWorkspaces.Processing();
        await Records.AddAsync(workspace, Ct);
        var id = ObjectId.Parse(workspace.Id.Value);

        SampleWorkspaces.Ok(await Records.ChangeAsync(
            workspace.Id,
            w =>
            {
                Collection.UpdateOne(new BsonDocument("_id", id), new BsonDocument("$set", new BsonDocument { { "rating", 5 }, { "video.rating", 6 } }));
                return w.Change(v => v.TaskCancelled(Clock.GetUtcNow()), Clock.GetUtcNow());
            },
            Ct));

        var after = await DigUpAsync(id);
        Assert.Equal((5, 6, "cancelled"), (after["rating"].ToInt32(), after["video"]["rating"].ToInt32(), after["video"]["status"].AsString));
    }

    [Fact]
    public async Task A_record_that_could_not_be_understood_is_worked_on_once_it_was_mended()
    {
        var broken = Document("""{ "video": { "status": "half", "task_id": "t-1", "lane": "poll", "due_at": { "$date": "2025-12-29T00:00:00Z" } } }""");
        await PlantAsync(broken);
        Assert.Empty(await Records.ClaimAsync(Query(WorkLane.Poll), Ct));
        await Collection.UpdateOneAsync(new BsonDocument("_id", broken["_id"]), new BsonDocument("$set", new BsonDocument("video.status", "processing")), options: null, Ct);

        Clock.Advance(UnreadableRecords.Rest);

        Assert.Equal(broken["_id"].ToString(), Assert.Single(await Records.ClaimAsync(Query(WorkLane.Poll), Ct)).Id.Value);
        Assert.Empty(((MongoWorkspaceRepository)Records).Unreadable);
    }

    [Fact]
    public async Task Records_that_the_earlier_backend_adds_are_counted_and_listed()
    {
        await Collection.InsertManyAsync(
            [
                BsonDocument.Parse("""{ "video": { "status": "completed", "url": "https://x.aliyuncs.com/a.mp4" } }"""),
                BsonDocument.Parse("""{ "video": { "status": "pending" } }"""),
                BsonDocument.Parse("""{ "title": "none" }"""),
            ],
            options: null,
            Ct);

        var counts = await Records.CountAsync(Clock.GetUtcNow(), Clock.GetUtcNow(), Ct);
        var remote = await Records.ListAsync(new WorkspaceFilter(9, null, null, VideoStorage.Remote, Clock.GetUtcNow()), Ct);

        Assert.Equal([VideoStatus.Completed, VideoStatus.Failed], counts.ByStatus.Keys.Order());
        Assert.Equal((1, 1), (counts.ByStorage[VideoStorage.Remote], counts.AtRisk));
        Assert.Single(remote.Items);
        Assert.Equal(3, (await Records.ListAsync(new WorkspaceFilter(9, null, null, null, Clock.GetUtcNow()), Ct)).Items.Count);
    }

    [Fact]
    public async Task Many_records_of_the_earlier_system_are_taken_in_by_several_processes_at_once()
    {
        await Collection.InsertManyAsync(
            Enumerable.Range(0, 450).Select(i => BsonDocument.Parse(
                $$"""{ "_id": { "$oid": "{{WorkspaceId.New(SampleWorkspaces.Start)}}" }, "video": { "status": "processing", "task_id": "t-{{i}}" } }""")),
            options: null,
            Ct);
        var other = new MongoWorkspaceRepository(await database.OpenAsync(), Clock, NullLogger<MongoWorkspaceRepository>.Instance);

        var claims = await Task.WhenAll(
            Records.ClaimAsync(Query(WorkLane.Poll), Ct), other.ClaimAsync(Query(WorkLane.Poll), Ct));

        var ids = claims.SelectMany(claim => claim).Select(w => w.Id).ToList();
        Assert.Equal(400, ids.Distinct().Count());
        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    [Fact]
    public async Task Records_under_other_kinds_of_ids_are_not_ours()
    {
        await server.SkipOnStandInAsync("ids of other types");
        await Collection.InsertOneAsync(new BsonDocument { { "_id", "settings" }, { "video", new BsonDocument("status", "completed") } }, options: null, Ct);

        Assert.Empty((await Records.ListAsync(new WorkspaceFilter(9, null, null, null, Clock.GetUtcNow()), Ct)).Items);
        Assert.Empty((await Records.ListAsync(new WorkspaceFilter(9, null, VideoStatus.Completed, null, Clock.GetUtcNow()), Ct)).Items);
    }

    [Theory]
    [InlineData("""{ "video.status": "failed", "_id": { "$lt": { "$oid": "ffffffffffffffffffffffff" } } }""", """{ "_id": -1 }""")]
    [InlineData("""{ "video.lane": "poll", "video.due_at": { "$lte": { "$date": "2026-01-01T00:00:00Z" } } }""", """{ "video.due_at": 1 }""")]
    [InlineData("""{ "video.lane": "submit", "video.model": "m", "video.due_at": { "$lte": { "$date": "2026-01-01T00:00:00Z" } } }""", """{ "video.requested_at": 1 }""")]
    [InlineData("""{ "video.lane": "download", "video.due_at": { "$lte": { "$date": "2026-01-01T00:00:00Z" } } }""", """{ "video.remote_expires_at": 1 }""")]
    public async Task Questions_are_answered_from_an_index(string filter, string sort)
    {
        await server.SkipOnStandInAsync("query plans");
        await Records.AddAsync(SampleWorkspaces.Processing(), Ct);

        var plan = await database.Database.RunCommandAsync<BsonDocument>(
            new BsonDocument("explain", new BsonDocument { { "find", "workspaces" }, { "filter", BsonDocument.Parse(filter) }, { "sort", BsonDocument.Parse(sort) } }),
            cancellationToken: Ct);

        var winner = plan["queryPlanner"]["winningPlan"].ToString()!;
        Assert.Contains("IXSCAN", winner, StringComparison.Ordinal);
        Assert.DoesNotContain("COLLSCAN", winner, StringComparison.Ordinal);
        Assert.DoesNotContain("\"SORT\"", winner, StringComparison.Ordinal);
    }
}
