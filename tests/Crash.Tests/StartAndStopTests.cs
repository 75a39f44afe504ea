using System.Diagnostics;
using Microsoft.Data.Sqlite;
using VideoPlatform.Sandbox.Faults;

namespace VideoPlatform.Crash.Tests;

/// <summary>SIGTERM amid all kinds of work, and a start with much unfinished work.</summary>
public sealed class StartAndStopTests(ITestOutputHelper output)
{
    private const int Many = 10_000;

    // Ten seconds are promised, and nine used where something is waited for; the machine may stand still for a while.
    private static readonly TimeSpan twiceThePromise = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Told_to_stop_it_hands_back_its_steps_and_goes_in_time()
    {
        await using var platform = await Platform.CreateAsync();
        var first = await platform.ServeAsync("--Qwen:RequestTimeout=00:01:00", "--Work:LeaseDuration=00:02:00");
        platform.Sandbox.Faults.Add(new SandboxFault(SandboxFaultKind.DownloadSlow) { Bytes = 1000, Times = 1 });
        var fetched = await platform.OrderAsync("its bytes come slowly");
        await platform.ReachesAsync(fetched, "downloading");
        await Waiting.UntilAsync(() => platform.Sandbox.Counters.Downloads == 1, () => first.Tail());
        platform.Sandbox.Faults.Add(SandboxFaultKind.SubmitDelayed, 1);
        var submitted = await platform.OrderAsync("its answer never comes");
        await Waiting.UntilAsync(() => platform.Sandbox.Counters.TasksCreated == 2, () => first.Tail());
        var waiting = await platform.OrderAsync("the same again, which must wait", "wan2.6-i2v");

        var asked = Stopwatch.GetTimestamp();
        first.Signal(ServiceProcess.Term);
        await first.Exited.WaitAsync(Waiting.Patience, TestContext.Current.CancellationToken);
        var took = Stopwatch.GetElapsedTime(asked);

        // Two minutes of lease lie on what was not handed back: only the submit whose answer is still awaited.
        var second = await platform.ServeAsync();
        await platform.ReachesAsync(fetched, "completed");
        await platform.ReachesAsync(waiting, "completed");
        Assert.Equal("submitting", Platform.StatusOf(await platform.VideoAsync(submitted)));
        await second.OrderAsync("clock 00:02:10");
        await platform.ReachesAsync(submitted, "completed");
        await platform.AssertBalanceAsync();
        Assert.True(took < twiceThePromise, $"It took {took}.");
    }

    [Fact]
    public async Task A_locked_database_does_not_keep_it_from_going()
    {
        await using var platform = await Platform.CreateAsync();
        var first = await platform.ServeAsync("--Qwen:RequestTimeout=00:00:30");
        platform.Sandbox.Faults.Add(new SandboxFault(SandboxFaultKind.SubmitDelayed) { Delay = TimeSpan.FromSeconds(6), Times = 1 });   // its answer comes when the database is locked, however slowly that goes here
        var id = await platform.OrderAsync("locked in");
        await Waiting.UntilAsync(() => platform.Sandbox.Counters.TasksCreated == 1, () => first.Tail());
        await using var other = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = platform.Database, Pooling = false }.ToString());
        await other.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = other.CreateCommand();
        command.CommandText = "BEGIN IMMEDIATE";
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        var asked = Stopwatch.GetTimestamp();
        first.Signal(ServiceProcess.Term);
        Assert.Equal(0, await first.Exited.WaitAsync(Waiting.Patience, TestContext.Current.CancellationToken));
        var took = Stopwatch.GetElapsedTime(asked);

        command.CommandText = "ROLLBACK";
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await platform.ServeAsync();
        await platform.ReachesAsync(id, "completed");
        await platform.AssertBalanceAsync();
        Assert.True(first.Log.Any(line => line.Contains("Not everything came to its end in time", StringComparison.Ordinal)), $"It ended after {took}:\n{first.Tail()}");
        Assert.True(took < twiceThePromise, $"It took {took}.");
    }

    [Fact]
    public async Task An_idle_service_stops_at_once_and_well()
    {
        await using var platform = await Platform.CreateAsync();
        var service = await platform.ServeAsync();
        var id = await platform.OrderAsync("the only one");
        await platform.ReachesAsync(id, "completed");

        service.Signal(ServiceProcess.Term);

        Assert.Equal(0, await service.Exited.WaitAsync(Waiting.Patience, TestContext.Current.CancellationToken));
        Assert.DoesNotContain(service.Log, line => line.Contains(" ERR ", StringComparison.Ordinal) || line.Contains(" FTL ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_start_with_ten_thousand_unfinished_videos_is_quick_and_no_stampede()
    {
        await using var provider = await EndlessProvider.StartAsync(Many / 2);
        await using var platform = await Platform.CreateAsync();
        var now = TimeProvider.System.GetUtcNow();
        await Seed.RecordsAsync(
            platform.Database,
            Enumerable.Range(0, Many).Select(n => (n % 4) switch
            {
                0 => Seed.Queued(n, now),
                1 => Seed.Downloading(n, $"made-{n}", provider.BaseUrl, $"{provider.Origin}/videos/{n}?Expires={now.AddHours(20).ToUnixTimeSeconds()}", now),
                _ => Seed.Processing(n, provider.Tasks[n / 2], provider.BaseUrl, now.AddHours(-1), now),
            }));

        var begun = Stopwatch.GetTimestamp();
        var service = await platform.ServeAsync(
            $"--Qwen:BaseUrl={provider.BaseUrl}", "--Qwen:PollInterval=00:00:15", "--Qwen:QueriesPerSecond=20", "--Qwen:MaxInFlight=5",
            "--Downloads:RetryDelay=00:00:01", "--Downloads:MaxRetryDelay=00:05:00", "--Work:LeaseDuration=00:01:00");
        var ready = await platform.GetAsync("health/ready");
        var up = Stopwatch.GetElapsedTime(begun);
        await Waiting.UntilAsync(() => provider.Questions.Count >= 30, () => service.Tail());
        var asked = provider.Questions.Values.Sum() + provider.Lists;
        var ran = Stopwatch.GetElapsedTime(begun);

        Assert.Equal("ok", (string?)ready["status"]);
        Assert.InRange(asked, 30, 20 + (20 * ran.TotalSeconds));
        Assert.Equal(Many / 2 + Many / 4, (int)(await platform.GetAsync("api/stats"))["queue"]!["in_flight"]![Platform.Model]! + Many / 4);
        Assert.DoesNotContain(service.Log, line => line.Contains(" ERR ", StringComparison.Ordinal));
        output.WriteLine($"Ready after {up.TotalSeconds:0.00} s with {Many} unfinished videos; after {ran.TotalSeconds:0.0} s {provider.Questions.Values.Sum()} questions, {provider.Lists} lists, {provider.Downloads} fetches.");
    }
}
