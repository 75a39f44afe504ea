using System.CommandLine;
using System.Text.Json;
using VideoPlatform.Application.Maintenance.Verify;

namespace VideoPlatform.Api.Commands;

internal static class VerifyCommand
{
    public static Command Create(string[] configuration)
    {
        var deep = new Option<bool>("--deep") { Description = "Read every video and compare its SHA-256 with the record." };
        var report = Options.Report();
        var command = new Command(
            "verify",
            """
            Hold every record against its files, and every file against the records. Reads only.

            Finds: record_without_file, file_without_record, wrong_size, wrong_sha256, not_a_video, unreadable, leftover_part,
            sidecar_missing, sidecar_disagrees, record_unreadable. What a running service is just making is no finding.
            Exit code 3: something was found; each is named. repair --from takes the report.

            Examples:
              verify
              verify --deep --report findings.json
            """)
        {
            deep, report,
        };
        command.SetAction((parsed, _) => CommandHost.UntilStoppedAsync(ct => RunAsync(configuration, parsed.GetValue(deep), parsed.GetValue(report), ct)));
        return command;
    }

    private static async Task<int> RunAsync(string[] configuration, bool deep, FileInfo? reportTo, CancellationToken ct)
    {
        await using var report = ReportFile.Open(reportTo);
        await using var host = await CommandHost.OpenAsync(configuration, Needs.Storage, ct);
        var found = new List<Finding>();
        var verified = await Work.ShowAsync(work =>
        {
            work.Stage("Records", null);
            return host.SendAsync(new VerifyLibrary(deep, new Listener(work, found)), ct);
        });
        if (!verified.TryGet(out var totals, out var error)) return Options.Refuse(error);

        foreach (var finding in found) Console.Out.WriteLine(finding.Line());
        Console.Out.WriteLine(
            $"{totals.Records} records, {totals.Files} files, {ReportWriting.Bytes(totals.Bytes)} of videos: {totals.Findings} findings{(deep ? "" : " (sizes only; --deep reads every byte)")}, " +
            $"in {ReportWriting.Duration(totals.FinishedAt - totals.StartedAt)}");
        if (report is not null) await report.WriteAsync(json => FindingsReport.Write(json, totals, found));
        if (totals.Interrupted) await Console.Error.WriteLineAsync("Interrupted: not everything was looked at.");
        return totals.Findings > 0 || totals.Interrupted ? CommandLine.DoneWithFailures : CommandLine.Done;
    }

    internal class Listener(IWork work, List<Finding> found) : IVerifyListener
    {
        public void Found(Finding finding) => found.Add(finding);

        public void LookingAtFiles() => work.Stage("Files", null);

        public void Looked() => work.Step();
    }
}

/// <summary>The report of <c>verify</c>, which <c>repair --from</c> reads.</summary>
internal static class FindingsReport
{
    public static string Line(this Finding finding) =>
        $"{finding.Kind.Word(),-20} {finding.Id?.Value ?? "-",-24} {finding.Path}"
        + (finding.Expected is null ? "" : $"  expected {finding.Expected}") + (finding.Actual is null ? "" : $"  found {finding.Actual}");

    public static string Word(this FindingKind kind) => kind switch
    {
        FindingKind.RecordWithoutFile => "record_without_file",
        FindingKind.FileWithoutRecord => "file_without_record",
        FindingKind.WrongSize => "wrong_size",
        FindingKind.WrongSha256 => "wrong_sha256",
        FindingKind.NotAVideo => "not_a_video",
        FindingKind.Unreadable => "unreadable",
        FindingKind.LeftoverPart => "leftover_part",
        FindingKind.SidecarMissing => "sidecar_missing",
        FindingKind.SidecarDisagrees => "sidecar_disagrees",
        FindingKind.RecordUnreadable => "record_unreadable",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    public static void Write(Utf8JsonWriter json, VerifyTotals totals, IEnumerable<Finding> findings)
    {
        json.WriteStartObject();
        json.WriteString("started_at", totals.StartedAt.Rfc3339());
        json.WriteString("finished_at", totals.FinishedAt.Rfc3339());
        json.WriteBoolean("deep", totals.Deep);
        json.WriteStartObject("totals");
        json.WriteNumber("records", totals.Records);
        json.WriteNumber("files", totals.Files);
        json.WriteNumber("bytes", totals.Bytes);
        json.WriteNumber("findings", totals.Findings);
        json.WriteEndObject();
        json.WriteStartArray("findings");
        foreach (var finding in findings)
        {
            json.WriteStartObject();
            json.WriteString("kind", finding.Kind.Word());
            json.Text("id", finding.Id?.Value);
            json.WriteString("path", finding.Path);
            json.Text("expected", finding.Expected);
            json.Text("actual", finding.Actual);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <exception cref="JsonException">It is not such a report.</exception>
    public static List<Finding> Read(Stream stream)
    {
        using var json = JsonDocument.Parse(stream);
        if (json.RootElement.ValueKind is not JsonValueKind.Object || !json.RootElement.TryGetProperty("findings", out var findings) || findings.ValueKind is not JsonValueKind.Array)
            throw new JsonException("There is no list of findings in it.");

        var kinds = Enum.GetValues<FindingKind>().ToDictionary(kind => kind.Word(), StringComparer.Ordinal);
        return
        [
            .. findings.EnumerateArray().Select(f => new Finding(
                kinds.TryGetValue(Text(f, "kind") ?? "", out var kind) ? kind : throw new JsonException("A finding has no known kind."),
                Domain.Workspaces.WorkspaceId.TryParse(Text(f, "id"), out var id) ? id : null,
                Text(f, "path") ?? throw new JsonException("A finding has no path."))),
        ];
    }

    private static string? Text(JsonElement json, string name) =>
        json.ValueKind is JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
}
