using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Infrastructure.Records;
using VideoPlatform.Infrastructure.Records.Documents;
using VideoPlatform.Infrastructure.Records.Sqlite;
using VideoPlatform.Testing.Records;

namespace VideoPlatform.Infrastructure.Tests.Records;

/// <summary>What the embedded database does beyond the contracts: its file, its plans, two processes, and the end of a process.</summary>
public sealed class SqliteDatabaseTests : IAsyncDisposable
{
    private readonly SqliteFolder folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => folder.DisposeAsync();

    public static TheoryData<string> Queries
    {
        get
        {
            var queries = new TheoryData<string>(
                SqliteQueries.Find, SqliteQueries.WaitingModels, SqliteQueries.InFlight, SqliteQueries.Counts,
                SqliteQueries.RemoteThatExpired, SqliteQueries.AtRisk, SqliteQueries.Changed, SqliteQueries.KnownTasks, SqliteQueries.PassBy,
                SqliteQueries.Claim(WorkLane.Submit, oneModel: false));
            foreach (var lane in WorkLanes.All) queries.AddRange(SqliteQueries.Claim(lane, oneModel: true), SqliteQueries.NextDue(lane));
            foreach (var status in (VideoStatus?[])[null, VideoStatus.Completed])
                foreach (var storage in (VideoStorage?[])[null, VideoStorage.Local, VideoStorage.Remote, VideoStorage.None])
                    queries.Add(SqliteQueries.List(new WorkspaceFilter(1, null, status, storage, default)));
            queries.Add(SqliteQueries.Scan(new ScanFilter()));
            queries.Add(SqliteQueries.Scan(new ScanFilter(Unfinished: true)));
            return queries;
        }
    }

    [Theory]
    [MemberData(nameof(Queries))]
    public async Task No_query_reads_the_table_from_end_to_end(string sql)
    {
        var database = await folder.OpenAsync();

        var plan = await database.ReadAsync(session => Plan(session, sql), Ct);

        Assert.NotEmpty(plan);
        Assert.DoesNotContain(plan, step => step.StartsWith("SCAN workspaces", StringComparison.Ordinal) && !step.Contains(" USING ", StringComparison.Ordinal));
        // A whole index of the library is as long as the library; those of the queue are not.
        Assert.All(plan.Where(step => step.StartsWith("SCAN workspaces", StringComparison.Ordinal)), step => Assert.Matches("workspaces_(in_flight|to_submit|to_download|without_file)", step));
        Assert.DoesNotContain(plan, step => step.Contains("AUTOMATIC", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pages_and_claims_need_no_sorting()
    {
        var database = await folder.OpenAsync();
        // Changes sort what was created in the last seconds among them.
        string[] mayBeSorted = [SqliteQueries.Claim(WorkLane.Submit, oneModel: false), SqliteQueries.Changed];
        var sorted = Queries.Select(row => row.Data).Where(sql => sql.Contains("LIMIT @limit", StringComparison.Ordinal)).Except(mayBeSorted);

        foreach (var sql in sorted)
        {
            var plan = await database.ReadAsync(session => Plan(session, sql), Ct);
            Assert.DoesNotContain(plan, step => step.Contains("TEMP B-TREE", StringComparison.Ordinal));
        }
    }

    // Asking for a video makes a record grow: within its page, so that nothing has to be moved.
    [Fact]
    public async Task A_record_has_room_for_its_video_from_the_beginning()
    {
        var database = await folder.OpenAsync();
        var records = Records(database);
        var all = Enumerable.Range(0, 30).Select(_ => SampleWorkspaces.Empty()).ToList();
        foreach (var workspace in all) await records.AddAsync(workspace, Ct);
        var before = await Pages();

        foreach (var workspace in all)
            Assert.True((await records.ChangeAsync(workspace.Id, w => w.Ask(SampleWorkspaces.Request(), replace: false, SampleWorkspaces.Start), Ct)).TryGet(out _, out _));

        Assert.InRange(await Pages() - before, 0, 9);   // those of the indexes; the records without their room would take twenty more

        Task<long> Pages() => database.ReadAsync(session => (long)session.Scalar("PRAGMA page_count")!, Ct);
    }

    [Fact]
    public async Task Records_outlive_the_process()
    {
        var records = Records(await folder.OpenAsync());
        var workspace = SampleWorkspaces.Completed();
        await records.AddAsync(workspace, Ct);
        await folder.CloseAsync();

        Assert.Equal(["records.db"], Directory.GetFiles(Path.GetDirectoryName(folder.File)!).Select(Path.GetFileName));
        Assert.NotNull(await Records(await folder.OpenAsync()).FindAsync(workspace.Id, Ct));
    }

    // What a process that was killed leaves: the file and a log that nobody folded in.
    [Fact]
    public async Task What_was_answered_before_a_crash_is_there_after_it()
    {
        var records = Records(await folder.OpenAsync());
        var all = Enumerable.Range(0, 50).Select(i => SampleWorkspaces.Queued(SampleWorkspaces.Start.AddSeconds(i))).ToList();
        foreach (var workspace in all) await records.AddAsync(workspace, Ct);

        await using var after = new SqliteFolder();
        Directory.CreateDirectory(Path.GetDirectoryName(after.File)!);
        foreach (var ending in (string[])["", "-wal"]) File.Copy(folder.File + ending, after.File + ending);
        var found = Records(await after.OpenAsync());

        Assert.Equal(all.Select(w => w.Id), await found.ScanAsync(new ScanFilter(), Ct).Select(w => w.Id).ToListAsync(Ct));
        Assert.Equal(50, (await found.CountAsync(default, default, Ct)).ByStatus[VideoStatus.Queued]);
    }

    [Fact]
    public async Task Two_processes_on_one_file_lose_nothing_and_share_no_claim()
    {
        var (one, two) = (Records(await folder.OpenAsync()), Records(await folder.OpenAsync()));
        var workspace = SampleWorkspaces.Processing();
        await one.AddAsync(workspace, Ct);
        for (var i = 0; i < 40; i++) await one.AddAsync(SampleWorkspaces.Queued(SampleWorkspaces.Start), Ct);

        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() => (i % 2 == 0 ? one : two).ChangeAsync(
            workspace.Id, w => w.Change(v => v.ProviderSilent(new Problem("x", "x"), SampleWorkspaces.Start), SampleWorkspaces.Start), Ct))));
        var claims = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() => (i % 2 == 0 ? one : two).ClaimAsync(
            new ClaimQuery(WorkLane.Submit, SampleWorkspaces.Start, SampleWorkspaces.Start.AddMinutes(1), 7), Ct))));

        Assert.Equal(41, (await two.FindAsync(workspace.Id, Ct))!.Version);
        var claimed = claims.SelectMany(claim => claim).Select(w => w.Id).ToList();
        Assert.Equal((40, 40), (claimed.Count, claimed.Distinct().Count()));
    }

    [Fact]
    public async Task Two_processes_may_start_on_one_new_file()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            await using var database = new SqliteDatabase(new SqliteOptions { Path = folder.File });
            await database.StartAsync(Ct);
        })));

        await Records(await folder.OpenAsync()).PingAsync(Ct);
    }

    [Fact]
    public async Task A_file_that_is_no_database_stops_the_start()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder.File)!);
        await File.WriteAllTextAsync(folder.File, new string('x', 8192), Ct);

        var failure = await Assert.ThrowsAsync<RecordsUnavailableException>(folder.OpenAsync);

        Assert.Contains("no SQLite database", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_in_place_of_the_file_stops_the_start()
    {
        Directory.CreateDirectory(folder.File);

        var failure = await Assert.ThrowsAsync<RecordsUnavailableException>(folder.OpenAsync);

        Assert.Contains("cannot be opened", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_in_place_of_the_folder_stops_the_start()
    {
        await File.WriteAllTextAsync(Path.GetDirectoryName(folder.File)!, "", Ct);

        await Assert.ThrowsAsync<RecordsUnavailableException>(folder.OpenAsync);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_file_of_an_earlier_version_goes_on_as_it_is(int version)
    {
        var failing = SampleWorkspaces.Downloading(expires: SampleWorkspaces.Start.AddDays(1));
        Workspace[] all = [SampleWorkspaces.Empty(), SampleWorkspaces.Queued(), SampleWorkspaces.Queued(SampleWorkspaces.Start.AddSeconds(5)), SampleWorkspaces.Processing(), failing, SampleWorkspaces.Completed()];
        await MakeEarlier(version, all);
        await using var newFolder = new SqliteFolder();
        var expected = Records(await newFolder.OpenAsync());
        foreach (var workspace in all) await expected.AddAsync(workspace, Ct);

        var records = Records(await folder.OpenAsync());

        await SameNumbers();
        foreach (var lane in WorkLanes.All) Assert.Equal(await expected.NextDueAsync(lane, Ct), await records.NextDueAsync(lane, Ct));
        Assert.Equal(all.Select(w => w.Id).Order(), await records.ScanAsync(new ScanFilter(), Ct).Select(w => w.Id).ToListAsync(Ct));
        Assert.Equal(all.OrderBy(w => w.UpdatedAt).ThenBy(w => w.Id).Select(w => w.Id), (await records.ListChangedAsync(SampleWorkspaces.Start, 9, Ct)).Select(w => w.Id));

        foreach (var each in (SqliteWorkspaceRepository[])[expected, records])
        {
            for (var i = 0; i < 2; i++)
                await each.ChangeAsync(failing.Id, w => w.Change(v => v.FetchFailed(new Problem("http_503", "Try again."), SampleWorkspaces.Start), SampleWorkspaces.Start), Ct);
            await each.ChangeAsync(all[1].Id, w => w.Change(v => v.CancelQueued(SampleWorkspaces.Start), SampleWorkspaces.Start), Ct);
            await each.DeleteAsync(all[^1].Id, _ => null, Ct);
        }

        await SameNumbers();
        Assert.Equal(1, (await records.CountAsync(SampleWorkspaces.Start, SampleWorkspaces.Start.AddHours(2), Ct)).AtRisk);
        await folder.CloseAsync();
        var again = await folder.OpenAsync();
        records = Records(again);
        await SameNumbers();
        Assert.False(await again.KnowsStorageAsync(Ct));

        async Task SameNumbers() => Assert.Equivalent(
            await expected.CountAsync(SampleWorkspaces.Start, SampleWorkspaces.Start.AddHours(2), Ct), await records.CountAsync(SampleWorkspaces.Start, SampleWorkspaces.Start.AddHours(2), Ct), strict: true);
    }

    [Fact]
    public async Task A_file_of_a_newer_version_stops_the_start()
    {
        await folder.OpenAsync();
        await folder.CloseAsync();
        await using (var other = new SqliteConnection($"Data Source={folder.File};Pooling=false"))
        {
            await other.OpenAsync(Ct);
            await using var command = other.CreateCommand();
            command.CommandText = "PRAGMA user_version = 99";
            await command.ExecuteNonQueryAsync(Ct);
        }

        var failure = await Assert.ThrowsAsync<RecordsUnavailableException>(folder.OpenAsync);

        Assert.Contains("newer version", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_was_not_started_says_so()
    {
        await using var database = new SqliteDatabase(new SqliteOptions { Path = folder.File });

        await Assert.ThrowsAsync<InvalidOperationException>(() => database.PingAsync(Ct));
    }

    [Fact]
    public async Task Notes_older_than_two_days_go_when_a_new_one_comes_but_not_twice_in_an_hour()
    {
        var clock = new FakeTimeProvider(SampleWorkspaces.Start);
        var database = await folder.OpenAsync();
        var notes = new SqliteIdempotencyStore(database, clock);
        await Reserve("a");
        clock.Advance(TimeSpan.FromHours(47.5));
        await Reserve("b");

        clock.Advance(TimeSpan.FromMinutes(40));
        await Reserve("c");
        Assert.Equal(3, await Count());

        clock.Advance(TimeSpan.FromMinutes(20));
        await Reserve("d");
        Assert.Equal(3, await Count());

        Task Reserve(string key) => notes.ReserveAsync(
            new("scope", key, "", SampleWorkspaces.Empty().Id, Guid.Empty, clock.GetUtcNow()), Ct);
        Task<long> Count() => database.ReadAsync(session => (long)session.Scalar("SELECT count(*) FROM idempotency")!, Ct);
    }

    [Fact]
    public async Task What_was_read_lately_is_forgotten_with_every_write_of_any_process()
    {
        var (here, there) = (Records(await folder.OpenAsync()), Records(await folder.OpenAsync()));
        var workspace = SampleWorkspaces.Processing();
        await here.AddAsync(workspace, Ct);

        for (var version = workspace.Version; version < workspace.Version + 6; version++)
        {
            var first = await here.FindAsync(workspace.Id, Ct);
            var again = await here.FindAsync(workspace.Id, Ct);
            Assert.Equal(version, first!.Version);
            Assert.Same(first, again);

            await (version % 2 == 0 ? here : there).ChangeAsync(
                workspace.Id, w => w.Change(v => v.ProviderSilent(new Problem("x", "x"), SampleWorkspaces.Start), SampleWorkspaces.Start), Ct);
        }

        await there.DeleteAsync(workspace.Id, _ => null, Ct);
        Assert.Null(await here.FindAsync(workspace.Id, Ct));
    }

    [Fact]
    public async Task What_was_read_before_a_write_is_not_kept_after_it()
    {
        var database = await folder.OpenAsync();
        var records = Records(database);
        var workspace = SampleWorkspaces.Processing();
        await records.AddAsync(workspace, Ct);
        database.Recent.TryFind(workspace.Id, out _, out var seen);
        var old = await records.FindAsync(workspace.Id, Ct);
        await records.ChangeAsync(workspace.Id, w => w.Change(v => v.ProviderSilent(new Problem("x", "x"), SampleWorkspaces.Start), SampleWorkspaces.Start), Ct);

        database.Recent.Keep(old!, seen);

        Assert.Equal(old!.Version + 1, (await records.FindAsync(workspace.Id, Ct))!.Version);
    }

    [Fact]
    public async Task Readers_beside_a_writer_never_see_a_version_go_back()
    {
        var (here, there) = (Records(await folder.OpenAsync()), Records(await folder.OpenAsync()));
        var workspace = SampleWorkspaces.Processing();
        await here.AddAsync(workspace, Ct);
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < 200; i++)
                await there.ChangeAsync(workspace.Id, w => w.Change(v => v.ProviderSilent(new Problem("x", "x"), SampleWorkspaces.Start), SampleWorkspaces.Start), Ct);
        }, Ct);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (long last = 0; last < workspace.Version + 200;)
            {
                var read = (await here.FindAsync(workspace.Id, Ct))!.Version;
                Assert.True(read >= last, $"{read} after {last}");
                last = read;
            }
        }, Ct)));
        await writing;
    }

    [Fact]
    public async Task Many_writers_at_once_each_hear_of_their_own_outcome_and_none_is_left_waiting()
    {
        var database = await folder.OpenAsync();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 2000).Select(n => Task.Run(async () =>
        {
            try
            {
                return await database.WriteAsync(_ => n % 7 == 0 ? throw new InvalidDataException($"{n}") : n, Ct);
            }
            catch (InvalidDataException e)
            {
                return -int.Parse(e.Message);
            }
        }, Ct)));

        Assert.Equal(Enumerable.Range(0, 2000).Select(n => n % 7 == 0 ? -n : n), outcomes);
    }

    [Fact]
    public async Task A_commit_waits_for_the_disk_unless_nobody_in_it_asks_for_that()
    {
        var database = await folder.OpenAsync();
        using var begun = new ManualResetEventSlim();
        using var enough = new ManualResetEventSlim();
        var before = Task.Run(
            () => database.WriteAsync(
                session =>
                {
                    begun.Set();
                    enough.Wait(Ct);
                    return Waits(session);
                },
                Ct,
                flush: false),
            Ct);
        begun.Wait(Ct);
        // Both wait now, and are written together.
        var (claim, change) = (database.WriteAsync(Waits, Ct, flush: false), database.WriteAsync(Waits, Ct));
        enough.Set();

        var waited = await Task.WhenAll(before, claim, change);
        Assert.Equal([false, true, true], waited);
        Assert.False(await database.WriteAsync(Waits, Ct, flush: false));
        Assert.True(await database.WriteAsync(Waits, Ct));

        static bool Waits(SqliteSession session) => (long)session.Scalar("PRAGMA synchronous")! == 2;   // FULL
    }

    [Fact]
    public async Task Writes_around_the_end_are_done_or_refused_but_never_forgotten()
    {
        var database = await folder.OpenAsync();
        var writes = Enumerable.Range(0, 500).Select(n => Task.Run(() => database.WriteAsync(session => session.Run("INSERT INTO counts VALUES (@n, '', 1, 0)", ("@n", $"n {n}")), Ct), Ct)).ToList();
        await writes[0];
        await folder.CloseAsync();

        await Task.WhenAll(writes).ContinueWith(_ => { }, Ct, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).WaitAsync(TimeSpan.FromSeconds(30), Ct);
        var kept = await (await folder.OpenAsync()).ReadAsync(session => (long)session.Scalar("SELECT count(*) FROM counts WHERE status LIKE 'n %'")!, Ct);

        Assert.Equal(writes.Count(write => write.IsCompletedSuccessfully), kept);
        Assert.All(writes.Where(write => !write.IsCompletedSuccessfully), write => Assert.IsType<ObjectDisposedException>(write.Exception!.InnerException));
    }

    private async Task MakeEarlier(int version, IEnumerable<Workspace> workspaces)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder.File)!);
        using var session = SqliteSession.Open(folder.File, TimeSpan.FromSeconds(5));
        session.Execute(EarlierSqlite.Create);
        foreach (var workspace in workspaces)
        {
            var video = workspace.Video;
            session.Run(
                EarlierSqlite.Insert,
                ("@id", WorkspaceRow.Key(workspace.Id)), ("@updated_at", WorkspaceRow.Milliseconds(workspace.UpdatedAt)), ("@status", video?.Status.Word()),
                ("@storage", video?.StorageAt(SampleWorkspaces.Start).Word()), ("@lane", video is null ? null : WorkLanes.LaneOf(video.Status)?.Word()),
                ("@due_at", WorkspaceRow.Milliseconds(workspace.DueAt)), ("@model", video?.Request?.Model), ("@task_id", video?.State.Task?.Id),
                ("@requested_at", WorkspaceRow.Milliseconds(video?.RequestedAt)), ("@remote_expires_at", WorkspaceRow.Milliseconds(video?.Link?.ExpiresAt)),
                ("@size", video?.File?.Size), ("@doc", WorkspaceDocument.New(workspace, SampleWorkspaces.Start).ToBytes()));
        }

        if (version == 1) session.Execute(EarlierSqlite.BackToVersion1);
        if (version is 3 or 4) session.Execute(EarlierSqlite.OnToVersion3);
        if (version == 4) session.Execute(EarlierSqlite.OnToVersion4);
    }

    private static SqliteWorkspaceRepository Records(SqliteDatabase database) =>
        new(database, new FakeTimeProvider(SampleWorkspaces.Start), NullLogger<SqliteWorkspaceRepository>.Instance);

    private static List<string> Plan(SqliteSession session, string sql)
    {
        var names = System.Text.RegularExpressions.Regex.Matches(sql, "@[a-z_]+").Select(match => match.Value).Distinct();
        return session.Rows($"EXPLAIN QUERY PLAN {sql}", row => row.GetString(3), [.. names.Select(name => (name, (object?)null))]);
    }
}
