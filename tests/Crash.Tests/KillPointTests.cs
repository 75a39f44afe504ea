using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Sandbox.Faults;

namespace VideoPlatform.Crash.Tests;

/// <summary>kill -9 at every step boundary, one after the other on one installation; the next process takes over each time.</summary>
public sealed class KillPointTests(KillPointTests.Installations installations, ITestOutputHelper output) : IClassFixture<KillPointTests.Installations>
{
    public static TheoryData<string> Points => [.. Boundary.All.Select(b => b.Point)];

    [Theory]
    [MemberData(nameof(Points))]
    public async Task Killed_at_a_boundary_it_loses_nothing_and_pays_nothing_twice(string point)
    {
        var boundary = Assert.Single(Boundary.All, b => b.Point == point);
        var platform = await installations.ForAsync(boundary);
        var earlier = await platform.BalanceAsync();
        var (tasks, submits) = (platform.Sandbox.Counters.TasksCreated, platform.Sandbox.Counters.Submits);

        var (id, old, journey) = await BeginAsync(boundary, platform);
        await platform.Service.DiedAsync(point);
        var died = Stopwatch.GetTimestamp();
        await platform.ServeAsync();
        var up = Stopwatch.GetElapsedTime(died);
        var answer = await journey;
        var end = await EndAsync(boundary, platform, id ?? answer["id"]!.GetValue<string>());
        var recovered = Stopwatch.GetElapsedTime(died);

        Assert.Equal(boundary.Tasks, platform.Sandbox.Counters.TasksCreated - tasks);
        // What is replaced goes after the record names its successor.
        List<string> left = [];
        await Waiting.ForAsync(
            async () => IsExpected(boundary.Leaves, left = [.. (await platform.BalanceAsync()).Except(earlier, StringComparer.Ordinal)], old) ? "so" : null,
            () => $"{boundary.Leaves} should be left over, and not [{string.Join(", ", left)}].");

        installations.Report(string.Create(
            CultureInfo.InvariantCulture,
            $"{point,-32} {end,-10} tasks {platform.Sandbox.Counters.TasksCreated - tasks} submits {platform.Sandbox.Counters.Submits - submits} left over {left.Count} up {up.TotalSeconds:0.0} s, whole after {recovered.TotalSeconds:0.0} s"), output);
    }

    private static async Task<(string? Id, JsonNode? Old, Task<JsonNode> Journey)> BeginAsync(Boundary boundary, Platform platform)
    {
        var (name, faults) = (boundary.Point, platform.Sandbox.Faults);
        faults.Clear();
        string? id = null;
        JsonNode? old = null;
        switch (boundary.Journey)
        {
            case Journey.Order:
                id = await platform.CreateAsync(name);
                break;
            case Journey.Replace or Journey.Delete:
                id = await platform.OrderAsync(name);
                old = await platform.ReachesAsync(id, "completed");
                break;
            case Journey.Cancel:
                id = await platform.OrderAsync(name);
                await platform.ReachesAsync(id, "processing");
                break;
            case Journey.FetchAgain:
                faults.Add(SandboxFaultKind.DownloadExpired);
                id = await platform.OrderAsync(name);
                await platform.ReachesAsync(id, "expired");
                faults.Clear();
                faults.Add(SandboxFaultKind.QueryFreshLink);
                break;
        }

        if (boundary.Fault is { } fault) faults.Add(fault, boundary.Times);
        if (boundary.Wire != Boundary.InFlight) await platform.Service.ArmAsync(boundary.Wire, nth: boundary.Nth);
        var created = platform.Sandbox.Counters.TasksCreated;
        var journey = boundary.Journey switch
        {
            Journey.Create => CreateAsync(platform, name),
            Journey.Order => platform.RequestAsync(id!, name, name),
            Journey.Replace => platform.RequestAsync(id!, $"{name} again", $"{name} again", replace: true),
            Journey.Cancel => platform.SendAsync(HttpMethod.Post, $"api/workspaces/{id}/video/cancel", also: 409),
            Journey.FetchAgain => platform.SendAsync(HttpMethod.Post, $"api/workspaces/{id}/video/download", also: 409),
            Journey.Delete => platform.SendAsync(HttpMethod.Delete, $"api/workspaces/{id}", also: 404),
            var other => throw new UnreachableException(other.ToString()),
        };
        if (boundary.Wire == Boundary.InFlight)
        {
            await Waiting.UntilAsync(() => platform.Sandbox.Counters.TasksCreated > created, () => "The submit never arrived.");
            await platform.Service.KillAsync();
        }

        return (id, old, journey);
    }

    private static async Task<JsonNode> CreateAsync(Platform platform, string name) => new JsonObject { ["id"] = await platform.CreateAsync(name) };

    private static async Task<string> EndAsync(Boundary boundary, Platform platform, string id)
    {
        switch (boundary.Journey)
        {
            case Journey.Create:
                var all = await platform.AllAsync();
                Assert.Single(all, w => (string?)w["id"] == id);
                return "created";
            case Journey.Delete:
                Assert.DoesNotContain(await platform.AllAsync(), w => (string?)w["id"] == id);
                return "deleted";
            default:
                var video = await Waiting.ForAsync(
                    async () => await platform.VideoAsync(id) is var v && IsThere(v, boundary) ? v : null,
                    () => $"{id} did not get there: {platform.VideoAsync(id).GetAwaiter().GetResult()}\n{platform.Service.Tail()}");
                Assert.InRange(video["history"]!.AsArray().Count, 1, Video.MaxHistory);
                return Platform.StatusOf(video);
        }
    }

    // A replaced video is completed before it is replaced, too.
    private static bool IsThere(JsonNode video, Boundary boundary) =>
        Platform.StatusOf(video) == boundary.End.Word() && (boundary.Journey is not Journey.Replace || (string?)video["prompt"] == $"{boundary.Point} again");

    private static bool IsExpected(Leftover leaves, IReadOnlyList<string> left, JsonNode? old)
    {
        string[] video = old is null || leaves is not (Leftover.ReplacedVideo or Leftover.PictureAndVideo) ? [] : [(string)old["url"]!, $"{old["url"]}.json"];
        var pictures = left.Where(f => f.EndsWith(".jpg", StringComparison.Ordinal) && !f.Contains('/')).ToList();
        return pictures.Count == (leaves is Leftover.Picture or Leftover.PictureAndVideo ? 1 : 0)
            && video.Order(StringComparer.Ordinal).SequenceEqual(left.Except(pictures).Select(f => "/uploads/" + f).Order(StringComparer.Ordinal));
    }

    /// <summary>One installation for most points, and one whose provider lets tasks wait, so that they can be cancelled.</summary>
    public sealed class Installations : IAsyncLifetime
    {
        private readonly List<string> report = [];
        private Platform? quick;
        private Platform? waiting;

        public ValueTask InitializeAsync() => ValueTask.CompletedTask;

        internal async Task<Platform> ForAsync(Boundary boundary)
        {
            var platform = boundary.Journey is Journey.Cancel
                ? waiting ??= await Platform.CreateAsync(folder => Platform.Options(folder, pendingFor: TimeSpan.FromHours(1)))
                : quick ??= await Platform.CreateAsync();
            if (!platform.Services.Any(s => s.IsServing)) await platform.ServeAsync();
            await platform.Service.OrderAsync("disarm");
            return platform;
        }

        public void Report(string line, ITestOutputHelper output)
        {
            output.WriteLine(line);
            report.Add(line);
        }

        public async ValueTask DisposeAsync()
        {
            await File.WriteAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "kill-points.txt"), report);
            if (quick is not null) await quick.DisposeAsync();
            if (waiting is not null) await waiting.DisposeAsync();
        }
    }
}
