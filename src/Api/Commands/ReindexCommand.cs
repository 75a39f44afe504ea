using System.CommandLine;
using VideoPlatform.Application.Maintenance.Reindex;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Api.Commands;

internal static class ReindexCommand
{
    public static Command Create(string[] configuration)
    {
        var command = new Command(
            "reindex",
            """
            Rebuild records from the files and their sidecars alone: after the database was lost, the library is back.

            Records that exist are not touched. A video without a sidecar that tells about it gets a record by its name and bytes.
            What has no file (requests under way, expired videos) cannot come back. Exit code 3: some files tell nothing usable; each is named.

            Examples:
              reindex
              reindex --Persistence:Sqlite:Path=data/rebuilt.db
            """);
        command.SetAction((_, _) => CommandHost.UntilStoppedAsync(ct => RunAsync(configuration, ct)));
        return command;
    }

    private static async Task<int> RunAsync(string[] configuration, CancellationToken ct)
    {
        await using var host = await CommandHost.OpenAsync(configuration, Needs.WritableStorage | Needs.SharedLock, ct);
        var bad = new List<string>();
        var result = await Work.ShowAsync(work =>
        {
            work.Stage("Rebuilding", null);
            return host.SendAsync(new ReindexLibrary(new Listener(work, bad)), ct);
        });
        if (!result.TryGet(out var totals, out var error)) return Options.Refuse(error);

        foreach (var line in bad) Console.Out.WriteLine(line);
        Console.Out.WriteLine($"{totals.Rebuilt} rebuilt, {totals.Existing} had a record already, {totals.Bad} tell nothing usable");
        if (totals.Interrupted) await Console.Error.WriteLineAsync("Interrupted; what was rebuilt is kept, and the command may be run again.");
        return totals.Bad > 0 || totals.Interrupted ? CommandLine.DoneWithFailures : CommandLine.Done;
    }

    private sealed class Listener(IWork work, List<string> bad) : IReindexListener
    {
        void IReindexListener.Rebuilt(WorkspaceId id, string path) => work.Step();

        void IReindexListener.Existing(string path) => work.Step();

        void IReindexListener.Bad(string path, string reason)
        {
            bad.Add($"{path}: {reason}");
            work.Step();
        }
    }
}
