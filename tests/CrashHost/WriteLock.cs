using Microsoft.Data.Sqlite;

namespace VideoPlatform.CrashHost;

/// <summary>
/// A process that sleeps inside a write transaction keeps the whole embedded database locked, and no other process can do anything about it.
/// That is SQLite's nature and not what the tests are about: before this host freezes it waits until none of its transactions is open.
/// </summary>
internal static class WriteLock
{
    private const string Key = "--Persistence:Sqlite:Path=";

    public static void Pass(string[] settings)
    {
        var path = settings.Last(s => s.StartsWith(Key, StringComparison.Ordinal))[Key.Length..];
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        Run(connection, "BEGIN IMMEDIATE");
        Run(connection, "ROLLBACK");
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
