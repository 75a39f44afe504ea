using System.CommandLine;
using System.Text.Json;
using VideoPlatform.Api.Configuration;
using VideoPlatform.Application.Maintenance.Repair;
using VideoPlatform.Application.Maintenance.Verify;

namespace VideoPlatform.Api.Commands;

internal static class RepairCommand
{
    public static Command Create(string[] configuration)
    {
        var from = new Option<FileInfo?>("--from") { Description = "Mend what a report of verify names, instead of verifying first. Each finding is looked at again.", HelpName = "FILE" };
        var report = Options.Report();
        var command = new Command(
            "repair",
            """
            Fetch again what verify finds missing or damaged, where a link or a task still lives; write missing sidecars, posters and facts anew.

            Verifies first, every byte (as verify --deep does), unless --from names a report. A damaged video is replaced before it goes to .trash/;
            where nothing can replace it, it stays, and its record says why. Files without a record are left to clean and reindex.
            Exit code 3: something is lost, or did not work this time; each is named.

            Examples:
              repair
              verify --report findings.json; repair --from findings.json
              repair --report repaired.json
            """)
        {
            from, report,
        };
        command.SetAction((parsed, _) => CommandHost.UntilStoppedAsync(ct => RunAsync(configuration, parsed.GetValue(from), parsed.GetValue(report), ct)));
        return command;
    }

    private static async Task<int> RunAsync(string[] configuration, FileInfo? from, FileInfo? reportTo, CancellationToken ct)
    {
        var findings = from is null ? null : Read(from);
        await using var report = ReportFile.Open(reportTo);
        await using var host = await CommandHost.OpenAsync(configuration, Needs.WritableStorage | Needs.Provider | Needs.SharedLock, ct);
        var repaired = new List<RepairedItem>();
        var result = await Work.ShowAsync(work =>
        {
            if (findings is null) work.Stage("Records", null);
            return host.SendAsync(new RepairLibrary(findings, new Listener(work, repaired)), ct);
        });
        if (!result.TryGet(out var totals, out var error)) return Options.Refuse(error);

        foreach (var item in repaired) Console.Out.WriteLine($"{item.Outcome.Word(),-9} {item.Id?.Value ?? "-",-24} {item.Path}{(item.Detail is null ? "" : $"  {item.Detail}")}");
        Console.Out.WriteLine(
            $"{string.Join(", ", Enum.GetValues<RepairOutcome>().Select(o => $"{totals.Counts.GetValueOrDefault(o)} {o.Word()}"))}, in {ReportWriting.Duration(totals.FinishedAt - totals.StartedAt)}");
        if (report is not null) await report.WriteAsync(json => Write(json, totals, repaired));
        if (totals.Interrupted) await Console.Error.WriteLineAsync("Interrupted; what was mended is kept, and the command may be run again.");
        var failures = totals.Counts.GetValueOrDefault(RepairOutcome.Lost) + totals.Counts.GetValueOrDefault(RepairOutcome.Failed);
        return failures > 0 || totals.Interrupted ? CommandLine.DoneWithFailures : CommandLine.Done;
    }

    private static List<Finding> Read(FileInfo file)
    {
        try
        {
            using var stream = file.OpenRead();
            return FindingsReport.Read(stream);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new ConfigurationException($"--from {file.Name} cannot be read as a report of verify: {e.Message}");
        }
    }

    private static void Write(Utf8JsonWriter json, RepairTotals totals, IEnumerable<RepairedItem> items)
    {
        json.WriteStartObject();
        json.WriteString("started_at", totals.StartedAt.Rfc3339());
        json.WriteString("finished_at", totals.FinishedAt.Rfc3339());
        json.WriteStartObject("totals");
        foreach (var outcome in Enum.GetValues<RepairOutcome>()) json.WriteNumber(outcome.Word(), totals.Counts.GetValueOrDefault(outcome));
        json.WriteEndObject();
        json.WriteStartArray("items");
        foreach (var item in items)
        {
            json.WriteStartObject();
            json.Text("id", item.Id?.Value);
            json.WriteString("path", item.Path);
            json.WriteString("outcome", item.Outcome.Word());
            json.Text("detail", item.Detail);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Word(this RepairOutcome outcome) => outcome switch
    {
        RepairOutcome.Fetched => "fetched",
        RepairOutcome.Adopted => "adopted",
        RepairOutcome.Rewritten => "rewritten",
        RepairOutcome.Fine => "fine",
        RepairOutcome.Left => "left",
        RepairOutcome.Lost => "lost",
        RepairOutcome.Failed => "failed",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
    };

    private sealed class Listener(IWork work, List<RepairedItem> repaired) : VerifyCommand.Listener(work, []), IRepairListener
    {
        private readonly IWork work = work;

        public void Repairing(int items) => work.Stage("Repairing", items);

        public void Repaired(RepairedItem item)
        {
            repaired.Add(item);
            work.Step();
        }
    }
}
