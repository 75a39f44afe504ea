using Microsoft.Extensions.DependencyInjection;
using VideoPlatform.Api.Commands;
using VideoPlatform.Application.Maintenance.Migrate;
using VideoPlatform.Application.Videos;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Sandbox.Faults;

namespace VideoPlatform.Api.Tests.Commands;

public class MigrationTests : LibraryTest
{
    private const string First = "695251e891fab49e9adb49a5";
    private const string Second = "695251e891fab49e9adb49a6";

    [Fact]
    public async Task The_earlier_systems_records_are_fetched_or_told_the_truth_about_and_keep_all_they_had()
    {
        var (deadTask, dead) = await MadeAsync();
        ComeToNow();
        var (task, live) = await MadeAsync();
        await ImportAsync(
            Legacy(
                First, task, live,
                """
                "owner":{"mail":"a@example.org","since":{"$date":"2025-12-01T00:00:00Z"}},"likes":{"$numberLong":"3"},
                """,
                ""","cost":{"$numberDouble":"0.5"},"tags":["sea",{"$numberInt":"7"}]"""),
            Legacy(Second, deadTask, dead, "\"owner\":{\"mail\":\"b@example.org\"},", ""","mood":{"deep":{"er":null}}"""));

        var migrated = await MigrateAsync();

        Assert.Equal((2, 0, 0, 1, 1, 0, VideoLength), Numbers(migrated.Totals));
        Assert.Equal((MigrationOutcome.Fetched, 200, (long?)VideoLength), (migrated[First].Outcome, migrated[First].HttpStatus, migrated[First].Bytes));
        Assert.Equal((MigrationOutcome.Expired, 403, "Migration failed: 403 Request has expired."), (migrated[Second].Outcome, migrated[Second].HttpStatus, migrated[Second].Error));

        var stored = await DocumentAsync(First);
        Assert.Equal("completed", stored["video"]["status"].AsString);
        Assert.StartsWith("/uploads/videos/", stored["video"]["url"].AsString);
        Assert.StartsWith("videos/", stored["video"]["path"].AsString);
        Assert.Equal(live.AbsoluteUri, stored["video"]["remote_url"].AsString);
        Assert.Equal(Content(task), await File.ReadAllBytesAsync(Path.Combine(Root, stored["video"]["path"].AsString), Ct));
        Assert.Equal("""{ "mail" : "a@example.org", "since" : { "$date" : "2025-12-01T00:00:00Z" } }""", stored["owner"].ToString());
        Assert.Equal(3L, stored["likes"].ToInt64());
        Assert.Equal(0.5, stored["video"]["cost"].AsDouble);
        Assert.Equal("[sea, 7]", stored["video"]["tags"].ToString());

        var gone = await DocumentAsync(Second);
        Assert.Equal("Migration failed: 403 Request has expired.", gone["video"]["error"].AsString);
        Assert.Equal(dead.AbsoluteUri, gone["video"]["url"].AsString);
        Assert.Equal("expired", gone["video"]["status"].AsString);
        Assert.Equal("""{ "deep" : { "er" : null } }""", gone["video"]["mood"].ToString());
    }

    [Fact]
    public async Task A_second_run_says_the_same_and_asks_nobody()
    {
        var (deadTask, dead) = await MadeAsync();
        ComeToNow();
        var (task, live) = await MadeAsync();
        await ImportAsync(Legacy(First, task, live), Legacy(Second, deadTask, dead));
        var first = await MigrateAsync();
        var (downloads, queries) = (Provider.Counters.Downloads, Provider.Counters.Queries);

        var second = await MigrateAsync();

        Assert.Equal(first[First] with { Outcome = MigrationOutcome.Stored, HttpStatus = null }, second[First]);
        Assert.Equal(first[Second], second[Second]);
        Assert.Equal(first.Totals.Bytes, second.Totals.Bytes);
        Assert.Equal((downloads, queries), (Provider.Counters.Downloads, Provider.Counters.Queries));
    }

    [Fact]
    public async Task Expired_links_cost_one_request_each()
    {
        var dead = new List<(string Task, Uri Link)>();
        for (var n = 0; n < 30; n++) dead.Add(await MadeAsync());
        ComeToNow();
        var queries = Provider.Counters.Queries;
        await ImportAsync([.. dead.Select((made, n) => Legacy(Id(n), made.Task, made.Link))]);

        var migrated = await MigrateAsync();
        await MigrateAsync();

        Assert.Equal(30, migrated.Totals.Expired);
        Assert.All(dead, made => Assert.Equal(1, Provider.Counters.DownloadsByTask[made.Task]));
        Assert.Equal(queries, Provider.Counters.Queries);
    }

    [Fact]
    public async Task A_dry_run_classifies_and_writes_nothing()
    {
        var (deadTask, dead) = await MadeAsync();
        ComeToNow();
        var (task, live) = await MadeAsync();
        await ImportAsync(Legacy(First, task, live), Legacy(Second, deadTask, dead));
        var before = (await DocumentAsync(First), await DocumentAsync(Second), Provider.Counters.Downloads);

        var classified = await MigrateAsync(dryRun: true);

        Assert.Equal((MigrationOutcome.Live, MigrationOutcome.Expired), (classified[First].Outcome, classified[Second].Outcome));
        Assert.Equal(before, (await DocumentAsync(First), await DocumentAsync(Second), Provider.Counters.Downloads));
        Assert.False(Directory.Exists(Root));
    }

    [Fact]
    public async Task A_link_without_a_deadline_is_asked_for_its_first_byte()
    {
        ComeToNow();
        var (task, live) = await MadeAsync();
        var unsigned = new Uri(live.GetLeftPart(UriPartial.Path));
        await ImportAsync(Legacy(First, "gone-long-ago", unsigned));

        var classified = await MigrateAsync(dryRun: true);

        Assert.Equal((MigrationOutcome.Expired, 403), (classified[First].Outcome, classified[First].HttpStatus));
        Assert.Equal(1, Provider.Counters.DownloadsByTask[task]);
    }

    [Fact]
    public async Task A_dead_link_is_replaced_by_one_that_the_task_gives()
    {
        ComeToNow();
        var (task, live) = await MadeAsync();
        Provider.Faults.Add(SandboxFaultKind.QueryFreshLink);
        Provider.Faults.Add(new SandboxFault(SandboxFaultKind.DownloadExpired) { TaskId = task, Times = 1 });
        ProviderClock.Advance(TimeSpan.FromSeconds(5));
        await ImportAsync(Legacy(First, task, live));
        var queries = Provider.Counters.Queries;

        var migrated = await MigrateAsync();

        Assert.Equal(MigrationOutcome.Fetched, migrated[First].Outcome);
        Assert.Equal(queries + 1, Provider.Counters.Queries);
    }

    [Fact]
    public async Task What_did_not_work_this_time_works_in_a_second_run()
    {
        ComeToNow();
        var (task, live) = await MadeAsync();
        var (other, fine) = await MadeAsync();
        await ImportAsync(Legacy(First, task, live), Legacy(Second, other, fine));
        Provider.Faults.Add(new SandboxFault(SandboxFaultKind.DownloadServerError) { TaskId = task });

        var failed = await MigrateAsync();
        var document = await DocumentAsync(First);
        Provider.Faults.Clear();
        var again = await MigrateAsync();

        Assert.Equal((MigrationOutcome.Failed, 500), (failed[First].Outcome, failed[First].HttpStatus));
        Assert.StartsWith("Migration failed: 500 ", failed[First].Error);
        Assert.Equal(failed[First].Error, document["video"]["error"].AsString);
        Assert.Equal(live.AbsoluteUri, document["video"]["url"].AsString);
        Assert.Equal(MigrationOutcome.Fetched, failed[Second].Outcome);
        Assert.Equal((MigrationOutcome.Fetched, MigrationOutcome.Stored), (again[First].Outcome, again[Second].Outcome));
        Assert.True((await DocumentAsync(First))["video"]["error"].IsBsonNull);
    }

    [Fact]
    public async Task A_host_that_is_not_allowed_is_a_failure_and_not_the_end_of_the_link()
    {
        await ImportAsync(Legacy(First, "t", new Uri("http://127.0.0.2:1/video.mp4")));

        var migrated = await MigrateAsync();

        Assert.Equal(MigrationOutcome.Failed, migrated[First].Outcome);
        Assert.Contains("Downloads:AllowedHosts", migrated[First].Error);
        Assert.Equal("completed", (await DocumentAsync(First))["video"]["status"].AsString);
    }

    [Fact]
    public async Task A_file_that_the_record_names_by_its_old_absolute_path_is_stored()
    {
        Directory.CreateDirectory(Videos);
        await File.WriteAllBytesAsync(Path.Combine(Videos, $"{First}_1767177366572.mp4"), Content("x"), Ct);
        await ImportAsync(Legacy(
            First, "t", new Uri("https://dashscope-result-bj.oss-accelerate.aliyuncs.com/x.mp4"), inside: $",\"path\":\"/home/node/app/uploads/videos/{First}_1767177366572.mp4\""));

        var migrated = await MigrateAsync();

        Assert.Equal((MigrationOutcome.Stored, (long?)VideoLength), (migrated[First].Outcome, migrated[First].Bytes));
    }

    [Fact]
    public async Task A_file_that_the_record_does_not_name_is_adopted_and_described()
    {
        Directory.CreateDirectory(Videos);
        var name = $"{First}_1767177366572.mp4";
        await File.WriteAllBytesAsync(Path.Combine(Videos, name), Content("x"), Ct);
        await ImportAsync(Legacy(First, "t", new Uri("https://dashscope-result-bj.oss-accelerate.aliyuncs.com/x.mp4?Expires=1")));

        var dry = await MigrateAsync(dryRun: true);
        var migrated = await MigrateAsync();

        Assert.Equal(MigrationOutcome.Adoptable, dry[First].Outcome);
        Assert.Equal((MigrationOutcome.Adopted, Hash(Content("x"))), (migrated[First].Outcome, migrated[First].Sha256));
        Assert.Equal($"videos/{name}", (await DocumentAsync(First))["video"]["path"].AsString);
        Assert.True(File.Exists(Path.Combine(Videos, name + ".json")));
        Assert.Empty(await VerifyAsync());
    }

    [Fact]
    public async Task A_file_whose_end_is_missing_is_not_adopted()
    {
        ComeToNow();
        var (task, live) = await MadeAsync();
        Directory.CreateDirectory(Videos);
        byte[] cut = [0, 0, 0, 16, .. "ftypisom"u8, 0, 0, 2, 0, 0, 1, 0, 0, .. "mdat"u8, 1, 2, 3];
        await File.WriteAllBytesAsync(Path.Combine(Videos, $"{First}_1.mp4"), cut, Ct);
        await ImportAsync(Legacy(First, task, live));

        var migrated = await MigrateAsync();

        Assert.Equal(MigrationOutcome.Fetched, migrated[First].Outcome);
    }

    [Fact]
    public async Task A_limit_counts_only_what_is_not_settled()
    {
        ComeToNow();
        var made = new List<(string Task, Uri Link)> { await MadeAsync(), await MadeAsync(), await MadeAsync() };
        await ImportAsync([.. made.Select((m, n) => Legacy(Id(n), m.Task, m.Link))]);

        var first = await MigrateAsync(limit: 2);
        var second = await MigrateAsync(limit: 2);

        Assert.Equal((2, 2), (first.Totals.Examined, first.Totals.Fetched));
        Assert.Equal((3, 2, 1), (second.Totals.Examined, second.Totals.Stored, second.Totals.Fetched));
    }

    [Fact]
    public async Task An_interrupted_run_says_what_it_did_and_a_second_one_finishes()
    {
        ComeToNow();
        var made = new List<(string Task, Uri Link)>();
        for (var n = 0; n < 12; n++) made.Add(await MadeAsync());
        await ImportAsync([.. made.Select((m, n) => Legacy(Id(n), m.Task, m.Link))]);
        using var stop = new CancellationTokenSource();

        var first = await MigrateAsync(done: _ => stop.Cancel(), stop: stop.Token);
        var second = await MigrateAsync();

        Assert.True(first.Totals.Interrupted);
        Assert.InRange(first.Totals.Fetched, 1, 11);
        Assert.Equal((12, 12), (second.Totals.Examined, second.Totals.Stored + second.Totals.Fetched));
        Assert.Equal(12, Directory.EnumerateFiles(Videos, "*.mp4").Count());
        Assert.Empty(Directory.EnumerateFiles(Videos, "*.part*"));
        Assert.Empty(await VerifyAsync());
    }

    [Fact]
    public async Task What_a_killed_run_had_in_hand_is_taken_up_when_its_claim_runs_out()
    {
        ComeToNow();
        var (task, live) = await MadeAsync();
        await ImportAsync(Legacy(First, task, live));
        await using (var host = await OpenAsync())
        {
            var now = DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
            Ok(await host.Services.GetRequiredService<IWorkspaceRepository>().ChangeAsync(
                WorkspaceId.Parse(First),
                w => w.FetchAgain(FileNames.Stem(w.Id, now), null, now).Then(due => due.Claim(Guid.NewGuid(), now, now.AddMilliseconds(400))), Ct));
        }

        var migrated = await MigrateAsync();

        Assert.Equal(MigrationOutcome.Fetched, migrated[First].Outcome);
        Assert.Equal(1, Provider.Counters.DownloadsByTask[task]);
    }

    [Fact]
    public async Task A_running_service_and_the_command_never_fetch_the_same_video_twice()
    {
        ComeToNow();
        var made = new List<(string Task, Uri Link)>();
        for (var n = 0; n < 20; n++) made.Add(await MadeAsync());
        await ImportAsync([.. made.Select((m, n) => Legacy(Id(n), m.Task, m.Link))]);
        await using var service = await Serve.BuildAsync(Configuration("--Urls=http://127.0.0.1:0"), Ct);
        await service.StartAsync(Ct);
        var records = service.Services.GetRequiredService<IWorkspaceRepository>();
        var now = TimeProvider.System.GetUtcNow();

        // Some are in the service's hands already.
        for (var n = 0; n < 20; n += 3)
            Ok(await records.ChangeAsync(WorkspaceId.Parse(Id(n)), w => w.FetchAgain(FileNames.Stem(w.Id, now), null, now), Ct));
        var migrated = await MigrateAsync();
        await service.StopAsync(Ct);

        Assert.Equal(20, migrated.Totals.Fetched + migrated.Totals.Stored);
        Assert.All(made, m => Assert.Equal(1, Provider.Counters.DownloadsByTask[m.Task]));
        Assert.Empty(await VerifyAsync());
    }

    [Fact]
    public async Task A_report_and_the_exit_code_say_how_it_went()
    {
        var (deadTask, dead) = await MadeAsync();
        ComeToNow();
        var (task, live) = await MadeAsync();
        await ImportAsync(Legacy(First, task, live), Legacy(Second, deadTask, dead));
        var report = Path.Combine(Root, "..", "report.json");

        var exit = await CommandLine.RunAsync(["migrate-videos", "--report", report, .. Configuration()]);

        var json = System.Text.Json.Nodes.JsonNode.Parse(await File.ReadAllTextAsync(report, Ct))!;
        Assert.Equal(3, exit);
        Assert.Equal(["started_at", "finished_at", "dry_run", "totals", "records"], json.AsObject().Select(m => m.Key));
        Assert.Equal(["examined", "stored", "adopted", "fetched", "expired", "failed", "bytes"], json["totals"]!.AsObject().Select(m => m.Key));
        Assert.Equal(["id", "outcome", "http_status", "bytes", "sha256", "error"], json["records"]![0]!.AsObject().Select(m => m.Key));
        Assert.Equal([(First, "fetched"), (Second, "expired")], json["records"]!.AsArray().Select(r => ((string)r!["id"]!, (string)r["outcome"]!)));
    }

    private static (int, int, int, int, int, int, long) Numbers(MigrationTotals t) => (t.Examined, t.Stored, t.Adopted, t.Fetched, t.Expired, t.Failed, t.Bytes);

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes));
}
