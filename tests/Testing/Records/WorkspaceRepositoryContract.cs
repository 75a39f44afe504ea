using Microsoft.Extensions.Time.Testing;
using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;
using static VideoPlatform.Testing.Records.SampleWorkspaces;

namespace VideoPlatform.Testing.Records;

/// <summary>The promises of <see cref="IWorkspaceRepository"/>: reading, writing and listing. Work and counts stand in the other part.</summary>
public abstract partial class WorkspaceRepositoryContract : IAsyncLifetime
{
    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    protected FakeTimeProvider Clock { get; } = new(Start);

    protected IWorkspaceRepository Records { get; private set; } = null!;

    /// <summary>An empty repository. Skips the test, with the reason, where the database is not to be had.</summary>
    protected abstract Task<IWorkspaceRepository> OpenAsync();

    protected abstract ValueTask CloseAsync();

    public async ValueTask InitializeAsync() => Records = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        GC.SuppressFinalize(this);
    }

    public static TheoryData<string> EveryState =>
    [
        nameof(Empty), nameof(Queued), nameof(Submitting), nameof(Unsettled), nameof(Processing), nameof(Downloading), nameof(Completed),
        nameof(CompletedRemote), nameof(Failed), nameof(Cancelled), nameof(Expired), "Candidates", "Claimed", "Bare", "Silent", "Replaced", "Retried",
    ];

    [Theory]
    [MemberData(nameof(EveryState))]
    public async Task What_is_stored_is_what_is_found(string state)
    {
        var stored = InState(state);

        Assert.True(await Records.AddAsync(stored, Ct));

        AssertSame(stored, await Records.FindAsync(stored.Id, Ct));
    }

    [Theory]
    [MemberData(nameof(EveryState))]
    public async Task What_it_is_changed_to_is_what_is_found(string state)
    {
        var after = InState(state);
        var before = Workspace.Restore(after.Id, "before", null, Silent().Video, null, 1, after.CreatedAt, Start.AddDays(-1));
        await Add(before);

        var changed = Ok(await Records.ChangeAsync(after.Id, _ => after, Ct));

        Assert.Equal(after.Version + 1, changed.Version);
        AssertSame(after.Stored(), changed);
        AssertSame(after.Stored(), await Records.FindAsync(after.Id, Ct));
    }

    [Fact]
    public async Task A_missing_workspace_is_not_found()
    {
        var id = WorkspaceId.New(Start);

        Assert.Null(await Records.FindAsync(id, Ct));
        Assert.IsType<NotFound>(ErrorOf(await Records.ChangeAsync(id, w => w, Ct)));
        Assert.IsType<NotFound>(ErrorOf(await Records.DeleteAsync(id, _ => null, Ct)));
        Assert.False(await Records.RenewAsync(id, Guid.NewGuid(), Start, Ct));
    }

    [Fact]
    public async Task A_taken_id_is_not_overwritten()
    {
        var first = Completed();
        await Add(first);

        var again = await Records.AddAsync(Workspace.Restore(first.Id, "other", null, null, null, 1, Start, Start), Ct);

        Assert.False(again);
        AssertSame(first, await Records.FindAsync(first.Id, Ct));
    }

    [Fact]
    public async Task A_refused_change_writes_nothing_and_says_why()
    {
        var workspace = Completed();
        await Add(workspace);

        var refused = await Records.ChangeAsync(workspace.Id, w => w.Ask(Request(), replace: false, Start), Ct);

        Assert.IsType<VideoExists>(ErrorOf(refused));
        AssertSame(workspace, await Records.FindAsync(workspace.Id, Ct));
    }

    [Fact]
    public async Task A_change_that_changes_nothing_writes_nothing()
    {
        var workspace = Queued();
        await Add(workspace);

        var same = Ok(await Records.ChangeAsync(workspace.Id, w => w, Ct));

        Assert.Equal(1, same.Version);
        Assert.Equal(1, (await Records.FindAsync(workspace.Id, Ct))!.Version);
    }

    [Fact]
    public async Task No_write_overwrites_a_newer_one()
    {
        var workspace = Processing();
        await Add(workspace);

        await Together(32, _ => Records.ChangeAsync(workspace.Id, w => w.Change(v => v.ProviderSilent(new Problem("x", "x"), Start), Start), Ct));

        var after = (await Records.FindAsync(workspace.Id, Ct))!;
        Assert.Equal(33, after.Version);
        Assert.Equal(32, Assert.IsType<VideoState.Processing>(after.Video!.State).Silences);
    }

    [Fact]
    public async Task Only_one_of_many_callers_passes_a_gate()
    {
        var workspace = Queued();
        await Add(workspace);

        var answers = await Together(32, _ => Records.ChangeAsync(
            workspace.Id, w => w.Change(v => v.MarkSubmitting(new SubmitAttempt(Guid.NewGuid(), Start, "x")), Start), Ct));

        Assert.Equal(1, answers.Count(answer => answer.TryGet(out var _, out _)));
    }

    [Fact]
    public async Task Only_one_of_many_callers_adds_an_id()
    {
        var workspace = Queued();

        var added = await Together(32, _ => Records.AddAsync(workspace, Ct));

        Assert.Equal(1, added.Count(yes => yes));
    }

    [Fact]
    public async Task A_failing_change_fails_its_caller_alone()
    {
        var workspace = Processing();
        await Add(workspace);

        var failing = Records.ChangeAsync(workspace.Id, _ => throw new InvalidTimeZoneException(), Ct);
        var working = Records.ChangeAsync(workspace.Id, w => w.Change(v => v.StillProcessing(Start), Start), Ct);

        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => failing);
        Ok(await working);
    }

    [Fact]
    public async Task A_cancelled_call_is_not_made()
    {
        var workspace = Queued();
        await Add(workspace);
        var cancelled = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Records.AddAsync(Queued(), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Records.FindAsync(workspace.Id, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Records.ClaimAsync(Query(WorkLane.Submit), cancelled));
        Assert.Single(await ListAll());
    }

    [Fact]
    public async Task A_deleted_workspace_is_gone_and_is_given_back()
    {
        var workspace = Completed();
        await Add(workspace);

        var deleted = Ok(await Records.DeleteAsync(workspace.Id, w => w.RefusesDeletion(), Ct));

        AssertSame(workspace, deleted);
        Assert.Null(await Records.FindAsync(workspace.Id, Ct));
        Assert.Empty((await Records.CountAsync(Start, Start, Ct)).ByStatus);
    }

    [Fact]
    public async Task A_refused_deletion_removes_nothing()
    {
        var workspace = Processing();
        await Add(workspace);

        var refused = await Records.DeleteAsync(workspace.Id, w => w.RefusesDeletion(), Ct);

        Assert.IsType<GenerationInProgress>(ErrorOf(refused));
        Assert.NotNull(await Records.FindAsync(workspace.Id, Ct));
    }

    [Fact]
    public async Task Pages_are_newest_first_and_stable_while_others_insert()
    {
        var all = await AddMany(25, i => Empty(Start.AddMinutes(i)));
        var seen = new List<WorkspaceId>();
        WorkspaceId? cursor = null;

        do
        {
            var page = await Records.ListAsync(new WorkspaceFilter(10, cursor, null, null, Start), Ct);
            seen.AddRange(page.Items.Select(w => w.Id));
            await Add(Empty(Start.AddDays(seen.Count)));
            cursor = page.Next;
        }
        while (cursor is not null);

        Assert.Equal(all.Select(w => w.Id).Reverse(), seen);
    }

    [Fact]
    public async Task The_last_page_has_no_next()
    {
        await AddMany(10, i => Empty(Start.AddMinutes(i)));

        Assert.Null((await Records.ListAsync(new WorkspaceFilter(10, null, null, null, Start), Ct)).Next);
        Assert.NotNull((await Records.ListAsync(new WorkspaceFilter(9, null, null, null, Start), Ct)).Next);
        Assert.Null((await Records.ListAsync(new WorkspaceFilter(10, null, VideoStatus.Failed, null, Start), Ct)).Next);
    }

    [Fact]
    public async Task A_page_shows_one_status_alone()
    {
        var failed = await AddMany(5, i => Failed(Start.AddMinutes(i)));
        await AddMany(5, i => Completed(Start.AddMinutes(i)));
        await Add(Empty());

        var first = await Records.ListAsync(new WorkspaceFilter(3, null, VideoStatus.Failed, null, Start), Ct);
        var second = await Records.ListAsync(new WorkspaceFilter(3, first.Next, VideoStatus.Failed, null, Start), Ct);

        Assert.Equal(failed.Select(w => w.Id).Reverse(), first.Items.Concat(second.Items).Select(w => w.Id));
        Assert.Null(second.Next);
    }

    [Fact]
    public async Task A_page_shows_where_the_bytes_are_at_that_moment()
    {
        var now = Start.AddHours(1);
        var local = await Add(Completed(Start.AddMinutes(1)));
        var living = await Add(CompletedRemote(now.AddSeconds(1), Start.AddMinutes(2)));
        var unknown = await Add(CompletedRemote(null, Start.AddMinutes(3)));
        var lapsed = await Add(CompletedRemote(now.AddMinutes(-1), Start.AddMinutes(4)));
        var failed = await Add(Failed(Start.AddMinutes(5)));
        var dead = await Add(Expired(Start.AddMinutes(6)));
        await Add(Empty());

        Assert.Equal([local], await ListIds(now, storage: VideoStorage.Local));
        Assert.Equal([unknown, living], await ListIds(now, storage: VideoStorage.Remote));
        Assert.Equal([dead, failed, lapsed], await ListIds(now, storage: VideoStorage.None));
        Assert.Equal([lapsed], await ListIds(now, VideoStatus.Completed, VideoStorage.None));
        Assert.Equal([unknown, living], await ListIds(now, VideoStatus.Completed, VideoStorage.Remote));
        Assert.Equal([local], await ListIds(now, VideoStatus.Completed, VideoStorage.Local));
        Assert.Equal([unknown, lapsed, living], (await ListIds(now.AddSeconds(1), VideoStatus.Completed)).Except([local]).OrderBy(id => id == unknown ? 0 : id == lapsed ? 1 : 2));
        Assert.Equal([dead, failed, lapsed, living], await ListIds(now.AddSeconds(2), storage: VideoStorage.None));
    }

    [Fact]
    public async Task Pages_of_what_is_nowhere_go_on_where_they_ended()
    {
        var now = Start.AddDays(2);
        var expected = await AddMany(12, i => i % 2 == 0 ? Failed(Start.AddMinutes(i)) : CompletedRemote(Start.AddHours(1), Start.AddMinutes(i)));
        var seen = new List<WorkspaceId>();
        WorkspaceId? cursor = null;

        do
        {
            var page = await Records.ListAsync(new WorkspaceFilter(5, cursor, null, VideoStorage.None, now), Ct);
            seen.AddRange(page.Items.Select(w => w.Id));
            cursor = page.Next;
        }
        while (cursor is not null);

        Assert.Equal(expected.Select(w => w.Id).Reverse(), seen);
    }

    [Fact]
    public async Task A_scan_reads_everything_in_the_order_of_the_ids()
    {
        var all = await AddMany(450, i => i % 3 == 0 ? Completed(Start.AddSeconds(i)) : Queued(Start.AddSeconds(i)));

        Assert.Equal(all.Select(w => w.Id), await ScanIds(new ScanFilter()));
        Assert.Equal(all.Where(w => w.Video!.Status is VideoStatus.Queued).Select(w => w.Id), await ScanIds(new ScanFilter(Unfinished: true)));
    }

    [Fact]
    public async Task A_workspace_that_changes_during_a_scan_appears_once()
    {
        var all = await AddMany(300, i => Processing(Start.AddSeconds(i)));
        var seen = new List<Workspace>();

        await foreach (var workspace in Records.ScanAsync(new ScanFilter(), Ct))
        {
            if (seen.Count == 0) Ok(await Records.ChangeAsync(all[^1].Id, w => w.Change(v => v.TaskCancelled(Start), Start), Ct));
            seen.Add(workspace);
        }

        Assert.Equal(all.Select(w => w.Id), seen.Select(w => w.Id));
        Assert.Equal(VideoStatus.Cancelled, seen[^1].Video!.Status);
    }

    [Fact]
    public async Task It_answers() => await Records.PingAsync(Ct);

    protected async Task<WorkspaceId> Add(Workspace workspace)
    {
        Assert.True(await Records.AddAsync(workspace, Ct));
        return workspace.Id;
    }

    protected async Task<List<Workspace>> AddMany(int count, Func<int, Workspace> make)
    {
        var all = Enumerable.Range(0, count).Select(make).ToList();
        await Task.WhenAll(all.Select(Add));
        return all;
    }

    protected static async Task<T[]> Together<T>(int callers, Func<int, Task<T>> call) =>
        await Task.WhenAll(Enumerable.Range(0, callers).Select(i => Task.Run(() => call(i))));

    protected static Error ErrorOf<T>(Result<T> result)
        where T : notnull => result.TryGet(out _, out var error) ? throw new InvalidOperationException("It succeeded.") : error;

    protected static void AssertSame(Workspace expected, Workspace? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.Video?.History ?? [], actual.Video?.History ?? []);
        if (expected.Video?.State is VideoState.Unsettled e) Assert.Equal(e.Candidates, Assert.IsType<VideoState.Unsettled>(actual.Video!.State).Candidates);
        Assert.Equal(WithoutLists(expected), WithoutLists(actual));
    }

    // Lists are equal by reference; they were compared by content before.
    private static Workspace WithoutLists(Workspace w)
    {
        if (w.Video is not { } video) return w;

        var state = video.State is VideoState.Unsettled unsettled ? unsettled with { Candidates = [] } : video.State;
        var bare = Ok(Video.Restore(
            video.Request, state, video.File, video.Link, video.Problem, video.RequestedAt, video.SubmittedAt, video.FinishedAt, []));
        return Workspace.Restore(w.Id, w.Name, w.Picture, bare, w.Lease, w.Version, w.CreatedAt, w.UpdatedAt);
    }

    private static Workspace InState(string state) => state switch
    {
        nameof(Empty) => Empty(),
        nameof(Queued) => Queued(),
        nameof(Submitting) => Submitting(),
        nameof(Unsettled) => Unsettled(),
        nameof(Processing) => Processing(),
        nameof(Downloading) => Downloading(expires: Start.AddDays(1)),
        nameof(Completed) => Completed(),
        nameof(CompletedRemote) => CompletedRemote(null),
        nameof(Failed) => Failed(),
        nameof(Cancelled) => Cancelled(),
        nameof(Expired) => Expired(),
        nameof(Bare) => Bare(),
        nameof(Silent) => Silent(),
        "Candidates" => Candidates(),
        "Claimed" => Ok(Unsettled().Claim(Guid.NewGuid(), Start, Start.AddMinutes(1))),
        "Replaced" => Ok(Completed().Ask(Request(prompt: "another"), replace: true, Start.AddHours(1))),
        "Retried" => Ok(Downloading(expires: Start.AddDays(1)).Change(
            v => v.FreshLink(Link(Start.AddDays(2), "fresh"), Start).Then(n => n.FetchFailed(new Problem("stall", "No bytes."), Start.AddSeconds(3))), Start)),
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    // The least that a record of ours can hold.
    private static Workspace Bare()
    {
        var id = WorkspaceId.New(Start);
        var file = new StoredFile(StoragePath.Parse("videos/a.mp4"), "video/mp4", null, null, null, null, null);
        return Workspace.Restore(
            id, null, new Picture(StoragePath.Parse("a.png"), null, null, null, null, false),
            Ok(Video.Restore(null, new VideoState.Completed(null), file, null, null, id.CreatedAt, null, null, [])), null, 0, id.CreatedAt, id.CreatedAt);
    }

    private static Workspace Silent()
    {
        var adopted = Workspace.Adopt(WorkspaceId.New(Start), null, new ProviderTask("t", null), Start);
        return Ok(adopted.Change(v => v.ProviderSilent(new Problem("provider_silent", "No answer."), Start.AddMinutes(2)), Start));
    }

    private static Workspace Candidates() => Ok(Unsettled().Change(
        v => v.LookedInVain(Start, counts: true, new Problem("not_listed_yet", "Not there.")).Then(n => n.NeedsPerson(
            [new Candidate("one", "SUCCEEDED", Start, "the boat"), new Candidate("two", "RUNNING", null, null)],
            new Problem("several_candidates", "Choose."), Start.AddMinutes(1))),
        Start));

    private async Task<List<WorkspaceId>> ListAll() => await ListIds(Start);

    private async Task<List<WorkspaceId>> ListIds(DateTimeOffset now, VideoStatus? status = null, VideoStorage? storage = null) =>
        [.. (await Records.ListAsync(new WorkspaceFilter(200, null, status, storage, now), Ct)).Items.Select(w => w.Id)];

    private async Task<List<WorkspaceId>> ScanIds(ScanFilter filter)
    {
        var ids = new List<WorkspaceId>();
        await foreach (var workspace in Records.ScanAsync(filter, Ct)) ids.Add(workspace.Id);
        return ids;
    }
}
