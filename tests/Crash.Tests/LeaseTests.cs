using VideoPlatform.CrashHost;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Sandbox.Faults;

namespace VideoPlatform.Crash.Tests;

/// <summary>Claims: renewed while the work goes on, fenced when it ends. Several processes, frozen ones, and clocks that jump.</summary>
public sealed class LeaseTests
{
    public static TheoryData<string> Points =>
    [
        KillPoints.Claimed("submit"),
        KillPoints.Writing(VideoStatus.Queued, VideoStatus.Submitting),
        KillPoints.SubmitSending,
        KillPoints.SubmitAnswered,
        KillPoints.Writing(VideoStatus.Submitting, VideoStatus.Processing),
        KillPoints.TaskAnswered,
        KillPoints.Writing(VideoStatus.Processing, VideoStatus.Downloading),
        KillPoints.Claimed("download"),
        KillPoints.LinkOpened,
        KillPoints.FolderFlushed,
        KillPoints.Writing(VideoStatus.Downloading, VideoStatus.Completed),
    ];

    [Theory]
    [MemberData(nameof(Points))]
    public async Task A_process_frozen_longer_than_its_lease_cannot_overwrite_its_successor(string point)
    {
        await using var platform = await Platform.CreateAsync();
        var frozen = await platform.ServeAsync();
        await frozen.ArmAsync(point, Deed.Freeze);
        var ordered = platform.OrderAsync("frozen");
        await frozen.FrozeAsync();

        await platform.ServeAsync();
        var id = await ordered;
        await platform.ReachesAsync(id, "completed");
        var before = await platform.GetAsync($"api/workspaces/{id}");
        frozen.Signal(ServiceProcess.Continue);
        await Waiting.ForAsync(async () => (await platform.GetAsync("health/ready"))["status"], () => "");

        // The one that slept finds out by itself: it takes work again, and has changed nothing of what was done meanwhile.
        var next = await platform.OrderAsync("after the frost");
        await platform.ReachesAsync(next, "completed");
        frozen.Signal(ServiceProcess.Term);
        Assert.Equal(0, await frozen.Exited.WaitAsync(Waiting.Patience, TestContext.Current.CancellationToken));
        Assert.Equal((string?)before["video"]!["url"], (string?)(await platform.VideoAsync(id))["url"]);
        Assert.Equal((int)before["version"]!, (int)(await platform.GetAsync($"api/workspaces/{id}"))["version"]!);
        await platform.AssertBalanceAsync();
    }

    [Fact]
    public async Task A_process_frozen_amid_the_bytes_is_not_waited_for_and_gives_them_up_when_it_wakes()
    {
        await using var platform = await Platform.CreateAsync();
        platform.Sandbox.Faults.Add(new SandboxFault(SandboxFaultKind.DownloadStalled) { Bytes = 200_000, Times = 1 });   // of 300 000: it cannot end before it has looked at its claim
        var frozen = await platform.ServeAsync("--Downloads:StallTimeout=00:01:00");   // when it wakes it is to look at its claim, and not at the clock
        await frozen.ArmAsync(KillPoints.BodyHalf, Deed.Freeze);
        var ordered = platform.OrderAsync("half");
        await frozen.FrozeAsync();

        await platform.ServeAsync();
        var id = await ordered;
        await platform.ReachesAsync(id, "completed");
        var url = (string?)(await platform.VideoAsync(id))["url"];
        frozen.Signal(ServiceProcess.Continue);
        await Waiting.UntilAsync(() => frozen.Log.Any(line => line.Contains("was lost", StringComparison.Ordinal)), () => frozen.Tail());
        frozen.Signal(ServiceProcess.Term);
        await frozen.Exited.WaitAsync(Waiting.Patience, TestContext.Current.CancellationToken);

        Assert.Equal(url, (string?)(await platform.VideoAsync(id))["url"]);
        await platform.AssertBalanceAsync();
    }

    [Fact]
    public async Task A_fetch_that_another_process_finishes_meanwhile_is_not_stored_a_second_time()
    {
        await using var platform = await Platform.CreateAsync();
        var first = await platform.ServeAsync();
        await first.ArmAsync(KillPoints.SidecarNamed, Deed.Freeze);
        var ordered = platform.OrderAsync("twice at once");
        await first.FrozeAsync();
        var second = await platform.ServeAsync("--Work:LeaseDuration=00:02:00");
        await second.ArmAsync(KillPoints.LinkOpened, Deed.Freeze);
        await second.FrozeAsync();
        var id = await ordered;

        // The first one goes on and names its file, although the claim is the second one's by now, whose fetch has begun.
        first.Signal(ServiceProcess.Continue);
        await Waiting.UntilAsync(() => first.Log.Any(line => line.Contains("version_conflict", StringComparison.Ordinal)), () => first.Tail());
        second.Signal(ServiceProcess.Continue);

        await platform.ReachesAsync(id, "completed");
        await platform.AssertBalanceAsync();
    }

    [Fact]
    public async Task Three_processes_on_one_database_share_the_work()
    {
        await using var platform = await Platform.CreateAsync(folder => Platform.Options(folder, bytes: 4096));
        platform.Sandbox.Faults.Add(SandboxFaultKind.SubmitLostResponse, 4);
        platform.Sandbox.Faults.Add(SandboxFaultKind.DownloadTruncated, 6);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => platform.ServeAsync()));
        var made = 0;

        await MakeAsync(45);
        // A process that the machine starves may come too late for every last step of these; it must not for all that come.
        await Waiting.ForAsync(async () =>
        {
            if (platform.Services.All(s => s.Log.Any(line => line.Contains("-> completed", StringComparison.Ordinal)))) return "all";
            await MakeAsync(9);
            return null;
        }, () => "One of the three completes nothing.");

        await platform.AssertBalanceAsync(4096);

        async Task MakeAsync(int count)
        {
            var ids = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => platform.OrderAsync($"shared {made++}")));
            await Task.WhenAll(ids.Select(id => platform.ReachesAsync(id, "completed")));
        }
    }

    [Fact]
    public async Task A_long_step_keeps_its_lease()
    {
        await using var platform = await Platform.CreateAsync();
        string[] settings = ["--Work:LeaseDuration=00:00:08", "--Downloads:StallTimeout=00:00:30"];   // a machine that is slow for a moment is not the subject
        await Task.WhenAll(platform.ServeAsync(settings), platform.ServeAsync(settings));
        platform.Sandbox.Faults.Add(new SandboxFault(SandboxFaultKind.DownloadSlow) { Bytes = 15_000, Times = 1 });   // of 300 000: for two and a half leases

        var id = await platform.OrderAsync("slow bytes");
        await platform.ReachesAsync(id, "completed");

        Assert.Equal(1, platform.Sandbox.Counters.Downloads);
        Assert.DoesNotContain(platform.Services, s => s.Log.Any(line => line.Contains("was lost", StringComparison.Ordinal)));
    }
}
