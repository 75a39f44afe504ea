using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using VideoPlatform.CrashHost;

namespace VideoPlatform.Crash.Tests;

/// <summary>The service as a process of its own, with tripwires that orders on its standard input arm.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    public const int Term = 15;
    public const int Continue = 18;

    private const int KilledExitCode = 128 + 9;
    private const string Serving = "serving ";
    private const string Database = "--Persistence:Sqlite:Path=";

    private readonly Process process;
    private readonly TaskCompletionSource<Uri> serving = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<TaskCompletionSource> orders = new();
    private readonly ConcurrentQueue<string> log = new();
    private readonly SemaphoreSlim ordering = new(1);
    private readonly SemaphoreSlim freezing = new(0);
    private readonly string database;
    private CancellationTokenSource frozen = new();
    private Uri? address;

    private ServiceProcess(IReadOnlyList<string> settings, string folder)
    {
        database = settings.Last(s => s.StartsWith(Database, StringComparison.Ordinal))[Database.Length..];
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            UseShellExecute = false,
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(typeof(KillPoints).Assembly.Location);
        foreach (var setting in settings) start.ArgumentList.Add(setting);
        start.Environment["DOTNET_ENVIRONMENT"] = start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment.Remove("DASHSCOPE_API_KEY");
        foreach (var proxy in (string[])["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]) start.Environment.Remove(proxy);

        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, e) => Obeyed(e.Data);
        process.ErrorDataReceived += (_, e) => Logged(e.Data);
        process.Start();
        Id = process.Id;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Exited = ExitAsync();
    }

    public int Id { get; }

    public Uri Address => address ?? throw new InvalidOperationException("It does not serve yet.");

    /// <summary>The exit code, once there is one.</summary>
    public Task<int> Exited { get; }

    public bool IsFrozen { get; private set; }

    /// <summary>Cancelled when it freezes: what it was asked by then is asked again, of another.</summary>
    public CancellationToken Frozen => frozen.Token;

    public bool IsServing => address is not null && !Exited.IsCompleted && !IsFrozen;

    /// <summary>What has been read of it: a line may come a moment after what it tells.</summary>
    public IReadOnlyCollection<string> Log => log;

    /// <summary>Returns when a line says this.</summary>
    public Task LogsAsync(string text) => Waiting.UntilAsync(() => log.Any(line => line.Contains(text, StringComparison.Ordinal)), Tail);

    public static ServiceProcess Launch(IReadOnlyList<string> settings, string folder) => new(settings, folder);

    public async Task ServingAsync()
    {
        try
        {
            await serving.Task.WaitAsync(Waiting.Patience);
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException)
        {
            throw new InvalidOperationException($"The service did not come up:\n{Tail()}", e);
        }
    }

    /// <summary>Returns when the process has done it.</summary>
    public async Task OrderAsync(string order)
    {
        await ordering.WaitAsync();
        try
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            orders.Enqueue(done);
            await process.StandardInput.WriteLineAsync(order);
            await process.StandardInput.FlushAsync();
            await done.Task.WaitAsync(Waiting.Patience);
        }
        finally
        {
            ordering.Release();
        }
    }

    public Task ArmAsync(string point, Deed deed = Deed.Kill, int nth = 1) => OrderAsync($"trip {point} {deed} {nth}");

    public void Signal(int signal)
    {
        if (signal is Continue) (IsFrozen, frozen) = (false, new CancellationTokenSource());
        if (Kill(Id, signal) != 0) throw new InvalidOperationException($"Signal {signal} could not be sent to process {Id}.");
    }

    /// <summary>kill -9, by its id.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await Exited;
    }

    public async Task DiedAsync(string where)
    {
        try
        {
            Assert.Equal(KilledExitCode, await Exited.WaitAsync(Waiting.Patience));
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"The process never came to {where}:\n{Tail()}", e);
        }
    }

    /// <summary>Waits until the process has come to a tripwire, and freezes it there while nobody writes to the database.</summary>
    public async Task FrozeAsync()
    {
        if (!await freezing.WaitAsync(Waiting.Patience)) throw new TimeoutException($"The process never came to where it freezes:\n{Tail()}");
        using (WriteLock.Take(database))
        {
            await process.StandardInput.WriteLineAsync("freeze");
            await process.StandardInput.FlushAsync();
            await Waiting.UntilAsync(() => State() is 'T', () => $"The process did not freeze:\n{Tail()}");
        }

        IsFrozen = true;
        await frozen.CancelAsync();
    }

    public string Tail() => string.Join('\n', log.TakeLast(60));

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await Exited;
        }

        process.Dispose();
        ordering.Dispose();
        freezing.Dispose();
        frozen.Dispose();
    }

    private char State()
    {
        var stat = File.ReadAllText($"/proc/{Id}/stat");
        return stat[stat.LastIndexOf(')') + 2];
    }

    private async Task<int> ExitAsync()
    {
        await process.WaitForExitAsync();
        serving.TrySetException(new InvalidOperationException($"It ended with {process.ExitCode}."));
        return process.ExitCode;
    }

    private void Obeyed(string? line)
    {
        if (line is "freezing") freezing.Release();
        if (line is "done" && orders.TryDequeue(out var order)) order.TrySetResult();
        if (line?.StartsWith(Serving, StringComparison.Ordinal) is not true) return;

        address = new Uri(line[Serving.Length..]);
        serving.TrySetResult(address);
    }

    private void Logged(string? line)
    {
        if (line is not null) log.Enqueue(line);
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
