using Microsoft.Data.Sqlite;
using VideoPlatform.Application.Idempotency;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Infrastructure.Records.Sqlite;

/// <summary>The notes in the embedded database.</summary>
internal sealed class SqliteIdempotencyStore(SqliteDatabase database, TimeProvider clock) : IIdempotencyStore
{
    private const string Insert =
        """
        INSERT INTO idempotency (scope, key, fingerprint, workspace_id, request_id, created_at)
        VALUES (@scope, @key, @fingerprint, @workspace_id, @request_id, @created_at)
        ON CONFLICT (scope, key) DO NOTHING
        """;

    private const string Answer =
        """
        INSERT INTO idempotency (scope, key, fingerprint, workspace_id, request_id, created_at, status, location, body)
        VALUES (@scope, @key, @fingerprint, @workspace_id, @request_id, @created_at, @status, @location, @body)
        ON CONFLICT (scope, key) DO UPDATE SET
            fingerprint = excluded.fingerprint, workspace_id = excluded.workspace_id, request_id = excluded.request_id,
            created_at = excluded.created_at, status = excluded.status, location = excluded.location, body = excluded.body
        WHERE status IS NULL
        """;

    private const string Find =
        "SELECT fingerprint, workspace_id, request_id, created_at, status, location, body FROM idempotency WHERE scope = @scope AND key = @key";

    private readonly IdempotencySweep sweep = new(clock);

    // Whatever the call stores afterwards takes the note along to the disk; a power cut before that leaves neither, and nothing to remember.
    public Task<IdempotencyNote> ReserveAsync(IdempotencyNote note, CancellationToken ct) =>
        database.WriteAsync(
            session =>
            {
                if (sweep.IsDue(out var olderThan))
                    session.Run("DELETE FROM idempotency WHERE created_at < @older_than", ("@older_than", olderThan.ToUnixTimeMilliseconds()));

                session.Run(Insert, Values(note));
                return session.Rows(Find, row => Read(note.Scope, note.Key, row), ("@scope", note.Scope), ("@key", note.Key))[0];
            },
            ct,
            flush: false);

    public Task AnswerAsync(IdempotencyNote note, StoredAnswer answer, CancellationToken ct) =>
        database.WriteAsync(
            session => session.Run(Answer, [.. Values(note), ("@status", answer.Status), ("@location", answer.Location), ("@body", answer.Body)]), ct);

    public Task ForgetAsync(string scope, string key, CancellationToken ct) =>
        database.WriteAsync(
            session => session.Run("DELETE FROM idempotency WHERE scope = @scope AND key = @key AND status IS NULL", ("@scope", scope), ("@key", key)), ct);

    private static (string, object?)[] Values(IdempotencyNote note) =>
    [
        ("@scope", note.Scope), ("@key", note.Key), ("@fingerprint", note.Fingerprint), ("@workspace_id", note.WorkspaceId.Value),
        ("@request_id", note.RequestId.ToString()), ("@created_at", note.CreatedAt.ToUnixTimeMilliseconds()),
    ];

    private static IdempotencyNote Read(string scope, string key, SqliteDataReader row) => new(
        scope, key, row.GetString(0), WorkspaceId.Parse(row.GetString(1)), Guid.Parse(row.GetString(2)),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(3)),
        row.IsDBNull(4) ? null : new StoredAnswer(row.GetInt32(4), row.IsDBNull(5) ? null : row.GetString(5), row.GetString(6)));
}
