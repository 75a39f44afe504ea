using System.Globalization;

namespace VideoPlatform.Bench.Equipment;

/// <param name="Requests">A second.</param>
/// <param name="Bytes">A second, headers included.</param>
internal sealed record WrkAnswer(double Requests, double Bytes);

/// <summary>wrk: a bounded load over kept connections, on loopback only.</summary>
internal static class Wrk
{
    /// <summary>Until the compiler has done its best.</summary>
    public static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(8);

    private const string Report =
        """
        done = function(summary, latency, requests)
            local e = summary.errors
            io.write(string.format("REPORT %d %d %d %d\n", summary.requests, summary.duration, summary.bytes, e.connect + e.read + e.write + e.status + e.timeout))
        end
        """;

    /// <param name="requests">Paths with the range that is asked of each, null for all of it. They are asked for in turn.</param>
    public static async Task<WrkAnswer> RunAsync(
        Ground ground, Uri address, int connections, TimeSpan duration, IEnumerable<(string Path, string? Range)> requests, CancellationToken ct)
    {
        if (!address.IsLoopback) throw new ArgumentException("Only this machine is put under load.", nameof(address));

        var script = Path.Combine(ground.Folder, "wrk.lua");
        var made = requests.Select(r => r.Range is null ? $"wrk.format('GET', '{r.Path}')" : $"wrk.format('GET', '{r.Path}', {{ ['Range'] = '{r.Range}' }})");
        await File.WriteAllTextAsync(script, $"init = function() made = {{ {string.Join(",\n", made)} }}; n = 0 end\nrequest = function() n = n % #made + 1; return made[n] end\n{Report}\n", ct);
        var output = await ChildProcess.RunAsync(
            "wrk", ["-t2", $"-c{connections}", $"-d{duration.TotalSeconds:0}s", "-s", script, address.ToString()], ground.Folder, ct);
        var report = output.Split('\n').Single(line => line.StartsWith("REPORT ", StringComparison.Ordinal)).Split(' ').Skip(1)
            .Select(field => double.Parse(field, CultureInfo.InvariantCulture)).ToArray();
        if (report[3] > 0) throw new InvalidOperationException($"{report[3]} requests to {address} failed.");
        return new WrkAnswer(report[0] / report[1] * 1e6, report[2] / report[1] * 1e6);
    }
}
