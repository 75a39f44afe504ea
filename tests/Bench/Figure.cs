using System.Globalization;
using System.Text;

namespace VideoPlatform.Bench;

/// <summary>How a figure is compared with its yardstick, and with what is wanted.</summary>
internal enum Measure
{
    /// <summary>Ours by theirs, per round: at least so many times.</summary>
    AtLeastTimes,

    /// <summary>Ours by theirs, per round: at most so many times.</summary>
    AtMostTimes,

    /// <summary>Ours less theirs: at most so much.</summary>
    AtMostMore,

    /// <summary>Ours alone: at most so much.</summary>
    AtMost,
}

/// <summary>One line of the table: a value for each round, beside the yardstick's value of the same round.</summary>
/// <param name="Theirs">Empty when there is no yardstick.</param>
internal sealed record Figure(string What, string Unit, Measure Measure, double Must, double Aim, IReadOnlyList<double> Ours, IReadOnlyList<double> Theirs)
{
    public double Our => Median(Ours);

    public double Their => Median(Theirs);

    public double Value => Measure switch
    {
        Measure.AtLeastTimes or Measure.AtMostTimes => Median([.. Ours.Zip(Theirs, (ours, theirs) => ours / theirs)]),
        Measure.AtMostMore => Median([.. Ours.Zip(Theirs, (ours, theirs) => ours - theirs)]),
        _ => Our,
    };

    public string Verdict => Holds(Aim) ? "aim" : Holds(Must) ? "must" : "BELOW";

    public string ValueText => Measure switch
    {
        Measure.AtLeastTimes or Measure.AtMostTimes => $"{Value:0.00} ×",
        Measure.AtMostMore => $"{Value:+0.##;-0.##;0} {Unit}",
        _ => $"{Value:0.##} {Unit}",
    };

    public string Wanted(double limit) => Measure switch
    {
        Measure.AtLeastTimes => $"≥ {limit} ×",
        Measure.AtMostTimes => $"≤ {limit} ×",
        Measure.AtMostMore => $"≤ +{limit} {Unit}",
        _ => $"≤ {limit} {Unit}",
    };

    public object Shown() => new { What, Unit, Ours = Our, Yardstick = Theirs.Count == 0 ? (double?)null : Their, Value, Must, Aim, Verdict, OurRounds = Ours, YardstickRounds = Theirs };

    public override string ToString() =>
        $"  {What}: {ValueText} ({Our:0.###} to {(Theirs.Count == 0 ? "–" : Their.ToString("0.###", CultureInfo.InvariantCulture))} {Unit}), must {Wanted(Must)}: {Verdict}"
        + $"   rounds {string.Join(' ', Ours.Select(v => v.ToString("0.###", CultureInfo.InvariantCulture)))} | {string.Join(' ', Theirs.Select(v => v.ToString("0.###", CultureInfo.InvariantCulture)))}";

    private bool Holds(double limit) => Measure == Measure.AtLeastTimes ? Value >= limit : Value <= limit;

    public static double Median(IReadOnlyList<double> values)
    {
        if (values.Count == 0) return double.NaN;
        var sorted = values.Order().ToList();
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
    }
}

internal static class Table
{
    public static string Of(IEnumerable<Figure> figures)
    {
        string[] head = ["What", "Ours", "Yardstick", "Figure", "Must", "Aim", "Reached"];
        var lines = figures.Select(f => (string[])
        [
            f.What, $"{f.Our:0.##} {f.Unit}", f.Theirs.Count == 0 ? "–" : $"{f.Their:0.##} {f.Unit}", f.ValueText, f.Wanted(f.Must), f.Wanted(f.Aim), f.Verdict,
        ]).Prepend(head).ToList();
        var widths = head.Select((_, column) => lines.Max(line => line[column].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var (line, number) in lines.Select((line, number) => (line, number)))
        {
            text.AppendLine($"| {string.Join(" | ", line.Select((cell, column) => cell.PadRight(widths[column])))} |");
            if (number == 0) text.AppendLine($"|{string.Join('|', widths.Select(width => new string('-', width + 2)))}|");
        }

        return text.ToString().TrimEnd();
    }
}
