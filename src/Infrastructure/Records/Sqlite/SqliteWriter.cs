using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace VideoPlatform.Infrastructure.Records.Sqlite;

/// <summary>
/// The one writer of this process. What is waiting is written in one transaction with one flush to disk, and every caller
/// hears of its own outcome only when that transaction is durable. A write that fails takes back only itself.
/// </summary>
internal sealed class SqliteWriter : IAsyncDisposable
{
    // Bounds how long a transaction keeps other processes waiting.
    private const int MaxBatch = 256;

    private readonly Channel<Job> waiting = Channel.CreateUnbounded<Job>(new UnboundedChannelOptions { SingleReader = true });
    private readonly SqliteSession session;
    private readonly Task loop;

    /// <param name="session">Belongs to the writer from here on.</param>
    public SqliteWriter(SqliteSession session)
    {
        this.session = session;
        loop = Task.Run(WriteAsync);
    }

    /// <param name="work">Runs inside a transaction that no other process can disturb. Must not begin or end one.</param>
    /// <param name="ct">Heeded until the work begins; afterwards its outcome is waited for.</param>
    public async Task<T> RunAsync<T>(Func<SqliteSession, T> work, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var job = new Job<T>(work, ct);
        ObjectDisposedException.ThrowIf(!waiting.Writer.TryWrite(job), this);
        return await job.Outcome;
    }

    public async ValueTask DisposeAsync()
    {
        waiting.Writer.TryComplete();
        await loop;
        session.Dispose();
    }

    private async Task WriteAsync()
    {
        var batch = new List<Job>();
        while (await waiting.Reader.WaitToReadAsync(CancellationToken.None))
        {
            while (batch.Count < MaxBatch && waiting.Reader.TryRead(out var job)) batch.Add(job);
            Write(batch);
            batch.Clear();
        }
    }

    private void Write(List<Job> batch)
    {
        try
        {
            session.Run("BEGIN IMMEDIATE");
            var kept = batch.Count == 1 ? batch[0].TryRun(session) : RunEach(batch);
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

    private bool RunEach(List<Job> batch)
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

    private abstract class Job
    {
        /// <returns>False when it failed, or nobody wants it any more, and what it wrote is to be taken back.</returns>
        public abstract bool TryRun(SqliteSession session);

        public abstract void Complete();

        public abstract void Fail(SqliteException failure);
    }

    private sealed class Job<T>(Func<SqliteSession, T> work, CancellationToken ct) : Job
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

        public override void Fail(SqliteException failure) => outcome.TrySetException(failure);

        private async Task<T> Invoke(SqliteSession session)
        {
            await Task.CompletedTask;
            return work(session);
        }
    }
}
