using System.CommandLine;
using System.Text.Json;
using VideoPlatform.Application.Maintenance.Migrate;

namespace VideoPlatform.Api.Commands;

internal static class MigrateCommand
{
    public static Command Create(string[] configuration)
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what would happen: stored, adoptable, live, expired or failed. Nothing is written." };
        var limit = Options.Number("--limit", "Settle at most N records, oldest first. Records that are settled already do not count.", 1, int.MaxValue);
        var concurrency = Options.Number("--concurrency", "Links at a time, 1 to 64 (default: Downloads:MaxConcurrent).", 1, 64);
        var report = Options.Report();
        var command = new Command(
            "migrate-videos",
            """
            Fetch what only the provider has: every completed record whose bytes are not ours is stored, or told the truth about.

            Classifies first (stored, adoptable, live, expired), then fetches the live ones, the earliest deadline first.
            A dead link is asked once; the record then says "Migration failed: 403 Request has expired."
            May run beside the service, may be interrupted at any moment, and may be run again: what is settled is skipped.
            Exit code 3: some records expired or failed; each is named.

            Examples:
              migrate-videos --dry-run
              migrate-videos --report migration.json
              migrate-videos --limit 100 --concurrency 8
            """)
        {
            dryRun, limit, concurrency, report,
        };
        command.SetAction((parsed, _) => CommandHost.UntilStoppedAsync(ct => RunAsync(
            configuration, parsed.GetValue(dryRun), parsed.GetValue(limit), parsed.GetValue(concurrency), parsed.GetValue(report), ct)));
        return command;
    }

    private static async Task<int> RunAsync(string[] configuration, bool dryRun, int? limit, int? concurrency, FileInfo? reportTo, CancellationToken ct)
    {
        await using var report = ReportFile.Open(reportTo);
        var needs = dryRun ? Needs.Storage | Needs.Provider : Needs.WritableStorage | Needs.Provider | Needs.SharedLock;
        await using var host = await CommandHost.OpenAsync(configuration, needs, ct);
        return await Work.ShowAsync(async work =>
        {
            using var spool = new MigrationSpool(work);
            work.Stage("Classifying", null);
            var migrated = await host.SendAsync(new MigrateVideos(dryRun, limit, concurrency, spool), ct);
            return migrated.TryGet(out var totals, out var error) ? await TellAsync(totals, spool, report) : Options.Refuse(error);
        });
    }

    private static async Task<int> TellAsync(MigrationTotals totals, MigrationSpool spool, ReportFile? report)
    {
        MigrationTable.Print(totals, spool.Read());
        if (report is not null) await report.WriteAsync(json => Write(json, totals, spool.Read()));
        if (totals.Interrupted) await Console.Error.WriteLineAsync("Interrupted; what was done is kept and reported, and the command may be run again.");
        return totals.Interrupted || totals.Failed > 0 || (totals.Expired > 0 && !totals.DryRun) ? CommandLine.DoneWithFailures : CommandLine.Done;
    }

    private static void Write(Utf8JsonWriter json, MigrationTotals totals, IEnumerable<MigratedRecord> records)
    {
        json.WriteStartObject();
        json.WriteString("started_at", totals.StartedAt.Rfc3339());
        json.WriteString("finished_at", totals.FinishedAt.Rfc3339());
        json.WriteBoolean("dry_run", totals.DryRun);
        json.WriteStartObject("totals");
        json.WriteNumber("examined", totals.Examined);
        json.WriteNumber("stored", totals.Stored);
        json.WriteNumber("adopted", totals.Adopted);
        json.WriteNumber("fetched", totals.Fetched);
        json.WriteNumber("expired", totals.Expired);
        json.WriteNumber("failed", totals.Failed);
        json.WriteNumber("bytes", totals.Bytes);
        json.WriteEndObject();
        json.WriteStartArray("records");
        foreach (var record in records) MigrationSpool.Write(json, record);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}

/// <summary>The report for people. Rows are written as they are read, so that any number of them fits.</summary>
internal static class MigrationTable
{
    public static void Print(MigrationTotals totals, IEnumerable<MigratedRecord> records)
    {
        var full = Console.IsOutputRedirected;
        var sha = full ? 64 : 12;
        Console.Out.WriteLine($"{"id",-24}  {"outcome",-9}  {"http",4}  {"bytes",13}  {"sha256".PadRight(sha)}  error");
        Console.Out.WriteLine(new string('-', 24 + 9 + 4 + 13 + sha + 20));
        foreach (var r in records)
        {
            var digits = (r.Sha256 ?? "-") is var text && text.Length > sha ? text[..sha] : text;
            Console.Out.WriteLine($"{r.Id.Value,-24}  {r.Outcome.Word(),-9}  {r.HttpStatus?.ToString() ?? "-",4}  {r.Bytes?.ToString() ?? "-",13}  {digits.PadRight(sha)}  {r.Error ?? ""}".TrimEnd());
        }

        var done = totals.DryRun
            ? $"{totals.Stored} stored, {totals.Adoptable} adoptable, {totals.Live} live, {totals.Expired} expired, {totals.Failed} failed (dry run: nothing was written)"
            : $"{totals.Stored} stored, {totals.Adopted} adopted, {totals.Fetched} fetched, {totals.Expired} expired, {totals.Failed} failed";
        Console.Out.WriteLine($"{totals.Examined} examined: {done}; {ReportWriting.Bytes(totals.Bytes)} ours, in {ReportWriting.Duration(totals.FinishedAt - totals.StartedAt)}");
    }
}
