using System.CommandLine;
using VideoPlatform.Api.Configuration;
using VideoPlatform.Application.Maintenance.Import;

namespace VideoPlatform.Api.Commands;

internal static class ImportCommand
{
    public static Command Create(string[] configuration)
    {
        var file = new Argument<FileInfo>("FILE") { Description = "mongoexport's JSON lines: extended JSON, canonical or relaxed, one document a line." };
        var command = new Command(
            "import",
            """
            Take the records of the earlier system into the configured database, with every member that they have.

            A record whose id exists already is left alone and counted. A bad line is told by its number and does not stop the rest (exit code 3).
            No video is fetched: that is migrate-videos.

            Examples:
              mongoexport --uri "$OLD" --collection workspaces --out workspaces.jsonl
              import workspaces.jsonl
              import workspaces.jsonl --Persistence:Provider=MongoDb --Persistence:MongoDb:ConnectionString=mongodb://localhost
            """)
        {
            file,
        };
        command.SetAction((parsed, _) => CommandHost.UntilStoppedAsync(ct => RunAsync(configuration, parsed.GetRequiredValue(file), ct)));
        return command;
    }

    private static async Task<int> RunAsync(string[] configuration, FileInfo file, CancellationToken ct)
    {
        await using var stream = Open(file);
        await using var host = await CommandHost.OpenAsync(configuration, Needs.Records | Needs.SharedLock, ct);
        var imported = await Work.ShowAsync(work =>
        {
            work.Stage("Importing", null);
            return host.SendAsync(new ImportRecords(JsonLines.ReadAsync(stream, JsonLines.MaxLine, ct), new Shown(work)), ct);
        });
        return imported.TryGet(out var totals, out var error) ? Tell(totals) : Options.Refuse(error);
    }

    private static int Tell(ImportTotals totals)
    {
        foreach (var bad in totals.Bad) Console.Error.WriteLine($"line {bad.Number}: {bad.Reason}");
        Console.Out.WriteLine($"{totals.Imported} imported, {totals.Existing} existed already and were left alone, {totals.Bad.Count} bad lines");
        return totals.Bad.Count > 0 ? CommandLine.DoneWithFailures : CommandLine.Done;
    }

    private static FileStream Open(FileInfo file)
    {
        try
        {
            return file.Open(new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.ReadWrite, Options = FileOptions.SequentialScan | FileOptions.Asynchronous });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{file.Name} cannot be read: {e.Message}");
        }
    }

    private sealed class Shown(IWork work) : IProgress<ImportTotals>
    {
        private long shown;

        public void Report(ImportTotals value)
        {
            for (var done = value.Imported + value.Existing + value.Bad.Count; shown < done; shown++) work.Step();
        }
    }
}
