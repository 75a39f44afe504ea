using System.Net.Http.Json;
using VideoPlatform.CrashHost;
using VideoPlatform.Sandbox.Faults;

namespace VideoPlatform.Crash.Tests;

/// <summary>Wall clocks that jump, or were wrong when it mattered.</summary>
public sealed class ClockTests
{
    [Theory]
    [InlineData("-01:00:00")]
    [InlineData("01:00:00")]
    public async Task A_submit_marked_by_a_wrong_clock_is_not_sent_again(string wrong)
    {
        await using var platform = await Platform.CreateAsync();
        var service = await platform.ServeAsync();
        await service.OrderAsync($"clock {wrong}");
        await service.ArmAsync(KillPoints.SubmitAnswered);
        var ordered = platform.OrderAsync("by a wrong clock");
        await service.DiedAsync(KillPoints.SubmitAnswered);

        // With the clock ahead, the claim of the dead process holds for an hour of real time; the next process gets there by its own jump.
        service = await platform.ServeAsync();
        var id = await ordered;
        if (!wrong.StartsWith('-')) await service.OrderAsync("clock 01:00:05");
        var video = await Waiting.ForAsync(
            async () => await platform.VideoAsync(id) is var v && (Platform.StatusOf(v) is "completed" || v["error"]?["candidates"] is not null) ? v : null,
            () => service.Tail());

        Assert.Equal(1, platform.Sandbox.Counters.TasksCreated);
        if (Platform.StatusOf(video) is "unsettled")
        {
            var candidate = Assert.Single(video["error"]!["candidates"]!.AsArray())!;
            await platform.SendAsync(HttpMethod.Post, $"api/workspaces/{id}/video/settle", () => JsonContent.Create(new { task_id = (string?)candidate["task_id"] }));
            await platform.ReachesAsync(id, "completed");
        }

        await platform.AssertBalanceAsync();
    }

    [Theory]
    [InlineData("01:00:00")]
    [InlineData("-01:00:00")]
    public async Task Clocks_that_jump_by_an_hour_do_no_harm(string jump)
    {
        await using var platform = await Platform.CreateAsync(folder => Platform.Options(folder, runningFor: TimeSpan.FromMilliseconds(300)));
        var service = await platform.ServeAsync();
        platform.Sandbox.Faults.Add(new SandboxFault(SandboxFaultKind.DownloadSlow) { Bytes = 200_000, Times = 2 });
        platform.Sandbox.Faults.Add(new SandboxFault(SandboxFaultKind.SubmitDelayed) { Delay = TimeSpan.FromMilliseconds(500), Times = 3 });

        var before = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => platform.OrderAsync($"before {i}")));
        await Waiting.UntilAsync(() => platform.Sandbox.Counters.TasksCreated > 0, () => service.Tail());
        await service.OrderAsync($"clock {jump}");
        var after = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => platform.OrderAsync($"after {i}")));
        await Task.WhenAll(after.Select(id => platform.ReachesAsync(id, "completed")));

        // What was due by the other clock is not lost: it waits at most as long as the jump was. A task that seems an hour old is asked for
        // more seldom, every twentieth part of that hour: the clock goes on by more than that while something waits for it.
        for (var at = jump.StartsWith('-') ? TimeSpan.Zero : TimeSpan.FromHours(1); !await Seed.AllAsync(platform.Database, w => w.DueAt is null); at += TimeSpan.FromMinutes(4))
        {
            await service.OrderAsync($"clock {at:c}");
            var soon = TimeProvider.System.GetUtcNow() + at + TimeSpan.FromMinutes(1);
            await Waiting.ForAsync(async () => await Seed.AllAsync(platform.Database, w => w.DueAt is not { } due || due > soon) ? "" : null, () => service.Tail());
        }

        await Task.WhenAll(before.Select(id => platform.ReachesAsync(id, "completed")));
        await platform.AssertBalanceAsync();
    }
}
