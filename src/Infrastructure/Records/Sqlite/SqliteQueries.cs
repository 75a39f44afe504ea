using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Infrastructure.Records.Sqlite;

/// <summary>The queries, each made for one index. A test asks SQLite for the plan of every one of them.</summary>
internal static class SqliteQueries
{
    public const string Find = "SELECT doc FROM workspaces WHERE id = @id";

    /// <summary>Goes from model to model in the index, and takes the first due request of each: as fast with a long queue as with a short one.</summary>
    public const string WaitingModels =
        """
        WITH RECURSIVE models (model) AS (
            SELECT min(model) FROM workspaces INDEXED BY workspaces_to_submit WHERE lane = 'submit'
            UNION ALL
            SELECT (SELECT min(model) FROM workspaces INDEXED BY workspaces_to_submit WHERE lane = 'submit' AND model > models.model)
            FROM models WHERE models.model IS NOT NULL),
        waiting AS (
            SELECT model, (SELECT requested_at FROM workspaces INDEXED BY workspaces_to_submit
                WHERE lane = 'submit' AND model = models.model AND due_at <= @now ORDER BY requested_at LIMIT 1) AS oldest
            FROM models WHERE model IS NOT NULL)
        SELECT model FROM waiting WHERE oldest IS NOT NULL ORDER BY oldest, model
        """;

    public const string InFlight =
        """
        SELECT model, count(*) FROM workspaces INDEXED BY workspaces_in_flight
        WHERE lane IN ('settle', 'poll') AND model IS NOT NULL AND (status <> 'unsettled' OR attempt_at >= @since)
        GROUP BY model
        """;

    /// <summary>The cell that is not kept is counted: as many entries of an index as the queue is long.</summary>
    public const string Counts =
        """
        SELECT status, storage, n, bytes FROM counts
        UNION ALL
        SELECT 'queued', 'none', count(*), 0 FROM workspaces INDEXED BY workspaces_by_status_and_storage WHERE status = 'queued' AND storage = 'none'
        """;

    public const string RemoteThatExpired = "SELECT count(*) FROM workspaces WHERE storage = 'remote' AND remote_expires_at <= @now";

    public const string AtRisk =
        """
        SELECT (SELECT count(*) FROM workspaces WHERE storage = 'remote' AND remote_expires_at IS NULL)
             + (SELECT count(*) FROM workspaces WHERE storage = 'remote' AND remote_expires_at > @now AND remote_expires_at < @before)
             + (SELECT count(*) FROM workspaces INDEXED BY workspaces_failing WHERE is_failing = 1 AND storage = 'remote' AND remote_expires_at >= @before)
        """;

    /// <summary>What has a video, by its last change; what has none, by its id, whose beginning is the second of its creation (<c>@first</c>).</summary>
    public const string Changed =
        """
        SELECT id, doc, updated_at FROM workspaces INDEXED BY workspaces_by_change WHERE status IS NOT NULL AND updated_at >= @since
        UNION ALL
        SELECT id, doc, updated_at FROM workspaces WHERE id >= @first AND status IS NULL AND updated_at >= @since
        ORDER BY updated_at, id LIMIT @limit
        """;

    public const string KnownTasks =
        """
        SELECT value FROM json_each(@tasks)
        WHERE EXISTS (SELECT 1 FROM workspaces WHERE task_id = value) OR EXISTS (SELECT 1 FROM earlier_tasks WHERE task_id = value)
        """;

    /// <summary>Takes a record that cannot be understood out of the queue, without touching its document.</summary>
    public const string PassBy = "UPDATE workspaces SET lane = NULL, due_at = NULL WHERE id = @id";

    private const string RemoteStill = "storage = 'remote' AND (remote_expires_at IS NULL OR remote_expires_at > @now)";
    private const string RemoteNoMore = "storage = 'remote' AND remote_expires_at <= @now";

    /// <summary>Of the submit lane, asked when nothing in it is due: what is left there waits for another try, and is few.</summary>
    public static string NextDue(WorkLane lane) => lane is WorkLane.Submit
        ? "SELECT min(due_at) FROM workspaces INDEXED BY workspaces_to_submit WHERE lane = 'submit'"
        : "SELECT min(due_at) FROM workspaces WHERE lane = @lane AND lane <> 'submit'";

    public static string List(WorkspaceFilter filter)
    {
        if (filter is { Status: null, Storage: null }) return $"{Piece("")} ORDER BY id DESC LIMIT @limit";

        // One piece for each pair of the one index, in the same order, merged.
        var statuses = filter.Status is { } only ? [only] : Enum.GetValues<VideoStatus>();
        var pieces = from status in statuses from place in Places(filter.Storage) select Piece($"status = '{status.Word()}' AND {place} AND ");
        return $"{string.Join(" UNION ALL ", pieces)} ORDER BY id DESC LIMIT @limit";

        static string Piece(string condition) => $"SELECT id, doc FROM workspaces WHERE {condition}id < @before";
    }

    private static string[] Places(VideoStorage? storage) => storage switch
    {
        null => ["storage = 'local'", "storage = 'remote'", "storage = 'none'"],
        VideoStorage.Local => ["storage = 'local'"],
        VideoStorage.Remote => [RemoteStill],
        // What never had bytes, and what has lost its link since it was written.
        _ => ["storage = 'none'", RemoteNoMore],
    };

    public static string Scan(ScanFilter filter)
    {
        if (!filter.Unfinished) return $"{Piece("")} ORDER BY id LIMIT @limit";

        // One piece for each status, in the same order, merged.
        var pieces = Enum.GetValues<VideoStatus>().Where(status => !status.IsTerminal()).Select(status => Piece($"status = '{status.Word()}' AND "));
        return $"{string.Join(" UNION ALL ", pieces)} ORDER BY id LIMIT @limit";

        static string Piece(string condition) => $"SELECT id, doc FROM workspaces WHERE {condition}id > @after";
    }

    // The order decides here and not the due time, which the planner would rather search by and then sort all that is due.
    public static string Claim(WorkLane lane, bool oneModel) => lane switch
    {
        WorkLane.Submit when oneModel =>
            "SELECT id, doc FROM workspaces INDEXED BY workspaces_to_submit WHERE lane = 'submit' AND model = @model AND due_at <= @now ORDER BY requested_at LIMIT @limit",
        WorkLane.Submit => "SELECT id, doc FROM workspaces INDEXED BY workspaces_to_submit WHERE lane = 'submit' AND due_at <= @now ORDER BY requested_at LIMIT @limit",
        WorkLane.Download =>
            "SELECT id, doc FROM workspaces INDEXED BY workspaces_to_download WHERE lane = 'download' AND due_at <= @now ORDER BY remote_expires_at LIMIT @limit",
        _ => "SELECT id, doc FROM workspaces WHERE lane = @lane AND lane <> 'submit' AND due_at <= @now ORDER BY due_at LIMIT @limit",
    };
}
