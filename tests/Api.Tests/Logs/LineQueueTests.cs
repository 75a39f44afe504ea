using Serilog.Core;
using Serilog.Events;
using Serilog.Parsing;
using VideoPlatform.Api.Logs;

namespace VideoPlatform.Api.Tests.Logs;

/// <summary>Log lines between whoever says something and the thread that writes it.</summary>
public sealed class LineQueueTests
{
    private static readonly TimeSpan rest = TimeSpan.FromMilliseconds(1);

    [Fact]
    public void All_lines_are_written_in_order_before_the_end()
    {
        var sink = new Sink();

        using (var queue = new LineQueue(sink, rest))
        {
            for (var n = 0; n < 1000; n++) queue.Emit(Line($"{n}"));
        }

        Assert.Equal(Enumerable.Range(0, 1000).Select(n => $"{n}"), sink.Written);
        Assert.DoesNotContain(Environment.CurrentManagedThreadId, sink.Threads);
        Assert.Single(sink.Threads);
    }

    [Fact]
    public async Task A_line_that_comes_while_nothing_waits_is_written_without_the_next_one()
    {
        var sink = new Sink();
        using var queue = new LineQueue(sink, TimeSpan.Zero);   // the thread falls asleep between most of them
        for (var n = 0; n < 100; n++)
        {
            queue.Emit(Line($"{n}"));
            await sink.Has($"{n}").WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task A_full_queue_is_waited_for_and_loses_nothing()
    {
        var sink = new Sink();
        using var reader = sink.StandStill();
        var queue = new LineQueue(sink, rest);
        queue.Emit(Line("taken"));
        await sink.Has("taken").WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        for (var n = 0; n < LineQueue.Room; n++) queue.Emit(Line("waiting"));   // returns

        var thread = new Thread(() => queue.Emit(Line("one more")));
        thread.Start();
        Assert.True(SpinWait.SpinUntil(() => thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin), TimeSpan.FromMinutes(1)));
        reader.Set();
        Assert.True(thread.Join(TimeSpan.FromMinutes(1)));
        queue.Dispose();

        Assert.Equal(LineQueue.Room + 2, sink.Written.Count);
        Assert.Equal("one more", sink.Written[^1]);
    }

    [Fact]
    public void A_line_that_cannot_be_written_takes_no_other_with_it()
    {
        var sink = new Sink { Refused = "bad" };

        using (var queue = new LineQueue(sink, rest))
        {
            queue.Emit(Line("good"));
            queue.Emit(Line("bad"));
            queue.Emit(Line("better"));
        }

        Assert.Equal(["good", "better"], sink.Written);
    }

    [Fact]
    public void Whoever_speaks_after_the_end_is_not_held_up()
    {
        var sink = new Sink();
        var queue = new LineQueue(sink, rest);
        queue.Dispose();

        queue.Emit(Line("late"));

        Assert.Empty(sink.Written);
        Assert.True(sink.IsDisposed);
    }

    private static LogEvent Line(string text) =>
        new(DateTimeOffset.UnixEpoch, LogEventLevel.Information, null, new MessageTemplate([new TextToken(text)]), []);

    private sealed class Sink : ILogEventSink, IDisposable
    {
        private readonly Lock gate = new();
        private readonly Dictionary<string, TaskCompletionSource> awaited = new(StringComparer.Ordinal);
        private ManualResetEventSlim? reader;

        public string? Refused { get; init; }

        public List<string> Written { get; } = [];

        public HashSet<int> Threads { get; } = [];

        public bool IsDisposed { get; private set; }

        /// <summary>Nothing more is written until it is set.</summary>
        public ManualResetEventSlim StandStill() => reader = new ManualResetEventSlim();

        public Task Has(string text)
        {
            lock (gate) return Awaited(text).Task;
        }

        public void Emit(LogEvent logEvent)
        {
            var text = logEvent.RenderMessage();
            if (text == Refused) throw new IOException("Nobody reads any more.");
            Written.Add(text);
            Threads.Add(Environment.CurrentManagedThreadId);
            lock (gate) Awaited(text).TrySetResult();
            reader?.Wait();
        }

        public void Dispose() => IsDisposed = true;

        private TaskCompletionSource Awaited(string text)
        {
            if (!awaited.TryGetValue(text, out var there)) awaited[text] = there = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return there;
        }
    }
}
