using System.Diagnostics;
using System.Text.Json;
using VideoPlatform.Bench.Equipment;

namespace VideoPlatform.Bench.Rows;

/// <summary>Pages of a library of a million beside pages of a library of a thousand: the first one, and ones deep inside.</summary>
internal static class ListingRow
{
    public const int Many = 1_000_000;
    private const int Few = 1_000;
    private const int Pages = 200;

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(Ground ground, CancellationToken ct)
    {
        await using var large = await ServiceProcess.StartAsync(ground, await ground.LibraryAsync(Many, ct), ct);
        await using var small = await ServiceProcess.StartAsync(ground, await ground.LibraryAsync(Few, ct), ct);
        List<double> firstLarge = [], firstSmall = [], deepLarge = [], deepSmall = [];
        for (var round = 0; round <= Bench.Rounds; round++)
        {
            foreach (var (service, count, first, deep) in ((ServiceProcess, int, List<double>, List<double>)[])[(small, Few, firstSmall, deepSmall), (large, Many, firstLarge, deepLarge)])
            {
                var random = new Random(round);
                var firstTook = await MedianAsync(service, () => "/api/workspaces?limit=50", ct);
                // The n-th record is n minutes younger than the oldest; a cursor needs not be the id of a record.
                var deepTook = await MedianAsync(service, () => $"/api/workspaces?limit=50&cursor={Cursor(random.Next(count / 10, count * 9 / 10))}", ct);
                if (round == 0) continue;

                first.Add(firstTook);
                deep.Add(deepTook);
            }
        }

        return
        [
            new Figure("Listing, first page of a million", "ms", Measure.AtMostTimes, 2, 1.2, firstLarge, firstSmall),
            new Figure("Listing, a page deep inside", "ms", Measure.AtMostTimes, 2, 1.2, deepLarge, deepSmall),
        ];
    }

    private static string Cursor(int n) => $"{Library.Completed(n).Id.Value[..8]}0000000000000000";

    private static async Task<double> MedianAsync(ServiceProcess service, Func<string> path, CancellationToken ct)
    {
        var took = new List<double>();
        for (var page = 0; page < Pages; page++)
        {
            var address = new Uri(service.Address, path());
            var begun = Stopwatch.GetTimestamp();
            var body = await service.Http.GetByteArrayAsync(address, ct);
            took.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            if (page > 0) continue;

            using var json = JsonDocument.Parse(body);
            if (json.RootElement.GetProperty("items").GetArrayLength() != 50) throw new InvalidOperationException($"{address} did not give a full page.");
        }

        return Figure.Median(took);
    }
}
