using System.Buffers.Binary;
using VideoPlatform.Application.Work;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Infrastructure.Records.Documents;

namespace VideoPlatform.Infrastructure.Records.Sqlite;

/// <summary>A row of the table <c>workspaces</c>: the document and what is derived from it for the indexes.</summary>
internal static class WorkspaceRow
{
    /// <summary>
    /// Bytes that a document takes up from the beginning, so that a record has a page to itself and its page need not be split when a video is asked for:
    /// with the other columns they fill a page of <see cref="SqliteSchema.PageSize"/> without running over (989 bytes).
    /// </summary>
    private const int Place = 840;

    private const string Insert =
        """
        INSERT INTO workspaces (id, updated_at, status, storage, lane, due_at, model, task_id, requested_at, attempt_at, remote_expires_at, size, is_failing, doc, room)
        VALUES (@id, @updated_at, @status, @storage, @lane, @due_at, @model, @task_id, @requested_at, @attempt_at, @remote_expires_at, @size, @is_failing, @doc, zeroblob(@room))
        ON CONFLICT (id) DO NOTHING
        """;

    // The tables take care of tasks that are replaced later; a document that is taken in brings its own along.
    private const string InsertEarlierTask = "INSERT INTO earlier_tasks VALUES (@id, @task_id) ON CONFLICT (id, task_id) DO NOTHING";

    private const string Change =
        """
        UPDATE workspaces SET updated_at = @updated_at, status = @status, storage = @storage, lane = @lane, due_at = @due_at, model = @model, task_id = @task_id,
            requested_at = @requested_at, attempt_at = @attempt_at, remote_expires_at = @remote_expires_at, size = @size, is_failing = @is_failing, doc = @doc, room = zeroblob(@room)
        WHERE id = @id
        """;

    private const string Remove = "DELETE FROM workspaces WHERE id = @id";

    public static byte[] Key(WorkspaceId id) => Convert.FromHexString(id.Value);

    /// <summary>Lies before the keys of all ids that were made in this second or later.</summary>
    public static byte[] FirstKey(DateTimeOffset time)
    {
        var key = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(key, (uint)Math.Clamp(time.ToUnixTimeSeconds(), 0, uint.MaxValue));
        return key;
    }

    public static string Id(byte[] key) => Convert.ToHexStringLower(key);

    /// <returns>False when the id is taken.</returns>
    public static bool TryInsert(SqliteSession session, WorkspaceDocument document, DateTimeOffset now)
    {
        if (session.Run(Insert, Columns(document, now)) == 0) return false;

        foreach (var task in document.EarlierTasks) session.Run(InsertEarlierTask, ("@id", Key(document.Workspace.Id)), ("@task_id", task));
        return true;
    }

    public static void Update(SqliteSession session, WorkspaceDocument document, DateTimeOffset now) => session.Run(Change, Columns(document, now));

    public static void Delete(SqliteSession session, WorkspaceId id) => session.Run(Remove, ("@id", Key(id)));

    public static long? Milliseconds(DateTimeOffset? time) => time?.ToUnixTimeMilliseconds();

    private static (string Name, object? Value)[] Columns(WorkspaceDocument document, DateTimeOffset now)
    {
        var (workspace, video) = (document.Workspace, document.Workspace.Video);
        var attempt = video?.State switch
        {
            VideoState.Submitting submitting => submitting.Attempt,
            VideoState.Unsettled unsettled => unsettled.Attempt,
            _ => null,
        };
        var bytes = document.ToBytes();
        return
        [
            ("@id", Key(workspace.Id)),
            ("@updated_at", Milliseconds(workspace.UpdatedAt)),
            ("@status", video?.Status.Word()),
            ("@storage", video?.StorageAt(now).Word()),
            ("@lane", video is null ? null : WorkLanes.LaneOf(video.Status)?.Word()),
            ("@due_at", Milliseconds(workspace.DueAt)),
            ("@model", video?.Request?.Model),
            ("@task_id", video?.State.Task?.Id),
            ("@requested_at", Milliseconds(video?.RequestedAt)),
            ("@attempt_at", Milliseconds(attempt?.At)),
            ("@remote_expires_at", Milliseconds(video?.Link?.ExpiresAt)),
            ("@size", video?.File?.Size),
            ("@is_failing", video?.IsFailing is true ? 1 : null),
            ("@doc", bytes),
            ("@room", Math.Max(0, Place - bytes.Length)),
        ];
    }
}
