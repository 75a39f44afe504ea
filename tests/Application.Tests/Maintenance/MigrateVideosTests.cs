using VideoPlatform.Application.Maintenance;
using VideoPlatform.Application.Maintenance.Migrate;
using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Testing.Records;

namespace VideoPlatform.Application.Tests.Maintenance;

public sealed class MigrateVideosTests : LibraryUseCases
{
    private Task<Result<MigrationTotals>> Migrate(bool dryRun = false, int? limit = null, int? concurrency = 1, CancellationToken ct = default) =>
        Send(new MigrateVideos(dryRun, limit, concurrency, Listener), ct);

    private Task<Workspace> GivenRemote(TimeSpan life) => Given(SampleWorkspaces.CompletedRemote(Now + life, Now - TimeSpan.FromDays(1)));

    [Fact]
    public async Task Live_links_are_fetched_and_dead_ones_told()
    {
        var (live, dead) = (await GivenRemote(TimeSpan.FromHours(5)), await GivenRemote(TimeSpan.FromDays(-2)));
        Source.ThenServe(Content.Bytes);

        var totals = Ok(await Migrate());

        Assert.Equal((2, 1, 1, 0, 5000L), (totals.Examined, totals.Fetched, totals.Expired, totals.Failed, totals.Bytes));
        Assert.Equal(Content.Sha256, (await AssertStands(live.Id, VideoStatus.Completed)).File!.Sha256);
        Assert.Equal("Migration failed: 403 Request has expired.", (await AssertStands(dead.Id, VideoStatus.Expired, "AccessDenied")).Problem!.Message);
        Assert.Single(Probe.Asked);
    }

    [Fact]
    public async Task A_second_run_says_the_same_and_asks_nobody()
    {
        await GivenRemote(TimeSpan.FromHours(5));
        await GivenRemote(TimeSpan.FromDays(-2));
        Source.ThenServe(Content.Bytes);
        Ok(await Migrate());
        var asked = (Probe.Asked.Count, Source.Requests.Count, Provider.Calls.Count);

        var again = Ok(await Migrate());

        Assert.Equal((2, 1, 1, 0), (again.Examined, again.Stored, again.Expired, again.Failed));
        Assert.Equal(asked, (Probe.Asked.Count, Source.Requests.Count, Provider.Calls.Count));
    }

    [Fact]
    public async Task A_storage_that_cannot_be_used_fails_each_video_and_is_told()
    {
        Workspace[] videos = [await GivenRemote(TimeSpan.FromHours(5)), await GivenRemote(TimeSpan.FromHours(6))];
        Archive.Broken = new UnauthorizedAccessException();
        Downloads.RetryDelay = Downloads.MaxRetryDelay = TimeSpan.Zero;

        Assert.Equal(videos.Length, Ok(await Migrate()).Failed);
        Assert.Equal(videos.Length, Listener.Lines.Count(line => line.Outcome is MigrationOutcome.Failed));
    }

    /// <summary>The earlier system recorded no size, so its files are looked into.</summary>
    [Fact]
    public async Task A_stored_file_that_cannot_be_read_does_not_stop_the_rest()
    {
        var stored = await GivenStored();
        await Change(stored.Id, v => v.Described(v.File! with { Size = null }));
        Library.Forbidden = PathOf(stored);
        var live = await GivenRemote(TimeSpan.FromHours(5));
        Source.ThenServe(Content.Bytes);

        Ok(await Migrate());

        Assert.Equal([(stored.Id, MigrationOutcome.Failed), (live.Id, MigrationOutcome.Fetched)], Listener.Lines.Select(line => (line.Id, line.Outcome)).OrderBy(line => line.Outcome == MigrationOutcome.Fetched));
        Assert.Equal(PathOf(stored), (await AssertStands(stored.Id, VideoStatus.Completed)).File!.Path.Value);
    }

    /// <summary>What might be adopted from it would be given up with its link.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task With_a_folder_that_cannot_be_read_nothing_is_decided(bool dryRun)
    {
        var dead = await GivenRemote(TimeSpan.FromDays(-2));
        Library.Put($"videos/{FileNames.Stem(dead.Id, Now)}.mp4", Content.Bytes);
        Library.Forbidden = "videos";

        Assert.IsType<StorageGone>(ErrorOf(await Migrate(dryRun: dryRun)));

        Assert.Equal(dead, await Find(dead.Id));
    }

    [Fact]
    public async Task A_dry_run_writes_nothing_and_fetches_nothing()
    {
        var (live, dead) = (await GivenRemote(TimeSpan.FromHours(5)), await GivenRemote(TimeSpan.FromDays(-2)));
        var file = $"videos/{FileNames.Stem(dead.Id, Now)}.mp4";
        var adoptable = await GivenRemote(TimeSpan.FromDays(-2));
        Library.Put($"videos/{FileNames.Stem(adoptable.Id, Now)}.mp4", Content.Bytes);

        var totals = Ok(await Migrate(dryRun: true));

        Assert.Equal((3, 1, 1, 1), (totals.Examined, totals.Live, totals.Expired, totals.Adoptable));
        Assert.Equal([live, dead, adoptable], [await Find(live.Id), await Find(dead.Id), await Find(adoptable.Id)]);
        Assert.DoesNotContain(file, Library.Paths);
        Assert.Empty(Source.Requests);
    }

    [Fact]
    public async Task A_file_that_the_record_does_not_name_is_adopted_without_a_fetch()
    {
        var remote = await GivenRemote(TimeSpan.FromDays(-2));
        var path = $"videos/{FileNames.Stem(remote.Id, Now)}.mp4";
        Library.Put(path, Content.Bytes);

        Assert.Equal(1, Ok(await Migrate()).Adopted);

        Assert.Equal(path, (await AssertStands(remote.Id, VideoStatus.Completed)).File!.Path.Value);
        Assert.Empty(Source.Requests);
    }

    [Fact]
    public async Task The_file_of_an_earlier_task_is_not_adopted()
    {
        var stored = await GivenStored(SampleWorkspaces.Link(Now.AddHours(5)));
        await GivenEarlierFile(stored);
        Library.Remove(PathOf(stored));
        await Change(stored.Id, v => v.FileLost(new Problem("file_missing", "Gone.")));
        Source.ThenServe(Content.Bytes);

        var totals = Ok(await Migrate());

        Assert.Equal((0, 1), (totals.Adopted, totals.Fetched));
    }

    /// <summary>What a deadline says does not count where a file is given up for it.</summary>
    [Theory]
    [InlineData(true, -48)]
    [InlineData(false, -48)]
    [InlineData(true, 5)]
    [InlineData(false, 5)]
    public async Task A_file_of_another_size_stays_named_while_nothing_better_can_be_had(bool isDead, int hours)
    {
        var stored = await GivenStored(SampleWorkspaces.Link(Now.AddHours(hours)));
        Library.Put(PathOf(stored), [.. Content.Bytes, 0]);
        if (!isDead) Probe.Answer = new LinkAnswer.Alive();
        Source.ThenServe(Content.Bytes);

        var dry = Ok(await Migrate(dryRun: true));
        var totals = Ok(await Migrate());

        Assert.Equal((hours > 0 ? 1 : 0, isDead ? 1 : 0, isDead ? 0 : 1), (dry.Live, totals.Failed, totals.Fetched));
        var video = await AssertStands(stored.Id, VideoStatus.Completed, isDead ? "file_damaged" : null);
        Assert.Equal(isDead, video.File!.Path == stored.Video!.File!.Path);
    }

    [Fact]
    public async Task With_the_storage_gone_no_file_is_lost()
    {
        Workspace[] stored = [await GivenStored(SampleWorkspaces.Link(Now.AddHours(5))), await GivenStored(SampleWorkspaces.Link(Now.AddDays(-2)))];
        foreach (var workspace in stored) Library.Remove(PathOf(workspace));
        Library.HasSentinel = false;
        Source.ThenServe(Content.Bytes);

        Assert.Equal(2, Ok(await Migrate()).Failed);

        Assert.All(Listener.Lines, line => Assert.Contains("sentinel", line.Error));
        foreach (var workspace in stored) Assert.Equal(workspace, await Find(workspace.Id));
    }

    [Fact]
    public async Task What_nobody_can_tell_fails_this_time_and_the_link_stays()
    {
        var remote = await GivenRemote(TimeSpan.FromMinutes(-5));
        Probe.Answer = new LinkAnswer.Unclear(503, new Problem("http_503", "503 Busy."));

        Assert.Equal(1, Ok(await Migrate()).Failed);

        Assert.Equal("Migration failed: 503 Busy.", (await AssertStands(remote.Id, VideoStatus.Completed, "http_503")).Problem!.Message);
    }

    [Theory]
    [InlineData(0, 1, "--limit")]
    [InlineData(1, 0, "--concurrency")]
    [InlineData(1, 65, "--concurrency")]
    public async Task A_wish_that_means_nothing_is_refused(int limit, int concurrency, string field) =>
        Assert.Equal([field], Assert.IsType<ValidationFailed>(ErrorOf(await Migrate(limit: limit, concurrency: concurrency))).Fields.Keys);

    [Fact]
    public async Task A_caller_who_leaves_hears_what_was_done_and_a_second_run_finishes()
    {
        for (var n = 0; n < 3; n++) await GivenRemote(TimeSpan.FromHours(5));
        Source.ThenServe(Content.Bytes);

        var first = Ok(await Migrate(ct: StopAtFirst()));
        Listener.OnTold = () => { };
        var second = Ok(await Migrate());

        Assert.Equal((1, true), (first.Fetched, first.Interrupted));
        Assert.Equal((1, 2), (second.Stored, second.Fetched));
    }
}
