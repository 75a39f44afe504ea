using Microsoft.Data.Sqlite;

namespace VideoPlatform.Infrastructure.Records.Sqlite;

/// <summary>One connection with its prepared statements. Used by one caller at a time.</summary>
internal sealed class SqliteSession : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly Dictionary<string, SqliteCommand> commands = new(StringComparer.Ordinal);

    private SqliteSession(SqliteConnection connection) => this.connection = connection;

    /// <param name="patience">How long a statement waits for another process that writes.</param>
    /// <exception cref="SqliteException">The file cannot be opened.</exception>
    public static SqliteSession Open(string path, TimeSpan patience)
    {
        // Not pooled: the connections are ours to keep, and the file is free when they are closed.
        var address = new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWriteCreate, Pooling = false };
        var session = new SqliteSession(new SqliteConnection(address.ToString()));
        try
        {
            session.connection.Open();
            // SQLite's own waiting looks again after 1 to 100 ms; the provider's would sleep for 150 ms each time.
            session.Execute($"PRAGMA busy_timeout = {(long)patience.TotalMilliseconds}");
            session.FlushCommits(true);
            session.Execute("PRAGMA wal_autocheckpoint = 4000");   // pages: 4 MB
            session.Execute("PRAGMA temp_store = MEMORY");   // what a savepoint would take back
            return session;
        }
        catch (SqliteException)
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Whether a commit from here on waits until the disk has it. Without, a power cut may take it back with all that came behind it; the end of a process does not.</summary>
    public void FlushCommits(bool flush) => Execute($"PRAGMA synchronous = {(flush ? "FULL" : "NORMAL")}");

    /// <summary>Runs a statement that is not worth keeping.</summary>
    public void Execute(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>A prepared statement, kept for next time.</summary>
    public SqliteCommand Prepare(string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        if (!commands.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
            commands[sql] = command;
        }

        command.Parameters.Clear();
        foreach (var (name, value) in values) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }

    /// <returns>How many rows the statement changed.</returns>
    public int Run(string sql, params ReadOnlySpan<(string Name, object? Value)> values) => Prepare(sql, values).ExecuteNonQuery();

    /// <returns>The first column of the first row; null when there is none.</returns>
    public object? Scalar(string sql, params ReadOnlySpan<(string Name, object? Value)> values) =>
        Prepare(sql, values).ExecuteScalar() is { } value and not DBNull ? value : null;

    public List<T> Rows<T>(string sql, Func<SqliteDataReader, T> map, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using var reader = Prepare(sql, values).ExecuteReader();
        var rows = new List<T>();
        while (reader.Read()) rows.Add(map(reader));
        return rows;
    }

    public void Dispose()
    {
        foreach (var command in commands.Values) command.Dispose();
        connection.Dispose();
    }
}
