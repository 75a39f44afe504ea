using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace VideoPlatform.Infrastructure.Records.Sqlite;

/// <summary>
/// The one writer of this process. What is waiting is written in one transaction with one flush to disk, and every caller
/// hears of its own outcome only when that transaction is durable; only where nobody in it asks for a flush, there is none. A write that fails takes back only itself.
/// Whoever finds nobody writing writes for itself, and for all who came meanwhile, so a lone write changes no thread.
/// </summary>
internal sealed class SqliteWriter : IAsyncDisposable
{
    // Bounds how long a transaction keeps other processes waiting.
    private const int MaxBatch = 256;

    private readonly ConcurrentQueue<Job> waiting = new();
    private readonly SemaphoreSlim pen = new(1, 1);
    private readonly List<Job> batch = [];
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SqliteSession session;
    private bool flushes = true;
    private volatile bool isClosed;

    /// <param name="session">Belongs to the writer from here on.</param>
    public SqliteWriter(SqliteSession session) => this.session = session;

    /// <param name="work">Runs inside a transaction that no other process can disturb. Must not begin or end one.</param>
    /// <param name="ct">Heeded until the work begins; afterwards its outcome is waited for.</param>
    /// <param name="flush">False for what is worth nothing after a power cut. It survives the end of the process all the same.</param>
    public async Task<T> RunAsync<T>(Func<SqliteSession, T> work, CancellationToken ct, bool flush = true)
    {
        ct.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(isClosed, this);
        var job = new Job<T>(work, flush, ct);
        waiting.Enqueue(job);
        WriteUnlessOthersDo();
        if (isClosed)
        {
            // It may have come behind the last batch.
            await ended.Task;
            job.Fail(new ObjectDisposedException(nameof(SqliteWriter)));
        }

        return await job.Outcome;
    }

    public async ValueTask DisposeAsync()
    {
        if (isClosed) return;
        isClosed = true;
        await pen.WaitAsync();   // and never given back
        while (!waiting.IsEmpty) WriteBatch();
        session.Dispose();
        ended.SetResult();
    }

    // Whoever holds the pen looks once more after putting it down, so a job that was not seen by them is seen here.
    private void WriteUnlessOthersDo()
    {
        if (waiting.IsEmpty || !pen.Wait(0)) return;
        try
        {
            WriteBatch();
        }
        finally
        {
            pen.Release();
        }

        // Nobody writes for the others for ever: the rest goes on elsewhere.
        if (!waiting.IsEmpty) ThreadPool.UnsafeQueueUserWorkItem(static writer => writer.WriteUnlessOthersDo(), this, preferLocal: false);
    }

    private void WriteBatch()
    {
        while (batch.Count < MaxBatch && waiting.TryDequeue(out var job)) batch.Add(job);
        if (batch.Count > 0) Write();
        batch.Clear();
    }

    private void Write()
    {
        try
        {
            FlushIf(batch.Exists(job => job.Flush));
            session.Run("BEGIN IMMEDIATE");
            var kept = batch.Count == 1 ? batch[0].TryRun(session) : RunEach();
            session.Run(kept ? "COMMIT" : "ROLLBACK");
        }
        catch (SqliteException failure)
        {
            TakeBack();
            foreach (var job in batch) job.Fail(failure);
            return;
        }

        foreach (var job in batch) job.Complete();
    }

    private void FlushIf(bool wanted)
    {
        if (wanted == flushes) return;
        session.FlushCommits(wanted);
        flushes = wanted;
    }

    private bool RunEach()
    {
        foreach (var job in batch)
        {
            session.Run("SAVEPOINT job");
            if (!job.TryRun(session)) session.Run("ROLLBACK TO job");
            session.Run("RELEASE job");
        }

        return true;
    }

    // After some failures (a full disk) SQLite has rolled back already, and says so with an error of its own.
    private void TakeBack()
    {
        try
        {
            session.Run("ROLLBACK");
        }
        catch (SqliteException)
        {
            return;
        }
    }

    private abstract class Job(bool flush)
    {
        public bool Flush => flush;

        /// <returns>False when it failed, or nobody wants it any more, and what it wrote is to be taken back.</returns>
        public abstract bool TryRun(SqliteSession session);

        public abstract void Complete();

        public abstract void Fail(Exception failure);
    }

    private sealed class Job<T>(Func<SqliteSession, T> work, bool flush, CancellationToken ct) : Job(flush)
    {
        private readonly TaskCompletionSource<T> outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Task<T> run = Task.FromCanceled<T>(new CancellationToken(canceled: true));

        public Task<T> Outcome => outcome.Task;

        public override bool TryRun(SqliteSession session)
        {
            // The task keeps whatever the work throws, for its caller and nobody else.
            if (!ct.IsCancellationRequested) run = Invoke(session);
            return run.IsCompletedSuccessfully;
        }

        public override void Complete() => outcome.SetFromTask(run);

        public override void Fail(Exception failure) => outcome.TrySetException(failure);

        private async Task<T> Invoke(SqliteSession session)
        {
            await Task.CompletedTask;
            return work(session);
        }
    }
}
