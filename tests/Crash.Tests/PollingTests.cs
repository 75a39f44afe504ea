using System.Diagnostics;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Sandbox.Faults;

namespace VideoPlatform.Crash.Tests;

/// <summary>Asking for tasks: many of them, a provider that is silent, and one that does not know them for a moment.</summary>
public sealed class PollingTests(ITestOutputHelper output)
{
    private const int Many = 10_000;

    [Fact]
    public async Task With_ten_thousand_tasks_none_starves_and_the_list_replaces_the_questions()
    {
        await using var provider = await EndlessProvider.StartAsync(Many);
        await using var platform = await Platform.CreateAsync();
        var now = TimeProvider.System.GetUtcNow();
        await Seed.RecordsAsync(platform.Database, provider.Tasks.Select((id, n) => Seed.Processing(n, id, provider.BaseUrl, now, now)));

        var begun = Stopwatch.GetTimestamp();

        // The budget alone would need 200 seconds for one round of questions.
        await platform.ServeAsync($"--Qwen:BaseUrl={provider.BaseUrl}", "--Qwen:QueriesPerSecond=50", "--Qwen:PollInterval=00:00:02", "--Work:LeaseDuration=00:00:05", "--Serilog:MinimumLevel:Default=Warning");
        await Waiting.ForAsync(
            async () => await Seed.AllAsync(platform.Database, w => w.Version > 2 && w.Video!.Status is VideoStatus.Processing) ? "" : null,   // claimed, and answered
            () => $"{provider.Questions.Count} questions, {provider.Lists} lists\n{platform.Service.Tail()}",
            patience: 5 * Waiting.Patience);   // twenty thousand commits

        Assert.InRange(provider.Lists, Many / 100, Many);
        output.WriteLine($"{Many} tasks were asked for once or more in {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.0} s with {provider.Questions.Values.Sum()} questions and {provider.Lists} pages.");
        Assert.True(provider.Questions.Values.Sum() < Many / 2, $"{provider.Questions.Values.Sum()} questions were asked.");
    }

    [Fact]
    public async Task A_provider_that_is_silent_for_hours_only_slows_the_questions()
    {
        await using var platform = await Platform.CreateAsync();
        var service = await platform.ServeAsync();
        platform.Sandbox.Faults.Add(SandboxFaultKind.QueryServerError);

        var id = await platform.OrderAsync("behind a silent provider");
        int Silences() => service.Log.Count(line => line.Contains("times in a row", StringComparison.Ordinal));
        for (var at = TimeSpan.FromHours(1); at < TimeSpan.FromHours(23.5); at += TimeSpan.FromHours(3))
        {
            // A question that was under way when the clock jumped puts the next one off by ten minutes at most.
            await service.OrderAsync($"clock {at:c}");
            var before = Silences();
            await service.OrderAsync($"clock {at + TimeSpan.FromMinutes(12):c}");
            await Waiting.UntilAsync(() => Silences() > before, () => service.Tail());
            Assert.Equal("processing", Platform.StatusOf(await platform.VideoAsync(id)));
        }

        Assert.InRange(platform.Sandbox.Counters.Queries, 4, 100);
        platform.Sandbox.Faults.Clear();
        await service.OrderAsync("clock 23:50:00");
        await platform.ReachesAsync(id, "completed");
        await platform.AssertBalanceAsync();
    }

    [Fact]
    public async Task A_task_that_is_not_known_for_a_moment_is_not_given_up()
    {
        await using var platform = await Platform.CreateAsync();
        var service = await platform.ServeAsync();
        platform.Sandbox.Faults.Add(SandboxFaultKind.QueryServerError, 2);
        platform.Sandbox.Faults.Add(SandboxFaultKind.QueryUnknown, 2);

        var id = await platform.OrderAsync("not known for a moment");
        await platform.ReachesAsync(id, "completed");

        await platform.AssertBalanceAsync();
        Assert.DoesNotContain(service.Log, line => line.Contains("-> expired", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Only_the_death_of_its_record_ends_a_task_and_it_is_expired_then()
    {
        await using var platform = await Platform.CreateAsync();
        var service = await platform.ServeAsync();
        platform.Sandbox.Faults.Add(SandboxFaultKind.QueryUnknown);

        var id = await platform.OrderAsync("never known");

        Assert.Equal("task_expired", (string?)(await platform.ReachesAsync(id, "expired"))["error"]!["code"]);
        await service.LogsAsync("processing -> expired");
        Assert.InRange(platform.Sandbox.Counters.Queries, 3, 10);
    }

    [Fact]
    public async Task Videos_at_risk_are_counted_and_warned_about_once_in_a_while()
    {
        await using var platform = await Platform.CreateAsync(folder => new()
        {
            Folder = Path.Combine(folder, "provider"),
            PendingFor = TimeSpan.Zero,
            RunningFor = TimeSpan.Zero,
            LinkLifetime = TimeSpan.FromHours(1),
            Video = new Sandbox.SandboxVideo.Made(id => Platform.VideoOf(id, 4096)),
        });
        var service = await platform.ServeAsync();
        platform.Sandbox.Faults.Add(SandboxFaultKind.DownloadServerError);

        var ids = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => platform.OrderAsync($"at risk {i}")));
        await Waiting.UntilAsync(() => platform.Sandbox.Faults.Struck(SandboxFaultKind.DownloadServerError) > 9, () => service.Tail());
        await Waiting.ForAsync(
            async () => (await platform.GetAsync("api/stats"))["videos"] is { } videos && (int)videos["at_risk"]! == 3 ? videos : null, () => service.Tail());
        platform.Sandbox.Faults.Clear();
        await Task.WhenAll(ids.Select(id => platform.ReachesAsync(id, "completed")));

        await service.LogsAsync("at risk");
        Assert.Single(service.Log, line => line.Contains("at risk", StringComparison.Ordinal));
        Assert.Equal(0, (int)(await platform.GetAsync("api/stats"))["videos"]!["at_risk"]!);
        await platform.AssertBalanceAsync(4096);
    }
}
