namespace VideoPlatform.Infrastructure.Records.Sqlite;

/// <summary>
/// The tables. <c>doc</c> is the record; every other column of <c>workspaces</c> is derived from it for an index and written with it.
/// Times are milliseconds since 1970. A table with row ids keeps the documents in insertion order, which is the order of their ids,
/// and the indexes small.
/// </summary>
internal static class SqliteSchema
{
    /// <summary>Grows with every change of the tables; kept in <c>PRAGMA user_version</c>.</summary>
    public const long Version = 5;

    /// <summary>In bytes. A change touches three to six pages, for a row or two in each: small ones make what has to be flushed a quarter of what it is with the usual 4 KiB.</summary>
    public const string PageSize = "PRAGMA page_size = 1024";

    private const string Counts = "CREATE TABLE counts (status TEXT, storage TEXT, n INTEGER NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY (status, storage)) WITHOUT ROWID;";

    // What waits in the queue and has no bytes is counted by its index when somebody asks (SqliteQueries.Counts): asking for a video has no number to change here.
    private const string Counting =
        """
        CREATE TRIGGER workspaces_count_added AFTER INSERT ON workspaces WHEN NEW.status IS NOT NULL AND (NEW.status <> 'queued' OR NEW.storage IS NOT 'none') BEGIN
            INSERT INTO counts VALUES (NEW.status, NEW.storage, 1, ifnull(NEW.size, 0))
                ON CONFLICT (status, storage) DO UPDATE SET n = n + 1, bytes = bytes + excluded.bytes;
        END;
        CREATE TRIGGER workspaces_count_removed AFTER DELETE ON workspaces WHEN OLD.status IS NOT NULL BEGIN
            UPDATE counts SET n = n - 1, bytes = bytes - ifnull(OLD.size, 0) WHERE status = OLD.status AND storage = OLD.storage;
        END;
        CREATE TRIGGER workspaces_count_changed AFTER UPDATE ON workspaces
        WHEN OLD.status IS NOT NEW.status OR OLD.storage IS NOT NEW.storage OR OLD.size IS NOT NEW.size BEGIN
            UPDATE counts SET n = n - 1, bytes = bytes - ifnull(OLD.size, 0) WHERE status = OLD.status AND storage = OLD.storage;
            INSERT INTO counts SELECT NEW.status, NEW.storage, 1, ifnull(NEW.size, 0) WHERE NEW.status IS NOT NULL AND (NEW.status <> 'queued' OR NEW.storage IS NOT 'none')
                ON CONFLICT (status, storage) DO UPDATE SET n = n + 1, bytes = bytes + excluded.bytes;
        END;
        """;

    // One row, once a storage root was opened with its sentinel.
    private const string Storage = "CREATE TABLE storage (known INTEGER PRIMARY KEY);";

    // Without a video nothing has changed since the workspace was created, and its id tells when that was: asking for a video has no old entry to look for here.
    private const string ByChange = "CREATE INDEX workspaces_by_change ON workspaces (updated_at, id) WHERE status IS NOT NULL;";

    public const string Create =
        $"""
        CREATE TABLE workspaces (
            n INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE,
            updated_at INTEGER NOT NULL,
            status TEXT,
            storage TEXT,               -- as it was when it was written; whoever asks for remote or none compares remote_expires_at
            lane TEXT,                  -- null when there is nothing to do
            due_at INTEGER,
            model TEXT,
            task_id TEXT,
            requested_at INTEGER,
            attempt_at INTEGER,
            remote_expires_at INTEGER,
            size INTEGER,               -- of our file, in bytes
            is_failing INTEGER,         -- 1 or null
            doc BLOB NOT NULL,
            room BLOB);                 -- zeros in the place that the document will grow into

        CREATE INDEX workspaces_by_status_and_storage ON workspaces (status, storage, id, remote_expires_at) WHERE status IS NOT NULL AND storage IS NOT NULL;
        {ByChange}
        CREATE INDEX workspaces_by_task ON workspaces (task_id) WHERE task_id IS NOT NULL;
        CREATE INDEX workspaces_due ON workspaces (lane, due_at) WHERE lane <> 'submit';
        CREATE INDEX workspaces_to_submit ON workspaces (model, requested_at, due_at) WHERE lane = 'submit';
        CREATE INDEX workspaces_to_download ON workspaces (remote_expires_at, due_at) WHERE lane = 'download';
        CREATE INDEX workspaces_in_flight ON workspaces (model, status, attempt_at, lane) WHERE lane IN ('settle', 'poll');
        CREATE INDEX workspaces_remote ON workspaces (remote_expires_at) WHERE storage = 'remote';
        CREATE INDEX workspaces_failing ON workspaces (remote_expires_at, storage) WHERE is_failing = 1;

        {Counts}
        {Counting}

        -- Tasks that a record named before its video was asked for again ("earlier_tasks" in its document).
        CREATE TABLE earlier_tasks (id BLOB NOT NULL, task_id TEXT NOT NULL, PRIMARY KEY (id, task_id)) WITHOUT ROWID;
        CREATE INDEX earlier_tasks_by_task ON earlier_tasks (task_id);

        CREATE TRIGGER workspaces_task_replaced AFTER UPDATE ON workspaces WHEN OLD.task_id IS NOT NULL AND OLD.task_id IS NOT NEW.task_id BEGIN
            INSERT INTO earlier_tasks VALUES (OLD.id, OLD.task_id) ON CONFLICT (id, task_id) DO NOTHING;
        END;
        CREATE TRIGGER workspaces_removed AFTER DELETE ON workspaces BEGIN
            DELETE FROM earlier_tasks WHERE id = OLD.id;
        END;

        CREATE TABLE idempotency (
            scope TEXT NOT NULL,
            key TEXT NOT NULL,
            fingerprint TEXT NOT NULL,
            workspace_id TEXT NOT NULL,
            request_id TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            status INTEGER,             -- null until the call was answered
            location TEXT,
            body TEXT,
            PRIMARY KEY (scope, key)) WITHOUT ROWID;
        CREATE INDEX idempotency_by_age ON idempotency (created_at);

        {Storage}

        PRAGMA user_version = 5;
        """;

    /// <summary>From version 1 to 2, which keeps its page size: which fetches are failing shows as soon as they fail again.</summary>
    public const string FromVersion1 =
        """
        ALTER TABLE workspaces ADD COLUMN is_failing INTEGER;
        DROP INDEX IF EXISTS workspaces_by_status;
        DROP INDEX IF EXISTS workspaces_by_storage;
        DROP INDEX IF EXISTS workspaces_without_file;
        CREATE INDEX workspaces_failing ON workspaces (remote_expires_at, storage) WHERE is_failing = 1;
        """;

    /// <summary>From version 2: the counts are made anew, once. What keeps them comes with <see cref="FromVersion3"/>, in the same transaction.</summary>
    public const string FromVersion2 =
        $"""
        ALTER TABLE workspaces ADD COLUMN room BLOB;
        DROP INDEX workspaces_due;
        CREATE INDEX workspaces_due ON workspaces (lane, due_at) WHERE lane <> 'submit';
        DROP TRIGGER workspaces_count_added;
        DROP TRIGGER workspaces_count_removed;
        DROP TRIGGER workspaces_count_changed;
        DROP TABLE counters;
        {Counts}
        INSERT INTO counts SELECT status, storage, count(*), sum(ifnull(size, 0)) FROM workspaces WHERE status IS NOT NULL AND storage IS NOT NULL GROUP BY status, storage;
        PRAGMA user_version = 3;
        """;

    /// <summary>From version 3: less that changes when a video is asked for.</summary>
    public const string FromVersion3 =
        $"""
        DROP TRIGGER IF EXISTS workspaces_count_added;
        DROP TRIGGER IF EXISTS workspaces_count_removed;
        DROP TRIGGER IF EXISTS workspaces_count_changed;
        {Counting}
        DELETE FROM counts WHERE status = 'queued' AND storage = 'none';
        DROP INDEX workspaces_by_change;
        {ByChange}
        PRAGMA user_version = 4;
        """;

    /// <summary>From version 4: the storage is known as soon as it is opened again.</summary>
    public const string FromVersion4 =
        $"""
        {Storage}
        PRAGMA user_version = 5;
        """;
}
