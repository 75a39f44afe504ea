using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace VideoPlatform.Bench.Equipment;

/// <summary>A process of ours: its lines can be waited for, and it is ended by its id.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly Channel<string> lines = Channel.CreateBounded<string>(new BoundedChannelOptions(200) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly List<string> first = [];

    private ChildProcess(Process process) => this.process = process;

    public int Id => process.Id;

    public static ChildProcess Start(string file, IEnumerable<string> arguments, string folder, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo(file, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>()) start.Environment[name] = value;
        var child = new ChildProcess(new Process { StartInfo = start, EnableRaisingEvents = true });
        child.process.OutputDataReceived += child.Heard;
        child.process.ErrorDataReceived += child.Heard;
        child.process.Exited += (_, _) => child.lines.Writer.TryComplete();
        child.process.Start();
        child.process.BeginOutputReadLine();
        child.process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Runs a tool to its end and gives what it wrote.</summary>
    public static async Task<string> RunAsync(string file, IEnumerable<string> arguments, string folder, CancellationToken ct)
    {
        using var tool = Process.Start(new ProcessStartInfo(file, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        await using var killed = ct.Register(() => tool.Kill(entireProcessTree: true));
        var error = tool.StandardError.ReadToEndAsync(CancellationToken.None);
        var output = await tool.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await tool.WaitForExitAsync(CancellationToken.None);
        ct.ThrowIfCancellationRequested();
        return tool.ExitCode == 0 ? output : throw new InvalidOperationException($"{file} ended with {tool.ExitCode}: {await error}");
    }

    public async Task<string> LineWithAsync(string text, CancellationToken ct)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(ct);
        enough.CancelAfter(TimeSpan.FromMinutes(1));
        await foreach (var line in lines.Reader.ReadAllAsync(enough.Token))
        {
            if (line.Contains(text, StringComparison.Ordinal)) return line;
        }

        throw new InvalidOperationException($"{process.StartInfo.FileName} ended before it said '{text}':\n{string.Join('\n', first)}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            _ = Kill(process.Id, 15);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(15));
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }

        process.Dispose();
    }

    private void Heard(object sender, DataReceivedEventArgs heard)
    {
        if (heard.Data is not { } line) return;
        lock (first)
        {
            if (first.Count < 50) first.Add(line);
        }

        lines.Writer.TryWrite(line);
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int pid, int signal);
}
