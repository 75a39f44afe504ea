using VideoPlatform.Bench.Equipment;

namespace VideoPlatform.Bench.Rows;

/// <summary>Stored videos over 8 connections, whole and in ranges, beside nginx on the same file.</summary>
internal static class ServingRow
{
    private const int Size = 4_500_000;
    private const int RangeSize = 64 * 1024;
    private const string Path = "/uploads/videos/bench.mp4";

    private static readonly TimeSpan duration = TimeSpan.FromSeconds(3);

    public static Task<IReadOnlyList<Figure>> MeasureWholeAsync(Ground ground, CancellationToken ct) =>
        MeasureAsync(ground, "Serving whole files", 1, 1.3, [(Path, null)], Size, ct);

    public static Task<IReadOnlyList<Figure>> MeasureRangesAsync(Ground ground, CancellationToken ct)
    {
        var random = new Random(20260101);
        var ranges = Enumerable.Range(0, 200).Select(_ => random.Next(Size - RangeSize)).Select(from => (Path, (string?)$"bytes={from}-{from + RangeSize - 1}"));
        return MeasureAsync(ground, "Serving ranges", 0.6, 1, [.. ranges], RangeSize, ct);
    }

    private static async Task<IReadOnlyList<Figure>> MeasureAsync(
        Ground ground, string what, double must, double aim, IReadOnlyList<(string, string?)> requests, int size, CancellationToken ct)
    {
        var folder = ground.NewFolder("serving");
        using (await Library.OpenAsync(folder, ct)) { }
        await ArchiveRow.WriteVideoAsync(System.IO.Path.Combine(Library.Storage(folder), "videos", "bench.mp4"), Size, ct);
        await using var nginx = await NginxServer.StartAsync(ground, folder, ct);
        await using var service = await ServiceProcess.StartAsync(ground, folder, ct);

        List<double> ours = [], theirs = [];
        for (var round = 0; round <= Bench.Rounds; round++)
        {
            foreach (var (address, rates) in ((Uri, List<double>)[])[(nginx.Address, theirs), (service.Address, ours)])
            {
                var answer = await Wrk.RunAsync(ground, address, 8, round == 0 ? Wrk.WarmUp : duration, requests, ct);
                // What was under way at the end is counted in bytes and not in requests.
                if (answer.Bytes < answer.Requests * size) throw new InvalidOperationException($"{address} sent {answer.Bytes / answer.Requests:0} bytes a request.");
                if (round > 0) rates.Add(answer.Bytes / 1e6);
            }
        }

        return [new Figure(what, "MB/s", Measure.AtLeastTimes, must, aim, ours, theirs)];
    }
}
