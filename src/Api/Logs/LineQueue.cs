using System.Diagnostics.CodeAnalysis;
using Serilog;
using Serilog.Configuration;
using Serilog.Core;
using Serilog.Debugging;
using Serilog.Events;

namespace VideoPlatform.Api.Logs;

/// <summary>
/// Log lines are written by a thread of their own: whoever has something to say does not wait for the reader, until <see cref="Room"/> lines wait.
/// The thread rests after writing, so that it is woken once for all lines of a busy moment, and sleeps while there are none.
/// </summary>
internal sealed class LineQueue : ILogEventSink, IDisposable
{
    /// <summary>Lines that may wait; then whoever has another one waits too, rather than lose it.</summary>
    public const int Room = 10_000;

    private readonly object gate = new();
    private readonly Queue<LogEvent> waiting = new();
    private readonly ILogEventSink lines;
    private readonly TimeSpan rest;
    private readonly Thread writer;
    private bool isAsleep;
    private bool isClosed;

    /// <param name="lines">Where they are written; used by one thread.</param>
    /// <param name="rest">How long the thread does not look for more after it has written all.</param>
    public LineQueue(ILogEventSink lines, TimeSpan rest)
    {
        (this.lines, this.rest) = (lines, rest);
        writer = new Thread(WriteAll) { IsBackground = true, Name = "Log lines" };
        writer.Start();
    }

    public void Emit(LogEvent logEvent)
    {
        lock (gate)
        {
            while (waiting.Count == Room && !isClosed) Monitor.Wait(gate);
            if (isClosed)
            {
                SelfLog.WriteLine("Came after the last line: {0}", logEvent.MessageTemplate);
                return;
            }

            waiting.Enqueue(logEvent);
            if (isAsleep || waiting.Count == Room) Monitor.PulseAll(gate);
        }
    }

    /// <summary>Returns when all that waited is written.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            isClosed = true;
            Monitor.PulseAll(gate);
        }

        writer.Join();
        (lines as IDisposable)?.Dispose();
    }

    private void WriteAll()
    {
        while (TryTake(out var next))
        {
            try
            {
                lines.Emit(next);
            }
            catch (Exception e)   // the edge of a thread; a line that cannot be written must not end the process
            {
                SelfLog.WriteLine("A line could not be written: {0}", e);
            }
        }
    }

    /// <returns>False when it is closed and nothing waits any more.</returns>
    private bool TryTake([MaybeNullWhen(false)] out LogEvent next)
    {
        lock (gate)
        {
            if (waiting.Count == 0 && !isClosed) Monitor.Wait(gate, rest);
            isAsleep = true;
            while (waiting.Count == 0 && !isClosed) Monitor.Wait(gate);
            isAsleep = false;

            if (waiting.Count == Room) Monitor.PulseAll(gate);   // whoever waits for room
            return waiting.TryDequeue(out next);
        }
    }
}

internal static class LineQueueConfiguration
{
    private static readonly TimeSpan rest = TimeSpan.FromMilliseconds(20);

    /// <summary>The sinks that <paramref name="configure"/> names are written to by a thread of their own.</summary>
    public static LoggerConfiguration Queued(this LoggerSinkConfiguration sinks, Action<LoggerSinkConfiguration> configure) =>
        sinks.Sink(LoggerSinkConfiguration.Wrap(lines => new LineQueue(lines, rest), configure));
}
