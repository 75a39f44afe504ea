using VideoPlatform.Bench.Equipment;

namespace VideoPlatform.Bench.Rows;

/// <summary>From the start of the process to the first good <c>/health/ready</c>, over what a crash has left: 10 000 unfinished records, all still in the log.</summary>
internal static class StartRow
{
    private const int Records = 10_000;

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(Ground ground, CancellationToken ct)
    {
        var crashed = ground.NewFolder("crashed");
        var now = Ground.Clock.GetUtcNow();
        using var library = await Library.OpenAsync(crashed, ct);
        library.KeepLog();
        library.Add(Enumerable.Range(0, Records).Select(n => Library.Unfinished(n, now)));

        List<double> seconds = [], empty = [];
        for (var round = 0; round < Bench.Rounds; round++)
        {
            empty.Add(await ReadyAsync(ground, ground.NewFolder("empty"), ct));
            var folder = ground.NewFolder("start");
            using (await Library.OpenAsync(folder, ct)) { }   // the storage; the records are replaced by those of the crash
            foreach (var ending in (string[])["", "-wal"]) File.Copy(Library.Database(crashed) + ending, Library.Database(folder) + ending, overwrite: true);
            seconds.Add(await ReadyAsync(ground, folder, ct));
        }

        ground.Say($"  without records: {Figure.Median(empty):0.00} s");
        return [new Figure("Start after a crash", "s", Measure.AtMost, 3, 1, seconds, [])];
    }

    private static async Task<double> ReadyAsync(Ground ground, string folder, CancellationToken ct)
    {
        await using var service = await ServiceProcess.StartAsync(ground, folder, ct);
        return service.ReadyAfter.TotalSeconds;
    }
}
