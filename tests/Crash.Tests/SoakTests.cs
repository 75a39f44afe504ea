using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using VideoPlatform.Sandbox.Faults;

namespace VideoPlatform.Crash.Tests;

/// <summary>
/// Hundreds of requests to two processes that are killed again and again at random moments, with a provider, a network and an object store
/// that fail in every way. <c>VIDEOPLATFORM_SOAK_REQUESTS</c>, <c>VIDEOPLATFORM_SOAK_KILLS</c> and <c>VIDEOPLATFORM_SOAK_SEED</c> make it longer, or the same again.
/// </summary>
public sealed partial class SoakTests(ITestOutputHelper output)
{
    private const int Bytes = 20_000;

    private static readonly SandboxFaultKind[] faults =
    [
        SandboxFaultKind.SubmitLostResponse, SandboxFaultKind.SubmitAborted, SandboxFaultKind.SubmitThrottled, SandboxFaultKind.SubmitServerError,
        SandboxFaultKind.SubmitServerErrorAfterCreation, SandboxFaultKind.SubmitBadGateway,
        SandboxFaultKind.QueryServerError, SandboxFaultKind.QueryBadGateway, SandboxFaultKind.QueryReset, SandboxFaultKind.QueryThrottled,
        SandboxFaultKind.QueryStrangeStatus, SandboxFaultKind.QueryMissingField, SandboxFaultKind.QueryUnknown,
        SandboxFaultKind.ListServerError,
        SandboxFaultKind.DownloadTruncated, SandboxFaultKind.DownloadReset, SandboxFaultKind.DownloadServerError, SandboxFaultKind.DownloadEmpty,
        SandboxFaultKind.DownloadHtml, SandboxFaultKind.DownloadWrongCrc, SandboxFaultKind.DownloadFlippedBit, SandboxFaultKind.DownloadLengthTooLong,
        SandboxFaultKind.DownloadRangeIgnored, SandboxFaultKind.DownloadChangedETag,

        // Not DownloadNoChecksums: together with a flipped bit nobody could tell.
    ];

    [Fact]
    public async Task Hundreds_of_requests_under_kills_and_faults_are_all_stored_and_none_is_paid_twice()
    {
        var (requests, kills) = (Setting("REQUESTS", 200), Setting("KILLS", 50));
        var seed = Setting("SEED", Random.Shared.Next());
        output.WriteLine($"Seed {seed}.");
        var random = new Random(seed);
        var possible = faults.ToList();   // "unknown" twice in all: a provider that says it of the same task three times is believed
        var begun = Stopwatch.GetTimestamp();
        await using var platform = await Platform.CreateAsync(folder => Platform.Options(folder, runningFor: TimeSpan.FromMilliseconds(30), bytes: Bytes));
        platform.Settings.AddRange(["--Qwen:MaxInFlight=20", "--Downloads:MaxConcurrent=8", "--Serilog:MinimumLevel:Default=Warning", "--Work:LeaseDuration=00:00:01"]);
        var alive = new List<ServiceProcess>([await platform.ServeAsync(), await platform.ServeAsync()]);

        var ordering = Task.WhenAll(Enumerable.Range(0, 4).Select(lane => OrderAsync(platform, lane, requests / 4)));
        for (var kill = 0; kill < kills; kill++)
        {
            for (var i = 0; i < 4; i++)
            {
                var kind = possible[random.Next(possible.Count)];
                if (kind is SandboxFaultKind.QueryUnknown) possible.Remove(kind);
                platform.Sandbox.Faults.Add(kind, random.Next(1, 3));
            }

            // How long a life is, is the chance of this test.
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(0, 500)), TimeProvider.System, TestContext.Current.CancellationToken);
            var victim = random.Next(alive.Count);
            await alive[victim].KillAsync();
            alive[victim] = await platform.ServeAsync();
        }

        var ids = (await ordering).SelectMany(i => i).ToList();
        platform.Sandbox.Faults.Clear();
        var killing = Stopwatch.GetElapsedTime(begun);
        await Waiting.ForAsync(
            async () => (await platform.GetAsync("api/stats"))["videos"]!["by_status"] is { } by && (int?)by["completed"] == ids.Count ? by : null,
            () => $"Seed {seed}: {platform.GetAsync("api/stats").GetAwaiter().GetResult()}\n{platform.Service.Tail()}", TimeSpan.FromMinutes(2));

        // A picture that was being written, or whose workspace was not recorded yet, when its caller's process died is left for `clean`; nothing else is.
        IReadOnlyList<string> strays = [];
        await Waiting.ForAsync(
            async () => (strays = await platform.BalanceAsync(Bytes)).All(stray => PictureName().IsMatch(stray)) ? "pictures" : null, () => $"Nobody takes away {string.Join(", ", strays)}.");
        Assert.Equal(ids.Count, platform.Sandbox.Counters.TasksCreated);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{ids.Count} requests, {kills} kills in {killing.TotalSeconds:0} s, all stored after {Stopwatch.GetElapsedTime(begun).TotalSeconds:0} s; " +
            $"{platform.Sandbox.Counters.TasksCreated} tasks, {platform.Sandbox.Counters.Submits} submits, {platform.Sandbox.Counters.Downloads} fetches, {strays.Count} pictures left over; " +
            $"faults struck: {faults.Sum(platform.Sandbox.Faults.Struck)}."));
    }

    private static async Task<IReadOnlyList<string>> OrderAsync(Platform platform, int lane, int count)
    {
        var ids = new List<string>();
        for (var i = 0; i < count; i++) ids.Add(await platform.OrderAsync($"soak {lane}.{i}"));
        return ids;
    }

    [GeneratedRegex(@"^\d+-[a-z0-9]+\.(jpg|part)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PictureName();

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable($"VIDEOPLATFORM_SOAK_{name}"), CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
