using System.CommandLine;
using VideoPlatform.Application.Maintenance.Clean;
using VideoPlatform.Application.Maintenance.Library;
using VideoPlatform.Infrastructure.Archive;

namespace VideoPlatform.Api.Commands;

internal static class CleanCommand
{
    public static Command Create(string[] configuration)
    {
        var apply = new Option<bool>("--apply") { Description = "Do it. Without this nothing is moved or removed." };
        var max = Options.Number("--max", "Move at most N files (default: 100).", 1, 1_000_000);
        var command = new Command(
            "clean",
            """
            Put files that no record names into .trash/DATE/. Nothing is unlinked by it; a dry run unless --apply.

            Only files older than an hour that no record named in two readings of all records, and only in a root that carries .videoplatform.
            With --apply, trash older than 30 days is removed. A video whose own record has no file is left: repair names it.
            Exit code 3: something could not be read, moved or removed; each is named, and the others were done.

            Examples:
              clean
              clean --apply
              clean --apply --max 1000
            """)
        {
            apply, max,
        };
        command.SetAction((parsed, _) => CommandHost.UntilStoppedAsync(ct => RunAsync(configuration, parsed.GetValue(apply), parsed.GetValue(max) ?? 100, ct)));
        return command;
    }

    private static async Task<int> RunAsync(string[] configuration, bool apply, int max, CancellationToken ct)
    {
        await using var host = await CommandHost.OpenAsync(configuration, Needs.Storage, ct);
        if (!host.Services.GetRequiredService<ILibraryFiles>().HasSentinel)
        {
            throw new StorageUnavailableException(
                $"Storage:Root is {host.Services.GetRequiredService<StorageRoot>().Folder}, but it does not carry the file {StorageRoot.SentinelName}. Is its disk not mounted? Nothing was touched.");
        }

        if (apply) host.Take(alone: true);
        var lines = new List<string>();
        var result = await Work.ShowAsync(work =>
        {
            work.Stage("Reading the records", null);
            return host.SendAsync(new CleanStorage(apply, max, new Listener(work, lines)), ct);
        });
        if (!result.TryGet(out var totals, out var error)) return Options.Refuse(error);

        foreach (var line in lines) Console.Out.WriteLine(line);
        Console.Out.WriteLine(
            (apply ? $"{totals.Files} files moved to the trash" : $"{totals.Files} files would be moved to the trash (dry run; --apply does it)") + $", {ReportWriting.Bytes(totals.Bytes)}"
            + (totals.More > 0 ? $"; {totals.More} more for another run (--max {max})" : "")
            + (totals.Wanted > 0 ? $"; {totals.Wanted} left that repair can name" : "")
            + (totals.Failed > 0 ? $"; {totals.Failed} failed" : "")
            + (apply ? $"; {totals.Removed} files older than {CleanRules.TrashAge.Days} days removed from the trash" : ""));
        if (totals.Interrupted) await Console.Error.WriteLineAsync("Interrupted; what was moved lies in the trash, and the command may be run again.");
        return totals.Failed > 0 || totals.Interrupted ? CommandLine.DoneWithFailures : CommandLine.Done;
    }

    private sealed class Listener(IWork work, List<string> lines) : ICleanListener
    {
        public void Found(int files) => work.Stage("Unnamed files", files);

        public void Taken(LibraryFile file, string? trashed)
        {
            lines.Add(trashed is null ? $"unnamed  {file.Path}" : $"moved    {file.Path} -> {trashed}");
            work.Step();
        }

        public void Wanted(LibraryFile file)
        {
            lines.Add($"wanted   {file.Path}");
            work.Step();
        }

        public void Failed(string path, string reason)
        {
            lines.Add($"failed   {path}  {reason}");
            work.Step();
        }
    }
}
