using System.Diagnostics;
using VideoPlatform.Sandbox.Faults;

namespace VideoPlatform.Crash.Tests;

/// <summary>The provider's limits, and its refusals of the account.</summary>
public sealed class LimitTests
{
    [Fact]
    public async Task Two_processes_together_keep_to_the_number_of_running_tasks()
    {
        await using var platform = await Platform.CreateAsync(folder => Platform.Options(folder, runningFor: TimeSpan.FromMilliseconds(150), bytes: 4096));
        platform.Settings.Add("--Qwen:MaxInFlight=3");
        await Task.WhenAll(platform.ServeAsync(), platform.ServeAsync());

        var ids = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => platform.OrderAsync($"capped {i}")));
        await Task.WhenAll(ids.Select(id => platform.ReachesAsync(id, "completed")));

        Assert.InRange(platform.Sandbox.Counters.MostInProgress[Platform.Model], 1, 3);
        await platform.AssertBalanceAsync(4096);
    }

    [Fact]
    public async Task First_come_is_first_served_through_throttling()
    {
        await using var platform = await Platform.CreateAsync(folder => Platform.Options(folder, bytes: 4096));
        var service = await platform.ServeAsync("--Qwen:MaxInFlight=1", "--Qwen:RequestTimeout=00:00:30");
        platform.Sandbox.Faults.Add(SandboxFaultKind.SubmitThrottled, 2);

        var prompts = Enumerable.Range(0, 6).Select(i => $"in order {i}").ToList();
        var ids = new List<string>();
        foreach (var prompt in prompts) ids.Add(await platform.OrderAsync(prompt));
        var videos = await Task.WhenAll(ids.Select(id => platform.ReachesAsync(id, "completed")));

        Assert.Equal(prompts, platform.Sandbox.Counters.Tasks.Select(t => t.Prompt));
        Assert.DoesNotContain(videos, v => v["history"]!.AsArray().Any(h => (string?)h!["status"] is "failed"));
        Assert.Equal(2 + prompts.Count, platform.Sandbox.Counters.Submits);
        Assert.DoesNotContain(service.Log, line => line.Contains("ERR", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_provider_that_turns_surplus_away_is_met_again_until_all_are_through()
    {
        await using var platform = await Platform.CreateAsync(
            folder => Platform.Options(folder, runningFor: TimeSpan.FromMilliseconds(100), maxRunning: 2, bytes: 4096));
        await platform.ServeAsync();

        var ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => platform.OrderAsync($"surplus {i}")));
        await Task.WhenAll(ids.Select(id => platform.ReachesAsync(id, "completed")));

        Assert.InRange(platform.Sandbox.Counters.MostInProgress[Platform.Model], 1, 2);
        await platform.AssertBalanceAsync(4096);
    }

    [Theory]
    [InlineData(SandboxFaultKind.SubmitArrearage, "Arrearage")]
    [InlineData(SandboxFaultKind.SubmitInvalidApiKey, "InvalidApiKey")]
    public async Task A_refused_account_stops_the_queue_and_it_goes_on_by_itself(SandboxFaultKind refusal, string code)
    {
        await using var platform = await Platform.CreateAsync();
        var service = await platform.ServeAsync();
        platform.Sandbox.Faults.Add(refusal);

        var begun = Stopwatch.GetTimestamp();
        var ids = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => platform.OrderAsync($"{code} {i}")));
        await Waiting.ForAsync(
            async () => (string?)(await platform.GetAsync("health/ready"))["parts"]?["queue"] is { } reason && reason.StartsWith(code, StringComparison.Ordinal) ? reason : null,
            () => service.Tail());
        var stats = await platform.GetAsync("api/stats");
        Assert.Equal("stopped", (string?)stats["queue"]!["state"]);
        await Waiting.ForAsync(async () => (await platform.AllAsync()).FirstOrDefault(w => (string?)w["video"]!["error"]?["code"] == code), () => service.Tail());
        var submits = platform.Sandbox.Counters.Submits;
        Assert.InRange(submits, 1, 8 + (int)(Stopwatch.GetElapsedTime(begun) / TimeSpan.FromSeconds(4)));   // the eight at once, then one at a time to see whether it goes again

        platform.Sandbox.Faults.Clear();
        await service.OrderAsync("clock 00:02:00");   // the pause is half a minute, and no more for the eight that were refused together
        await Task.WhenAll(ids.Select(id => platform.ReachesAsync(id, "completed")));

        Assert.Equal("ok", (string?)(await platform.GetAsync("health/ready"))["status"]);
        await platform.AssertBalanceAsync();
    }
}
