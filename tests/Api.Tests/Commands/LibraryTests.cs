using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using VideoPlatform.Api.Commands;
using VideoPlatform.Application.Maintenance.Clean;
using VideoPlatform.Application.Maintenance.Library;
using VideoPlatform.Application.Maintenance.Migrate;
using VideoPlatform.Application.Maintenance.Reindex;
using VideoPlatform.Application.Maintenance.Repair;
using VideoPlatform.Application.Maintenance.Verify;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Sandbox.Faults;
using VideoPlatform.Testing.Files;

namespace VideoPlatform.Api.Tests.Commands;

/// <summary>verify, repair, reindex, clean and adopt on a library of stored videos.</summary>
public sealed class LibraryTests : LibraryTest
{
    private static readonly TimeSpan longAgo = TimeSpan.FromHours(2);

    [Fact]
    public async Task A_library_in_order_has_no_findings()
    {
        await StoredAsync(3);

        Assert.Empty(await VerifyAsync());
    }

    [Fact]
    public async Task Everything_that_can_be_wrong_is_found()
    {
        var stored = await StoredAsync(6);
        File.Delete(PathOf(stored[0]));
        Flip(PathOf(stored[1]));
        await File.AppendAllTextAsync(PathOf(stored[2]), "more", Ct);
        File.Delete(PathOf(stored[3]) + ".json");
        await File.WriteAllTextAsync(PathOf(stored[4]) + ".json", (await File.ReadAllTextAsync(PathOf(stored[4]) + ".json", Ct)).Replace($"{VideoLength}", "7"), Ct);
        await File.WriteAllTextAsync(Path.Combine(Videos, $"{Id(99)}_1.mp4"), "x", Ct);
        await File.WriteAllTextAsync(Path.Combine(Videos, $"{stored[5].Id}_1.part"), "x", Ct);

        var found = await VerifyAsync();

        Assert.Equal(
            [
                (FindingKind.RecordWithoutFile, Id(0)), (FindingKind.WrongSha256, Id(1)), (FindingKind.WrongSize, Id(2)), (FindingKind.SidecarMissing, Id(3)),
                (FindingKind.SidecarDisagrees, Id(4)), (FindingKind.FileWithoutRecord, Id(99)), (FindingKind.LeftoverPart, Id(5)),
            ],
            found.Select(f => (f.Kind, f.Id!.Value.Value)).OrderBy(f => f.Kind is FindingKind.FileWithoutRecord ? 1 : f.Kind is FindingKind.LeftoverPart ? 2 : 0));
        Assert.All(found, f => Assert.False(Path.IsPathRooted(f.Path)));
        Assert.Equal(($"size {VideoLength}", "size 7"), found.Where(f => f.Kind is FindingKind.SidecarDisagrees).Select(f => (f.Expected, f.Actual)).Single());
    }

    [Fact]
    public async Task Without_deep_only_sizes_are_compared()
    {
        Flip(PathOf((await StoredAsync(1))[0]));

        Assert.Empty(await VerifyAsync(deep: false));
        Assert.Single(await VerifyAsync(deep: true));
    }

    [Fact]
    public async Task What_a_running_fetch_is_making_is_no_finding()
    {
        ComeToNow();
        var (task, link) = await MadeAsync();
        await ImportAsync(Legacy(Id(0), task, link));
        await using (var host = await OpenAsync())
        {
            var now = TimeProvider.System.GetUtcNow();
            Ok(await host.Services.GetRequiredService<IWorkspaceRepository>().ChangeAsync(
                WorkspaceId.Parse(Id(0)), w => w.FetchAgain($"{w.Id}_5", null, now).Then(due => due.Claim(Guid.NewGuid(), now, now.AddMinutes(1))), Ct));
        }

        foreach (var name in (string[])["5.part", "5.part.json", "5.mp4.json", "5.mp4"]) await File.WriteAllTextAsync(Path.Combine(Videos, $"{Id(0)}_{name}"), "x", Ct);

        Assert.Empty(await VerifyAsync());
    }

    [Fact]
    public async Task Missing_and_damaged_videos_are_fetched_again_and_sidecars_written_anew()
    {
        var stored = await StoredAsync(4);
        File.Delete(PathOf(stored[0]));
        Flip(PathOf(stored[1]));
        File.Delete(PathOf(stored[2]) + ".json");
        var damaged = await File.ReadAllBytesAsync(PathOf(stored[1]), Ct);

        var repaired = await RepairAsync();

        Assert.Equal([RepairOutcome.Fetched, RepairOutcome.Fetched, RepairOutcome.Rewritten], repaired.Select(r => r.Outcome));
        Assert.Empty(await VerifyAsync());
        Assert.Equal(damaged, await File.ReadAllBytesAsync(Assert.Single(Directory.EnumerateFiles(Path.Combine(Root, ".trash"), Path.GetFileName(PathOf(stored[1])), SearchOption.AllDirectories)), Ct));
    }

    [Fact]
    public async Task Where_nothing_lives_a_damaged_video_stays_and_a_missing_one_is_told_to_be_gone()
    {
        var stored = await StoredAsync(2);
        File.Delete(PathOf(stored[0]));
        Flip(PathOf(stored[1]));
        ProviderClock.Advance(TimeSpan.FromDays(2));
        Provider.Faults.Add(SandboxFaultKind.DownloadExpired);
        await KillLinksAsync(stored);

        var repaired = await RepairAsync();

        Assert.Equal([RepairOutcome.Lost, RepairOutcome.Lost], repaired.Select(r => r.Outcome));
        Assert.Equal((VideoStatus.Expired, "file_missing"), await StateAsync(stored[0]));
        Assert.Equal((VideoStatus.Completed, "file_damaged"), await StateAsync(stored[1]));
        Assert.True(File.Exists(PathOf(stored[1])));
    }

    [Fact]
    public async Task A_root_that_goes_during_a_repair_takes_no_file_from_its_record()
    {
        var stored = await StoredAsync(3);
        ProviderClock.Advance(TimeSpan.FromDays(2));
        Provider.Faults.Add(SandboxFaultKind.DownloadExpired);
        await KillLinksAsync(stored);
        var away = Root + "-away";

        var repaired = await RepairAsync(() =>
        {
            if (Directory.Exists(Root)) Directory.Move(Root, away);
        });
        Directory.Move(away, Root);

        Assert.NotEmpty(repaired);
        Assert.All(repaired, item => Assert.Equal(RepairOutcome.Failed, item.Outcome));
        Assert.Empty(await VerifyAsync());
    }

    [Fact]
    public async Task A_report_of_verify_feeds_repair()
    {
        var stored = await StoredAsync(2);
        Flip(PathOf(stored[0]));
        var report = Path.Combine(Root, "..", "findings.json");

        var found = await CommandLine.RunAsync(["verify", "--deep", "--report", report, .. Configuration()]);
        var repaired = await CommandLine.RunAsync(["repair", "--from", report, .. Configuration()]);
        var after = await CommandLine.RunAsync(["verify", "--deep", .. Configuration()]);

        Assert.Equal((3, 0, 0), (found, repaired, after));
    }

    [Fact]
    public async Task A_lost_file_that_comes_back_is_named_again()
    {
        var stored = await StoredAsync(1);
        await using (var host = await OpenAsync())
            Ok(await host.Services.GetRequiredService<IWorkspaceRepository>().ChangeAsync(stored[0].Id, w => w.LoseFile(new Problem("file_missing", "Gone."), TimeProvider.System.GetUtcNow()), Ct));

        var repaired = await RepairAsync();

        Assert.Equal([RepairOutcome.Adopted, RepairOutcome.Fine], repaired.Select(r => r.Outcome));
        Assert.Empty(await VerifyAsync());
    }

    [Fact]
    public async Task With_the_database_lost_the_library_is_back_from_files_and_sidecars()
    {
        var before = await StoredAsync(5);
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(Database)!)) File.Delete(file);

        var totals = await ReindexAsync();
        var again = await ReindexAsync();

        Assert.Equal((5, 0, 0), (totals.Rebuilt, totals.Existing, totals.Bad));
        Assert.Equal((0, 5, 0), (again.Rebuilt, again.Existing, again.Bad));
        foreach (var workspace in before)
        {
            var after = (await FindAsync(workspace.Id.Value))!;
            Assert.Equal(workspace.Video!.File! with { Media = null, Thumbnail = null }, after.Video!.File! with { Media = null, Thumbnail = null });
            Assert.Equal((workspace.Name, workspace.CreatedAt, workspace.Video.State.Task?.Id), (after.Name, after.CreatedAt, after.Video.State.Task?.Id));
        }

        Assert.Empty(await VerifyAsync());
    }

    [Fact]
    public async Task A_video_of_the_earlier_system_without_a_sidecar_gets_a_record_by_its_name()
    {
        Directory.CreateDirectory(Videos);
        await File.WriteAllBytesAsync(Path.Combine(Videos, $"{Id(7)}_1767177366572.mp4"), Content("x"), Ct);
        await File.WriteAllTextAsync(Path.Combine(Videos, "holiday.mp4"), "no video", Ct);

        var totals = await ReindexAsync();

        Assert.Equal((1, 1), (totals.Rebuilt, totals.Bad));
        Assert.Equal(VideoStatus.Completed, (await FindAsync(Id(7)))!.Video!.Status);
        Assert.Equal("videos/holiday.mp4", Assert.Single(await VerifyAsync()).Path);
    }

    [Fact]
    public async Task A_pipe_among_the_videos_is_told_and_not_waited_for()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no such pipe.");
        Directory.CreateDirectory(Videos);
        var pipe = $"{Id(7)}_1767177366572.mp4";
        await NamedPipe.MakeAsync(Path.Combine(Videos, pipe), Ct);

        var totals = await ReindexAsync();

        Assert.Equal((0, 1), (totals.Rebuilt, totals.Bad));
        Assert.Null(await FindAsync(Id(7)));
        Assert.Equal($"videos/{pipe}", Assert.Single(await VerifyAsync()).Path);
    }

    [Theory]
    [InlineData("broken")]
    [InlineData(null)]
    public async Task A_video_whose_sidecar_is_damaged_or_another_videos_is_back_by_its_name_and_the_sidecar_is_left(string? text)
    {
        var stored = await StoredAsync(2);
        var (video, other) = (stored[0].Video!.File!, stored[1].Video!.File!);
        var sidecar = Path.Combine(Videos, video.Path.FileName + ".json");
        var left = text ?? await File.ReadAllTextAsync(Path.Combine(Videos, other.Path.FileName + ".json"), Ct);
        await File.WriteAllTextAsync(sidecar, left, Ct);
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(Database)!)) File.Delete(file);

        var totals = await ReindexAsync();

        Assert.Equal((2, 0, 0), (totals.Rebuilt, totals.Existing, totals.Bad));
        Assert.Equal((video.Size, video.Sha256), ((await FindAsync(stored[0].Id.Value))!.Video!.File!.Size, (await FindAsync(stored[0].Id.Value))!.Video!.File!.Sha256));
        Assert.Equal(left, await File.ReadAllTextAsync(sidecar, Ct));
        Assert.Equal(FindingKind.SidecarDisagrees, Assert.Single(await VerifyAsync()).Kind);
    }

    [Fact]
    public async Task Clean_takes_only_old_files_that_nobody_names_and_unlinks_nothing()
    {
        var stored = await StoredAsync(2);
        Old(Path.Combine(Videos, $"{Id(50)}_1.mp4"));
        Old(Path.Combine(Videos, $"{stored[0].Id}_9.part"));
        Old(Path.Combine(Root, "1767008037365-8206bx2s.png"));
        Old(Path.Combine(Root, "notes.txt"));
        await File.WriteAllTextAsync(Path.Combine(Videos, $"{Id(51)}_1.mp4"), "young", Ct);
        foreach (var workspace in stored) File.SetLastWriteTimeUtc(PathOf(workspace), Past);

        var dry = await CleanAsync(apply: false);
        var untouched = Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories).Count();
        var cleaned = await CleanAsync(apply: true, max: 2);
        var rest = await CleanAsync(apply: true);

        Assert.Equal((3, 0), (dry.Files, dry.More));
        Assert.Equal((2, 1), (cleaned.Files, cleaned.More));
        Assert.Equal(1, rest.Files);
        Assert.Equal(untouched, Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories).Count(f => Path.GetFileName(f) != ".maintenance.lock"));
        Assert.Equal(3, Directory.EnumerateFiles(Path.Combine(Root, ".trash"), "*", SearchOption.AllDirectories).Count());
        Assert.All(stored, workspace => Assert.True(File.Exists(PathOf(workspace))));
        Assert.True(File.Exists(Path.Combine(Root, "notes.txt")));
    }

    [Fact]
    public async Task Clean_leaves_a_video_that_its_record_may_want()
    {
        var stored = await StoredAsync(1);
        File.SetLastWriteTimeUtc(PathOf(stored[0]), Past);
        File.SetLastWriteTimeUtc(PathOf(stored[0]) + ".json", Past);
        await using (var host = await OpenAsync())
            Ok(await host.Services.GetRequiredService<IWorkspaceRepository>().ChangeAsync(stored[0].Id, w => w.LoseFile(new Problem("file_missing", "Gone."), TimeProvider.System.GetUtcNow()), Ct));

        var cleaned = await CleanAsync(apply: true);

        Assert.Equal((0, 2), (cleaned.Files, cleaned.Wanted));
    }

    [Fact]
    public async Task Clean_leaves_a_file_that_is_named_between_its_two_readings_or_just_before_the_move()
    {
        await StoredAsync(1);
        var path = Path.Combine(Videos, $"{Id(50)}_1.mp4");
        Old(path);
        await using var host = await CommandHost.OpenAsync(Configuration(), Needs.Storage, Ct, services => services.Decorate<ITrash>((trash, provider) => new NamingTrash(trash, provider, Id(50))));

        var cleaned = Ok(await host.SendAsync(new CleanStorage(true, 100, new Silent()), Ct));

        Assert.Equal(0, cleaned.Files);
        Assert.True(File.Exists(path));
    }

    [Fact]
    public async Task Clean_removes_trash_after_thirty_days_and_only_when_applied()
    {
        await StoredAsync(1);
        foreach (var days in (int[])[29, 31])
        {
            var day = Path.Combine(Root, ".trash", TimeProvider.System.GetUtcNow().AddDays(-days).ToString("yyyy-MM-dd"));
            Directory.CreateDirectory(day);
            await File.WriteAllTextAsync(Path.Combine(day, "old.mp4"), "x", Ct);
        }

        await CleanAsync(apply: false);
        var kept = Directory.EnumerateDirectories(Path.Combine(Root, ".trash")).Count();
        var cleaned = await CleanAsync(apply: true);

        Assert.Equal((2, 1), (kept, cleaned.Removed));
        Assert.Single(Directory.EnumerateDirectories(Path.Combine(Root, ".trash")));
    }

    [Theory]
    [InlineData("clean")]
    [InlineData("clean --apply")]
    [InlineData("verify")]
    [InlineData("repair")]
    [InlineData("migrate-videos")]
    [InlineData("migrate-videos --dry-run")]
    [InlineData("reindex")]
    public async Task A_root_that_has_lost_its_sentinel_is_not_touched(string command)
    {
        await StoredAsync(1);
        File.Delete(Path.Combine(Root, ".videoplatform"));
        var before = Directory.EnumerateFileSystemEntries(Root, "*", SearchOption.AllDirectories).Order().ToList();

        var exit = await CommandLine.RunAsync([.. command.Split(' '), .. Configuration()]);

        Assert.Equal(2, exit);
        Assert.Equal(before, Directory.EnumerateFileSystemEntries(Root, "*", SearchOption.AllDirectories).Order());
    }

    [Theory]
    [InlineData("verify")]
    [InlineData("migrate-videos")]
    [InlineData("migrate-videos --dry-run")]
    public async Task A_lost_sentinel_is_noticed_though_all_files_are_the_earlier_systems(string command)
    {
        Directory.CreateDirectory(Videos);
        await File.WriteAllBytesAsync(Path.Combine(Videos, $"{Id(0)}_1767177366572.mp4"), Content("x"), Ct);
        await ImportAsync($$$"""{"_id":{"$oid":"{{{Id(0)}}}"},"video":{"status":"completed","task_id":"t","url":"/uploads/videos/{{{Id(0)}}}_1767177366572.mp4","error":null}}""");
        Assert.Equal(1, (await MigrateAsync()).Totals.Stored);
        Directory.Move(Root, Root + "-elsewhere");
        Directory.CreateDirectory(Root);
        var before = await DocumentAsync(Id(0));

        Assert.Equal(2, await CommandLine.RunAsync([.. command.Split(' '), .. Configuration()]));

        Assert.Empty(Directory.EnumerateFileSystemEntries(Root));
        Assert.Equal(before, await DocumentAsync(Id(0)));
        File.Copy(Path.Combine(Root + "-elsewhere", ".videoplatform"), Path.Combine(Root, ".videoplatform"));
        Assert.Equal(3, await CommandLine.RunAsync(["verify", .. Configuration()]));   // as the message says: now it is looked at, and the file is not there
    }

    [Fact]
    public async Task Clean_waits_for_no_other_command_and_disturbs_none()
    {
        await StoredAsync(1);
        await using var other = await OpenAsync(Needs.WritableStorage | Needs.SharedLock);

        Assert.Equal(2, await CommandLine.RunAsync(["clean", "--apply", .. Configuration()]));
        Assert.Equal(0, await CommandLine.RunAsync(["clean", .. Configuration()]));
        Assert.Equal(0, await CommandLine.RunAsync(["reindex", .. Configuration()]));
    }

    [Fact]
    public async Task Import_and_clean_keep_out_of_each_others_way()
    {
        await StoredAsync(1);
        var file = Path.Combine(Path.GetDirectoryName(Root)!, "old.jsonl");
        await File.WriteAllTextAsync(file, Legacy(Id(1), "t", new Uri("https://example.org/x.mp4")), Ct);

        await using (var clean = await OpenAsync(Needs.Storage))
        {
            clean.Take(alone: true);
            Assert.Equal(2, await CommandLine.RunAsync(["import", file, .. Configuration()]));
        }

        Assert.Equal(0, await CommandLine.RunAsync(["import", file, .. Configuration()]));
    }

    [Fact]
    public async Task A_sidecar_that_lacks_a_member_does_not_stop_reindex()
    {
        var stored = await StoredAsync(2);
        var sidecar = PathOf(stored[0]) + ".json";
        var told = JsonNode.Parse(await File.ReadAllTextAsync(sidecar, Ct))!.AsObject();
        told.Remove("content_type");
        await File.WriteAllTextAsync(sidecar, told.ToJsonString(), Ct);
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(Database)!)) File.Delete(file);

        Assert.Equal(0, await CommandLine.RunAsync(["reindex", .. Configuration()]));

        foreach (var workspace in stored) Assert.Equal(workspace.Video!.File!.Sha256, (await FindAsync(workspace.Id.Value))!.Video!.File!.Sha256);
    }

    [Fact]
    public async Task A_sidecar_that_cannot_be_read_stops_neither_verify_nor_repair()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights there.");
        var stored = await StoredAsync(2);
        var sidecar = PathOf(stored[0]) + ".json";
        File.Delete(sidecar);
        File.CreateSymbolicLink(sidecar, sidecar);   // leads to itself: whoever opens it fails
        File.Delete(PathOf(stored[1]) + ".json");

        var found = await VerifyAsync();
        var repaired = await RepairAsync();

        Assert.Equal([(FindingKind.Unreadable, Id(0)), (FindingKind.SidecarMissing, Id(1))], found.Select(f => (f.Kind, f.Id!.Value.Value)));
        Assert.Equal([(RepairOutcome.Failed, Id(0)), (RepairOutcome.Rewritten, Id(1))], repaired.Select(r => (r.Outcome, r.Id!.Value.Value)));
    }

    [Fact]
    public async Task Clean_names_what_it_cannot_move()
    {
        await StoredAsync(1);
        Old(Path.Combine(Videos, $"{Id(50)}_1.mp4"));
        Old(Path.Combine(Videos, $"{Id(51)}_1.mp4"));
        await File.WriteAllTextAsync(Path.Combine(Root, ".trash"), "not a folder", Ct);

        Assert.Equal(3, await CommandLine.RunAsync(["clean", "--apply", .. Configuration()]));
        Assert.Equal(2, (await CleanAsync(apply: true)).Failed);
    }

    [Fact]
    public async Task An_adopted_task_is_followed_until_it_is_stored_and_again_means_go_on()
    {
        ComeToNow();
        var (task, _) = await MadeAsync();

        var first = await CommandLine.RunAsync(["adopt", task, "--name", "paper boat", .. Configuration()]);
        var again = await CommandLine.RunAsync(["adopt", task, .. Configuration()]);
        var unknown = await CommandLine.RunAsync(["adopt", "no-such-task", .. Configuration()]);
        var wrong = await CommandLine.RunAsync(["adopt", "not a task", .. Configuration()]);

        Assert.Equal((0, 0, 3, 2), (first, again, unknown, wrong));
        Assert.Equal(Content(task), await File.ReadAllBytesAsync(Assert.Single(Directory.EnumerateFiles(Videos, "*.mp4")), Ct));
        Assert.Equal(1, Provider.Counters.TasksCreated);
        Assert.Empty(await VerifyAsync());
    }

    [Theory]
    [InlineData("migrate-videos --limit 0")]
    [InlineData("migrate-videos --limit many")]
    [InlineData("migrate-videos --concurrency 65")]
    [InlineData("migrate-videos --report /nowhere/at/all.json")]
    [InlineData("clean --max 0")]
    [InlineData("import")]
    [InlineData("import /nowhere.jsonl")]
    [InlineData("repair --from /nowhere.json")]
    [InlineData("tidy")]
    public async Task A_wrong_command_line_is_refused(string command) =>
        Assert.Equal(2, await CommandLine.RunAsync([.. command.Split(' '), .. Configuration()]));

    [Fact]
    public async Task Adopting_needs_a_provider_and_the_other_commands_do_not()
    {
        string[] withoutKey = ["--environment=Production", $"--Storage:Root={Root}", $"--Persistence:Sqlite:Path={Database}", "--Qwen:ApiKey="];

        Assert.Equal(2, await CommandLine.RunAsync(["adopt", "t", .. withoutKey]));
        foreach (var command in (string[])["verify", "repair", "reindex", "clean", "migrate-videos"]) Assert.Equal(0, await CommandLine.RunAsync([command, .. withoutKey]));
    }

    [Fact]
    public async Task A_record_that_cannot_be_read_is_named_and_its_files_are_not_free()
    {
        var stored = await StoredAsync(2);
        await BreakAsync(stored[0]);
        foreach (var file in Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories)) File.SetLastWriteTimeUtc(file, Past);
        Old(Path.Combine(Root, "1767008037365-8206bx2s.png"));

        var found = await VerifyAsync();
        var migrated = await MigrateAsync();
        var cleaned = await CleanAsync(apply: true);

        Assert.Equal(FindingKind.RecordUnreadable, found[0].Kind);
        Assert.DoesNotContain(found, f => f.Kind is FindingKind.FileWithoutRecord && f.Id is not null);
        Assert.Equal(MigrationOutcome.Failed, migrated[stored[0].Id.Value].Outcome);
        Assert.Equal(0, cleaned.Files);
    }

    private static DateTime Past => (TimeProvider.System.GetUtcNow() - longAgo).UtcDateTime;

    private async Task<IReadOnlyList<Workspace>> StoredAsync(int count)
    {
        ComeToNow();
        var made = new List<(string Task, Uri Link)>();
        for (var n = 0; n < count; n++) made.Add(await MadeAsync());
        await ImportAsync([.. made.Select((m, n) => Legacy(Id(n), m.Task, m.Link, $"\"name\":\"boat {n}\","))]);
        Assert.Equal(count, (await MigrateAsync()).Totals.Fetched);

        var stored = new List<Workspace>();
        for (var n = 0; n < count; n++) stored.Add((await FindAsync(Id(n)))!);
        return stored;
    }

    private async Task BreakAsync(Workspace workspace)
    {
        var document = await DocumentAsync(workspace.Id.Value);
        document["video"]["status"] = "dancing";
        await using var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        await connection.OpenAsync(Ct);
        await using var command = connection.CreateCommand();
        command.CommandText = "UPDATE workspaces SET doc = $doc WHERE id = $id";
        command.Parameters.AddWithValue("$doc", document.ToBson());
        command.Parameters.AddWithValue("$id", Convert.FromHexString(workspace.Id.Value));
        Assert.Equal(1, await command.ExecuteNonQueryAsync(Ct));
    }

    private async Task KillLinksAsync(IEnumerable<Workspace> workspaces)
    {
        await using var host = await OpenAsync();
        var records = host.Services.GetRequiredService<IWorkspaceRepository>();
        foreach (var workspace in workspaces)
        {
            // As if a day had gone by.
            Ok(await records.ChangeAsync(workspace.Id, w =>
            {
                var video = w.Video!;
                var link = RemoteLink.Restore(video.Link!.Url, TimeProvider.System.GetUtcNow().AddDays(-1), isDead: false);
                var later = Ok(Video.Restore(video.Request, video.State, video.File, link, null, video.RequestedAt, video.SubmittedAt, video.FinishedAt, video.History));
                return w.Change(_ => later, w.UpdatedAt);
            }, Ct));
        }
    }

    private async Task<(VideoStatus, string?)> StateAsync(Workspace workspace)
    {
        var video = (await FindAsync(workspace.Id.Value))!.Video!;
        return (video.Status, video.Problem?.Code);
    }

    private async Task<IReadOnlyList<RepairedItem>> RepairAsync(Action? looked = null)
    {
        await using var host = await OpenAsync();
        var listener = new Silent { OnLooked = looked ?? (() => { }) };
        Ok(await host.SendAsync(new RepairLibrary(null, listener), Ct));
        return listener.Items;
    }

    private async Task<ReindexTotals> ReindexAsync()
    {
        await using var host = await OpenAsync();
        return Ok(await host.SendAsync(new ReindexLibrary(new Silent()), Ct));
    }

    private async Task<CleanTotals> CleanAsync(bool apply, int max = 100)
    {
        await using var host = await OpenAsync(Needs.Storage);
        return Ok(await host.SendAsync(new CleanStorage(apply, max, new Silent()), Ct));
    }

    private string PathOf(Workspace workspace) => Path.Combine(Root, workspace.Video!.File!.Path.Value);

    private static void Flip(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = file.Length / 2;
        var was = file.ReadByte();
        file.Position--;
        file.WriteByte((byte)(was ^ 1));
    }

    private static void Old(string path)
    {
        File.WriteAllText(path, "old");
        File.SetLastWriteTimeUtc(path, Past);
    }

    private sealed class Silent : IRepairListener, IReindexListener, ICleanListener
    {
        public List<RepairedItem> Items { get; } = [];

        public void Repaired(RepairedItem item) => Items.Add(item);

        void IVerifyListener.Found(Finding finding) { }

        void ICleanListener.Found(int files) { }

        public void LookingAtFiles() { }

        public Action OnLooked { get; init; } = () => { };

        public void Looked() => OnLooked();

        public void Repairing(int items) { }

        public void Rebuilt(WorkspaceId id, string path) { }

        public void Existing(string path) { }

        public void Bad(string path, string reason) { }

        public void Taken(LibraryFile file, string? trashed) { }

        public void Wanted(LibraryFile file) { }

        public void Failed(string path, string reason) { }
    }

    /// <summary>The moment between the last look and the move: a record begins to fetch under that very name.</summary>
    private sealed class NamingTrash(ITrash trash, IServiceProvider services, string id) : ITrash
    {
        public string? Take(string path)
        {
            var taken = trash.Take(path);
            var at = TimeProvider.System.GetUtcNow();
            var video = Ok(Video.Restore(
                null, new VideoState.Completed(null), new StoredFile(StoragePath.Parse(path), "video/mp4", 3, null, null, null, at), null, null, at, null, null, []));
            services.GetRequiredService<IWorkspaceRepository>().AddAsync(Workspace.Restore(WorkspaceId.Parse(id), null, null, video, null, 1, at, at), CancellationToken.None).GetAwaiter().GetResult();
            return taken;
        }

        public bool TryPutBack(string trashed, string path) => trash.TryPutBack(trashed, path);

        public int Empty(DateOnly before) => trash.Empty(before);
    }
}
