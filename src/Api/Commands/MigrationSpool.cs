using System.Text.Json;
using VideoPlatform.Application.Maintenance.Migrate;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Api.Commands;

/// <summary>
/// Keeps the report's lines until its totals are known. Those that needed no fetch come in the order of their ids and go to a temporary file;
/// those that were fetched are few (their links live a day) and stay in memory. Read together they are in the order of their ids.
/// </summary>
internal sealed class MigrationSpool(IWork work) : IMigrationListener, IDisposable
{
    private readonly FileStream file = new(
        Path.Combine(Path.GetTempPath(), $"videoplatform-{Guid.NewGuid():n}.report"),
        new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose, BufferSize = 64 * 1024 });

    private readonly SortedDictionary<WorkspaceId, MigratedRecord> fetched = [];
    private bool isFetching;

    public void Done(MigratedRecord record)
    {
        if (isFetching) fetched[record.Id] = record;
        else Keep(record);
        work.Step(isFetching || record.Outcome is MigrationOutcome.Adopted ? $"{record.Id} {record.Outcome.Word()} {(record.Bytes is { } bytes ? ReportWriting.Bytes(bytes) : record.Error)}" : null);
    }

    public void Fetching(int videos)
    {
        isFetching = true;
        if (videos > 0) work.Stage("Fetching", videos);
    }

    public IEnumerable<MigratedRecord> Read()
    {
        using var waiting = fetched.Values.GetEnumerator();
        var next = waiting.MoveNext() ? waiting.Current : null;
        foreach (var record in ReadKept())
        {
            while (next is not null && next.Id < record.Id)
            {
                yield return next;
                next = waiting.MoveNext() ? waiting.Current : null;
            }

            yield return record;
        }

        for (; next is not null; next = waiting.MoveNext() ? waiting.Current : null) yield return next;
    }

    public void Dispose() => file.Dispose();

    private void Keep(MigratedRecord record)
    {
        using (var json = new Utf8JsonWriter(file)) Write(json, record);
        file.WriteByte((byte)'\n');
    }

    private IEnumerable<MigratedRecord> ReadKept()
    {
        file.Position = 0;
        using var lines = new StreamReader(file, leaveOpen: true);
        while (lines.ReadLine() is { } line)
        {
            using var json = JsonDocument.Parse(line);
            yield return Read(json.RootElement);
        }

        file.Position = file.Length;
    }

    public static void Write(Utf8JsonWriter json, MigratedRecord record)
    {
        json.WriteStartObject();
        json.WriteString("id", record.Id.Value);
        json.WriteString("outcome", record.Outcome.Word());
        json.Number("http_status", record.HttpStatus);
        json.Number("bytes", record.Bytes);
        json.Text("sha256", record.Sha256);
        json.Text("error", record.Error);
        json.WriteEndObject();
    }

    private static MigratedRecord Read(JsonElement json) => new(
        WorkspaceId.Parse(json.GetProperty("id").GetString()!),
        Enum.Parse<MigrationOutcome>(json.GetProperty("outcome").GetString()!, ignoreCase: true),
        json.GetProperty("http_status") is { ValueKind: JsonValueKind.Number } status ? status.GetInt32() : null,
        json.GetProperty("bytes") is { ValueKind: JsonValueKind.Number } bytes ? bytes.GetInt64() : null,
        json.GetProperty("sha256").GetString(),
        json.GetProperty("error").GetString());
}

internal static class MigrationWords
{
    public static string Word(this MigrationOutcome outcome) => outcome switch
    {
        MigrationOutcome.Stored => "stored",
        MigrationOutcome.Adopted => "adopted",
        MigrationOutcome.Fetched => "fetched",
        MigrationOutcome.Expired => "expired",
        MigrationOutcome.Failed => "failed",
        MigrationOutcome.Adoptable => "adoptable",
        MigrationOutcome.Live => "live",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
    };
}
