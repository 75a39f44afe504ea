using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Infrastructure.Archive;
using VideoPlatform.Infrastructure.Records;
using VideoPlatform.Infrastructure.Records.Documents;
using VideoPlatform.Infrastructure.Records.Sqlite;

namespace VideoPlatform.Bench.Equipment;

/// <summary>Writes records straight into an embedded database, by the product's own mapping.</summary>
internal sealed class Library : IDisposable
{
    public const string Model = "wan2.6-i2v-flash";

    private readonly SqliteSession session;

    private Library(SqliteSession session) => this.session = session;

    /// <summary>Changes with whatever would make a library of an earlier run another one.</summary>
    public static string Stamp =>
        Convert.ToHexStringLower(SHA256.HashData([.. Encoding.UTF8.GetBytes(SqliteSchema.Create), .. Ours(0)]))[..12];

    public static string Database(string folder) => Path.Combine(folder, "records.db");

    public static string Storage(string folder) => Path.Combine(folder, "uploads");

    public static StoragePath Picture { get; } = StoragePath.Parse("bench.bmp");

    /// <summary>Makes the database and the storage where they are missing.</summary>
    public static async Task<Library> OpenAsync(string folder, CancellationToken ct)
    {
        await new StorageRoot(Options.Create(new StorageOptions { Root = Storage(folder) })).OpenAsync(isKnown: false, ct);
        await using (var database = new SqliteDatabase(new SqliteOptions { Path = Database(folder) })) await database.StartAsync(ct);
        return new Library(SqliteSession.Open(Database(folder), TimeSpan.FromSeconds(30)));
    }

    /// <summary>One transaction, as durable as the product's own.</summary>
    public void Add(IEnumerable<Workspace> workspaces)
    {
        session.Run("BEGIN IMMEDIATE");
        foreach (var workspace in workspaces)
            if (!WorkspaceRow.TryInsert(session, WorkspaceDocument.New(workspace, workspace.UpdatedAt), workspace.UpdatedAt)) throw new InvalidOperationException("An id was taken.");
        session.Run("COMMIT");
    }

    public void AddInBulk(IEnumerable<Workspace> workspaces, CancellationToken ct)
    {
        session.Execute("PRAGMA synchronous = OFF");
        session.Execute("PRAGMA cache_size = -400000");
        foreach (var piece in workspaces.Chunk(50_000))
        {
            ct.ThrowIfCancellationRequested();
            Add(piece);
        }

        session.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }

    public void Remove(WorkspaceId id) => session.Run("DELETE FROM workspaces WHERE id = @id", ("@id", WorkspaceRow.Key(id)));

    /// <summary>Leaves what is written from here on in the log, as a crash would.</summary>
    public void KeepLog() => session.Execute("PRAGMA wal_autocheckpoint = 0");

    public void Dispose() => session.Dispose();

    /// <summary>A completed video with all that a real one has. The n-th is a minute younger than the one before it.</summary>
    public static Workspace Completed(int n)
    {
        var made = Start.AddMinutes(n);
        var id = WorkspaceId.New(made);
        var stem = $"{id}_{made.ToUnixTimeMilliseconds()}";
        var file = new StoredFile(
            StoragePath.Parse($"videos/{stem}.mp4"), "video/mp4", 4_500_000, Convert.ToHexStringLower(SHA256.HashData(BitConverter.GetBytes(n))), "995dc9bbdf1939fa",
            Verification.Checksum, made.AddSeconds(90), new MediaFacts(5, 1280, 720, "h264", true), StoragePath.Parse($"thumbnails/{stem}.jpg"));
        var link = RemoteLink.Parse($"https://example.aliyuncs.com/1d/{stem}.mp4?Expires={made.AddDays(1).ToUnixTimeSeconds()}&OSSAccessKeyId=key&Signature=c2lnbmF0dXJl", null);
        var task = new ProviderTask(TaskId(n), "https://dashscope.aliyuncs.com/api/v1");
        return Restore(id, made, new VideoState.Completed(task), link, file);
    }

    public static Workspace WithoutVideo(int n, DateTimeOffset now) =>
        Workspace.Create(WorkspaceId.New(now), $"bench {n}", APicture(), now);

    public static Workspace Processing(int n, DateTimeOffset now, DateTimeOffset due, string endpoint) =>
        Restore(WorkspaceId.New(now), now, new VideoState.Processing(new ProviderTask(TaskId(n), endpoint), due, 0), null, null);

    /// <param name="url">Where the bytes are.</param>
    public static Workspace Downloading(int n, DateTimeOffset now, DateTimeOffset due, string url)
    {
        var id = WorkspaceId.New(now);
        var stem = $"{id}_{now.ToUnixTimeMilliseconds()}";
        var link = RemoteLink.Parse(url, now) ?? throw new ArgumentException("No link.", nameof(url));
        return Restore(id, now, new VideoState.Downloading(new ProviderTask(TaskId(n), null), stem, due, 0, false), link, null);
    }

    /// <summary>What a crash leaves: every state that is not terminal, in turn; what was being worked on has a claim that has run out.</summary>
    public static Workspace Unfinished(int n, DateTimeOffset now)
    {
        var attempt = new SubmitAttempt(Guid.NewGuid(), now.AddMinutes(-2), "hash");
        return (n % 10) switch
        {
            0 => Restore(WorkspaceId.New(now), now, new VideoState.Submitting(attempt), null, null, new Lease(Guid.NewGuid(), now.AddMinutes(-1))),
            1 => Restore(WorkspaceId.New(now), now, new VideoState.Unsettled(attempt, now, 1, []), null, null),
            2 or 3 => Downloading(n, now, now, $"http://127.0.0.1:9/{n}.mp4"),
            4 or 5 or 6 => Processing(n, now, now, "http://127.0.0.1:9/api/v1"),
            _ => Restore(WorkspaceId.New(now), now, new VideoState.Queued(now, 0), null, null),
        };
    }

    public static string TaskId(int n) => new Guid(n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10).ToString();

    private static DateTimeOffset Start { get; } = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static Picture APicture() => new(Picture, "image/bmp", 345_654, 480, 240, false);

    private static Workspace Restore(WorkspaceId id, DateTimeOffset now, VideoState state, RemoteLink? link, StoredFile? file, Lease? lease = null)
    {
        var request = new VideoRequest(Guid.NewGuid(), Model, "The paper boat drifts away from the shore while the camera follows it slowly.", null, "720P", 5, null, true, false, now);
        HistoryEntry[] history = [new(now, VideoStatus.Queued, null), new(now.AddSeconds(1), VideoStatus.Submitting, null), new(now.AddSeconds(2), VideoStatus.Processing, null)];
        var submitted = state is VideoState.Queued ? (DateTimeOffset?)null : now;
        if (!Video.Restore(request, state, file, link, null, now, submitted, file is null ? null : now.AddSeconds(60), history).TryGet(out var video, out var error))
            throw new InvalidOperationException(error.Message);
        return Workspace.Restore(id, "paper boat", APicture(), video, lease, 5, now, file?.ArchivedAt ?? now);
    }

    private static byte[] Ours(int n)
    {
        // Ids and request ids differ from run to run; the shape does not.
        var document = WorkspaceDocument.New(Completed(n), Start).Bson;
        return Encoding.UTF8.GetBytes(string.Join(' ', document.Names.Concat(document["video"].AsBsonDocument.Names)));
    }
}
