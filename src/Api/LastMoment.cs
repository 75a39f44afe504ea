namespace VideoPlatform.Api;

/// <summary>
/// Ends a process that was told to stop and does not come to its end, because it waits for something that nobody gives: a database that another program
/// holds locked, say. Records and files are right at every moment, so there is nothing that could be cut off.
/// </summary>
internal sealed partial class LastMoment : IDisposable
{
    /// <summary>From being told to stop; what ends by itself has had its time by then, and a slow machine has two seconds left of the ten that are promised.</summary>
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(8);

    /// <summary>For the log lines that still wait; their reader may stand still.</summary>
    private static readonly TimeSpan patienceWithReader = TimeSpan.FromMilliseconds(500);

    private readonly ManualResetEventSlim ended = new();

    public void Watch(WebApplication app)
    {
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("VideoPlatform");
        var lines = (IDisposable)app.Services.GetRequiredService<Serilog.ILogger>();

        // A thread of its own: those of the pool may all be waiting for the same thing.
        app.Lifetime.ApplicationStopping.Register(() => new Thread(() => ExitUnlessEnded(log, lines)) { IsBackground = true, Name = "Last moment" }.Start());
    }

    /// <summary>The process ends by itself. The event stays as it is: the thread may be waiting for it.</summary>
    public void Dispose() => ended.Set();

    private void ExitUnlessEnded(ILogger log, IDisposable lines)
    {
        if (ended.Wait(patience)) return;

        var writing = new Thread(() =>
        {
            LogCutOff(log);
            lines.Dispose();
        }) { IsBackground = true, Name = "Last lines" };
        writing.Start();
        writing.Join(patienceWithReader);
        Environment.Exit(0);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Not everything came to its end in time; the next start goes on where the records stand")]
    private static partial void LogCutOff(ILogger log);
}
