using System.Diagnostics;
using System.Text.Json;
using VideoPlatform.Bench.Equipment;
using VideoPlatform.Bench.Rows;

namespace VideoPlatform.Bench;

/// <summary>Runs the rows of the performance table side by side with their yardsticks, prints the table and writes <c>bench.json</c>.</summary>
internal static class Bench
{
    /// <summary>Rounds of each row; the table shows medians.</summary>
    public const int Rounds = 5;

    private static readonly Row[] rows =
    [
        new("archive", ArchiveRow.MeasureAsync),
        new("archive-memory", ArchiveMemoryRow.MeasureAsync),
        new("serving", ServingRow.MeasureWholeAsync),
        new("ranges", ServingRow.MeasureRangesAsync),
        new("reading", ReadingRow.MeasureAsync),
        new("listing", ListingRow.MeasureAsync),
        new("accepting", AcceptingRow.MeasureAsync),
        new("idle", IdleRow.MeasureAsync),
        new("reaction", ReactionRow.MeasureAsync),
        new("waiting", WaitingRow.MeasureAsync),
        new("start", StartRow.MeasureAsync),
    ];

    private static readonly JsonSerializerOptions json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <param name="args">Names of rows; none: all of them.</param>
    public static async Task<int> RunAsync(string[] args, CancellationToken ct)
    {
        if (args.FirstOrDefault(name => rows.All(row => row.Name != name)) is { } unknown)
        {
            await Console.Error.WriteLineAsync($"There is no row '{unknown}'. Rows: {string.Join(", ", rows.Select(row => row.Name))}");
            return 2;
        }

        await using var ground = Ground.Create();
        var begun = Stopwatch.StartNew();
        var loadBefore = Machine.Load();
        var figures = new List<Figure>();
        var failures = new List<string>();
        foreach (var row in rows.Where(row => args.Length == 0 || args.Contains(row.Name, StringComparer.Ordinal)))
        {
            ground.Say($"{row.Name} …");
            try
            {
                foreach (var figure in await row.MeasureAsync(ground, ct))
                {
                    figures.Add(figure);
                    ground.Say(figure.ToString());
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)   // the edge of the program: the other rows are worth having
            {
                failures.Add($"{row.Name}: {e.Message}");
                ground.Say($"{row.Name} could not be measured: {e}");
            }
        }

        var machine = Machine.Describe(ground.Folder, loadBefore);
        await Console.Out.WriteLineAsync(Table.Of(figures));
        await Console.Out.WriteLineAsync($"\n{machine.Text}; {begun.Elapsed.TotalSeconds:0} s");
        foreach (var failure in failures) await Console.Out.WriteLineAsync($"NOT MEASURED: {failure}");
        await File.WriteAllTextAsync(
            "bench.json", JsonSerializer.Serialize(new { machine, rounds = Rounds, seconds = begun.Elapsed.TotalSeconds, figures = figures.Select(f => f.Shown()), failures }, json), ct);
        return failures.Count == 0 ? 0 : 1;
    }
}

/// <param name="Name">By which it is run alone.</param>
internal sealed record Row(string Name, Func<Ground, CancellationToken, Task<IReadOnlyList<Figure>>> MeasureAsync);
