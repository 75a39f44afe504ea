using System.Text.RegularExpressions;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Sandbox.Faults;

namespace VideoPlatform.Crash.Tests;

/// <summary>What can be seen from outside: one log event for every transition, and the last twenty in the record.</summary>
public sealed partial class TransitionTests
{
    [Fact]
    public async Task Every_transition_is_one_log_event_and_the_record_keeps_the_last_twenty()
    {
        await using var platform = await Platform.CreateAsync();
        var service = await platform.ServeAsync();
        platform.Sandbox.Faults.Add(SandboxFaultKind.SubmitThrottled, 2);
        platform.Sandbox.Faults.Add(SandboxFaultKind.SubmitLostResponse, 1);
        var id = await platform.OrderAsync("take 0");
        await platform.ReachesAsync(id, "completed");
        var video = await platform.VideoAsync(id);
        var kept = video["history"]!.AsArray().Select(h => (string)h!["status"]!).ToList();

        await LogsAsync(service, id, logged => logged, ["none -> queued", .. kept.Zip(kept.Skip(1), (from, to) => $"{from} -> {to}")]);
        Assert.Contains("unsettled", kept);

        for (var take = 1; take <= 4; take++)
        {
            await platform.RequestAsync(id, $"take {take}", $"take {take}", replace: true);
            await Waiting.ForAsync(
                async () => await platform.VideoAsync(id) is var v && Platform.StatusOf(v) is "completed" && (string?)v["prompt"] == $"take {take}" ? v : null, () => service.Tail());
            kept = [.. (await platform.VideoAsync(id))["history"]!.AsArray().Select(h => (string)h!["status"]!)];
            await LogsAsync(service, id, logged => logged.TakeLast(kept.Count).Select(t => t.Split(" -> ")[1]), kept);
        }

        Assert.Equal(Video.MaxHistory, kept.Count);
        await platform.AssertBalanceAsync();
    }

    // An event is logged a moment after its transition is stored.
    private static Task LogsAsync(ServiceProcess service, string id, Func<List<string>, IEnumerable<string>> part, IReadOnlyList<string> expected) =>
        Waiting.UntilAsync(() => part(Logged(service, id)).SequenceEqual(expected), () => $"Not {string.Join(", ", expected)}, but {string.Join(", ", Logged(service, id))}.");

    private static List<string> Logged(ServiceProcess service, string id) =>
        [.. service.Log.Select(line => Transition().Match(line)).Where(m => m.Success && m.Groups["id"].Value == id).Select(m => m.Groups["step"].Value)];

    [GeneratedRegex("Video of (?<id>[0-9a-f]{24}): (?<step>[a-z]+ -> [a-z]+),", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Transition();
}
