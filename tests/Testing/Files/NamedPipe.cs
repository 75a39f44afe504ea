using System.Diagnostics;

namespace VideoPlatform.Testing.Files;

/// <summary>A named pipe in the place of a file: whoever opens it waits for a writer for ever.</summary>
public static class NamedPipe
{
    public static async Task MakeAsync(string path, CancellationToken ct)
    {
        using var making = Process.Start("mkfifo", [path]);
        await making.WaitForExitAsync(ct);
        if (making.ExitCode != 0) throw new IOException($"mkfifo ended with {making.ExitCode}.");
    }
}
