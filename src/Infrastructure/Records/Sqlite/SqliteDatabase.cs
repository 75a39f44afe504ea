using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace VideoPlatform.Infrastructure.Records.Sqlite;

/// <summary>The embedded database: one writer, and a few connections that read beside it.</summary>
internal sealed class SqliteDatabase(SqliteOptions options) : IRecordsStarter, IStorageMemory, IAsyncDisposable
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan patienceAtStart = TimeSpan.FromSeconds(5);

    // A read takes microseconds and holds a core; more of them at once would only queue elsewhere.
    private readonly SemaphoreSlim readers = new(Math.Max(4, Environment.ProcessorCount));
    private readonly ConcurrentStack<SqliteSession> idle = new();
    private readonly string path = Path.GetFullPath(options.Path);
    private SqliteWriter? writer;
    private RecentWorkspaces? recent;

    public async Task StartAsync(CancellationToken ct)
    {
        try
        {
            if (Path.GetDirectoryName(path) is { } folder) Directory.CreateDirectory(folder);
            Prepare();
        }
        catch (Exception failure) when (failure is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new RecordsUnavailableException($"The database file {options.Path} cannot be used: {Why(failure)} (Persistence:Sqlite:Path, for example data/videoplatform.db)", failure);
        }

        if (writer is null) writer = new SqliteWriter(SqliteSession.Open(path, patience));
        recent ??= new RecentWorkspaces(SqliteSession.Open(path, patience));
        await PingAsync(ct);
    }

    /// <summary>What was read lately and is still so.</summary>
    public RecentWorkspaces Recent => recent ?? throw new InvalidOperationException("The database was not started.");

    public Task PingAsync(CancellationToken ct) => ReadAsync(session => session.Scalar("SELECT n FROM counts LIMIT 1"), ct);

    public Task<bool> KnowsStorageAsync(CancellationToken ct) => ReadAsync(session => session.Scalar("SELECT known FROM storage") is not null, ct);

    public async Task RememberStorageAsync(CancellationToken ct)
    {
        if (!await KnowsStorageAsync(ct)) await WriteAsync(session => session.Run("INSERT INTO storage VALUES (1) ON CONFLICT (known) DO NOTHING"), ct);
    }

    /// <summary>Runs queries beside the writer; each sees all that was committed before it began.</summary>
    public async Task<T> ReadAsync<T>(Func<SqliteSession, T> query, CancellationToken ct)
    {
        _ = Writer;
        await readers.WaitAsync(ct);
        try
        {
            if (!idle.TryPop(out var session)) session = SqliteSession.Open(path, patience);
            var fit = false;
            try
            {
                var answer = query(session);
                fit = true;
                return answer;
            }
            finally
            {
                // A failed query may have left a transaction open.
                if (fit) idle.Push(session);
                else session.Dispose();
            }
        }
        finally
        {
            readers.Release();
        }
    }

    /// <inheritdoc cref="SqliteWriter.RunAsync"/>
    public Task<T> WriteAsync<T>(Func<SqliteSession, T> work, CancellationToken ct, bool flush = true) => Writer.RunAsync(work, ct, flush);

    public async ValueTask DisposeAsync()
    {
        recent?.Dispose();
        while (idle.TryPop(out var session)) session.Dispose();
        if (writer is not null) await writer.DisposeAsync();   // last, so that closing it folds the log into the file
        readers.Dispose();
    }

    private SqliteWriter Writer => writer ?? throw new InvalidOperationException("The database was not started.");

    private void Prepare()
    {
        using var session = SqliteSession.Open(path, patienceAtStart);
        session.Execute(SqliteSchema.PageSize);   // heeded by a file that is still empty
        session.Execute("PRAGMA journal_mode = WAL");
        session.Execute("BEGIN IMMEDIATE");   // also proves that it can be written
        var version = (long)session.Scalar("PRAGMA user_version")!;
        if (version > SqliteSchema.Version)
            throw new RecordsUnavailableException($"The database file {options.Path} was written by a newer version of this program.");

        if (version == 0) session.Execute(SqliteSchema.Create);
        if (version == 1) session.Execute(SqliteSchema.FromVersion1);
        if (version is 1 or 2) session.Execute(SqliteSchema.FromVersion2);
        if (version is 1 or 2 or 3) session.Execute(SqliteSchema.FromVersion3);
        if (version is 1 or 2 or 3 or 4) session.Execute(SqliteSchema.FromVersion4);
        session.Execute("COMMIT");
    }

    private static string Why(Exception failure) => failure is not SqliteException sqlite ? failure.Message : sqlite.SqliteErrorCode switch
    {
        5 or 6 => "another program holds it locked.",
        8 => "it is read-only for this user.",
        11 => "it is damaged; restore it from a backup, or rebuild the records with \"reindex\".",
        13 => "the disk is full.",
        14 => "it cannot be opened; is it a folder, or may this user not write there?",
        26 => "it is no SQLite database.",
        _ => $"{sqlite.Message}.",
    };
}
