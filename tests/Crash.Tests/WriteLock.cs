using Microsoft.Data.Sqlite;

namespace VideoPlatform.Crash.Tests;

/// <summary>
/// A process that sleeps inside a write transaction keeps the whole embedded database locked, and no other process can do anything about it.
/// That is SQLite's nature and not what the tests are about: while this is held, whoever is frozen has no transaction open.
/// </summary>
internal sealed class WriteLock : IDisposable
{
    private readonly SqliteConnection connection;

    private WriteLock(SqliteConnection connection) => this.connection = connection;

    /// <summary>Waits for whoever writes now.</summary>
    public static WriteLock Take(string database)
    {
        var held = new WriteLock(new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = database, Pooling = false }.ToString()));
        held.connection.Open();
        using var command = held.connection.CreateCommand();
        command.CommandText = "BEGIN IMMEDIATE";
        command.ExecuteNonQuery();
        return held;
    }

    /// <summary>Closing takes the empty transaction back.</summary>
    public void Dispose() => connection.Dispose();
}
