namespace VideoPlatform.Infrastructure.Tests.Records;

/// <summary>The tables as the versions before made them. Never to be changed: such files exist.</summary>
internal static class EarlierSqlite
{
    /// <summary>Version 2.</summary>
    public const string Create =
        """
        PRAGMA page_size = 1024;
        PRAGMA journal_mode = WAL;

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
            doc BLOB NOT NULL);

        CREATE INDEX workspaces_by_status_and_storage ON workspaces (status, storage, id, remote_expires_at) WHERE status IS NOT NULL AND storage IS NOT NULL;
        CREATE INDEX workspaces_by_change ON workspaces (updated_at, id);
        CREATE INDEX workspaces_by_task ON workspaces (task_id) WHERE task_id IS NOT NULL;
        CREATE INDEX workspaces_due ON workspaces (lane, due_at) WHERE lane IS NOT NULL;
        CREATE INDEX workspaces_to_submit ON workspaces (model, requested_at, due_at) WHERE lane = 'submit';
        CREATE INDEX workspaces_to_download ON workspaces (remote_expires_at, due_at) WHERE lane = 'download';
        CREATE INDEX workspaces_in_flight ON workspaces (model, status, attempt_at, lane) WHERE lane IN ('settle', 'poll');
        CREATE INDEX workspaces_remote ON workspaces (remote_expires_at) WHERE storage = 'remote';
        CREATE INDEX workspaces_failing ON workspaces (remote_expires_at, storage) WHERE is_failing = 1;

        CREATE TABLE counters (name TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;

        CREATE TRIGGER workspaces_count_added AFTER INSERT ON workspaces WHEN NEW.status IS NOT NULL BEGIN
            INSERT INTO counters VALUES ('status ' || NEW.status, 1) ON CONFLICT (name) DO UPDATE SET n = n + 1;
            INSERT INTO counters VALUES ('storage ' || NEW.storage, 1) ON CONFLICT (name) DO UPDATE SET n = n + 1;
            INSERT INTO counters VALUES ('bytes', ifnull(NEW.size, 0)) ON CONFLICT (name) DO UPDATE SET n = n + excluded.n;
        END;
        CREATE TRIGGER workspaces_count_removed AFTER DELETE ON workspaces WHEN OLD.status IS NOT NULL BEGIN
            UPDATE counters SET n = n - 1 WHERE name = 'status ' || OLD.status;
            UPDATE counters SET n = n - 1 WHERE name = 'storage ' || OLD.storage;
            UPDATE counters SET n = n - ifnull(OLD.size, 0) WHERE name = 'bytes';
        END;
        CREATE TRIGGER workspaces_count_changed AFTER UPDATE ON workspaces
        WHEN OLD.status IS NOT NEW.status OR OLD.storage IS NOT NEW.storage OR OLD.size IS NOT NEW.size BEGIN
            UPDATE counters SET n = n - 1 WHERE name = 'status ' || OLD.status;
            UPDATE counters SET n = n - 1 WHERE name = 'storage ' || OLD.storage;
            INSERT INTO counters SELECT 'status ' || NEW.status, 1 WHERE NEW.status IS NOT NULL ON CONFLICT (name) DO UPDATE SET n = n + 1;
            INSERT INTO counters SELECT 'storage ' || NEW.storage, 1 WHERE NEW.storage IS NOT NULL ON CONFLICT (name) DO UPDATE SET n = n + 1;
            INSERT INTO counters VALUES ('bytes', ifnull(NEW.size, 0) - ifnull(OLD.size, 0)) ON CONFLICT (name) DO UPDATE SET n = n + excluded.n;
        END;

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

        PRAGMA user_version = 2;
        """;

    /// <summary>What version 1 lacked.</summary>
    public const string BackToVersion1 = "DROP INDEX workspaces_failing; ALTER TABLE workspaces DROP COLUMN is_failing; PRAGMA user_version = 1";

    /// <summary>What version 3 added.</summary>
    public const string OnToVersion3 =
        """
        ALTER TABLE workspaces ADD COLUMN room BLOB;
        DROP INDEX workspaces_due;
        CREATE INDEX workspaces_due ON workspaces (lane, due_at) WHERE lane <> 'submit';
        DROP TRIGGER workspaces_count_added;
        DROP TRIGGER workspaces_count_removed;
        DROP TRIGGER workspaces_count_changed;
        DROP TABLE counters;
        CREATE TABLE counts (status TEXT, storage TEXT, n INTEGER NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY (status, storage)) WITHOUT ROWID;

        CREATE TRIGGER workspaces_count_added AFTER INSERT ON workspaces WHEN NEW.status IS NOT NULL BEGIN
            INSERT INTO counts VALUES (NEW.status, NEW.storage, 1, ifnull(NEW.size, 0))
                ON CONFLICT (status, storage) DO UPDATE SET n = n + 1, bytes = bytes + excluded.bytes;
        END;
        CREATE TRIGGER workspaces_count_removed AFTER DELETE ON workspaces WHEN OLD.status IS NOT NULL BEGIN
            UPDATE counts SET n = n - 1, bytes = bytes - ifnull(OLD.size, 0) WHERE status = OLD.status AND storage = OLD.storage;
        END;
        CREATE TRIGGER workspaces_count_changed AFTER UPDATE ON workspaces
        WHEN OLD.status IS NOT NEW.status OR OLD.storage IS NOT NEW.storage OR OLD.size IS NOT NEW.size BEGIN
            UPDATE counts SET n = n - 1, bytes = bytes - ifnull(OLD.size, 0) WHERE status = OLD.status AND storage = OLD.storage;
            INSERT INTO counts SELECT NEW.status, NEW.storage, 1, ifnull(NEW.size, 0) WHERE NEW.status IS NOT NULL
                ON CONFLICT (status, storage) DO UPDATE SET n = n + 1, bytes = bytes + excluded.bytes;
        END;
        INSERT INTO counts SELECT status, storage, count(*), sum(ifnull(size, 0)) FROM workspaces WHERE status IS NOT NULL AND storage IS NOT NULL GROUP BY status, storage;
        PRAGMA user_version = 3;
        """;

    /// <summary>What version 4 changed.</summary>
    public const string OnToVersion4 =
        """
        DROP TRIGGER workspaces_count_added;
        DROP TRIGGER workspaces_count_removed;
        DROP TRIGGER workspaces_count_changed;
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
        DELETE FROM counts WHERE status = 'queued' AND storage = 'none';
        DROP INDEX workspaces_by_change;
        CREATE INDEX workspaces_by_change ON workspaces (updated_at, id) WHERE status IS NOT NULL;
        PRAGMA user_version = 4;
        """;

    public const string Insert =
        """
        INSERT INTO workspaces (id, updated_at, status, storage, lane, due_at, model, task_id, requested_at, remote_expires_at, size, doc)
        VALUES (@id, @updated_at, @status, @storage, @lane, @due_at, @model, @task_id, @requested_at, @remote_expires_at, @size, @doc)
        """;
}
