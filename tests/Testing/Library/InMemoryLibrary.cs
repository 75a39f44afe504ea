using System.Globalization;
using System.Security.Cryptography;
using VideoPlatform.Application.Maintenance.Library;
using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Proof;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Testing.Files;

namespace VideoPlatform.Testing.Library;

/// <summary>The storage root of the maintenance commands without a disk: what a test puts there, and what the archive has stored.</summary>
public sealed class InMemoryLibrary(InMemoryVideoArchive archive, TimeProvider clock) : ILibraryFiles, ISidecars, ITrash
{
    private const string TrashFolder = ".trash/";

    private static readonly string[] pictureEndings = [".png", ".jpg", ".jpeg", ".bmp", ".webp", ".part"];

    private readonly SortedDictionary<string, Entry> files = new(StringComparer.Ordinal);

    public bool HasSentinel { get; set; } = true;

    /// <summary>A file whose bytes nobody may read or move, or a folder that nobody may look into.</summary>
    public string? Forbidden { get; set; }

    /// <summary>Every path, the trash included.</summary>
    public IReadOnlyList<string> Paths => [.. All().Select(file => file.Key).Order(StringComparer.Ordinal)];

    public void Put(string path, byte[] bytes, DateTimeOffset? modifiedAt = null) => files[path] = new Entry(bytes, modifiedAt ?? clock.GetUtcNow());

    public void Remove(string path)
    {
        files.Remove(path);
        if (path.StartsWith(StoragePath.Videos + "/", StringComparison.Ordinal)) archive.Lose(StoragePath.Parse(path));
    }

    public IEnumerable<LibraryFile> Enumerate(Action<string>? unreadable = null)
    {
        if (Forbidden is StoragePath.Videos or StoragePath.Thumbnails) (unreadable ?? throw new UnauthorizedAccessException(Forbidden))(Forbidden);
        return All().Where(file => IsOurs(file.Key) && !file.Key.StartsWith($"{Forbidden}/", StringComparison.Ordinal)).Select(file => Describe(file.Key, file.Value)).ToList();
    }

    public LibraryFile? Find(string path) =>
        path.StartsWith($"{Forbidden}/", StringComparison.Ordinal) ? throw new UnauthorizedAccessException(path)
        : Get(path) is { } entry ? Describe(path, entry) : null;

    public IReadOnlyList<string> VideosOf(WorkspaceId id) =>
        [.. Paths.Where(path => path.StartsWith($"{StoragePath.Videos}/{id}_", StringComparison.Ordinal) && VideoContainer.ByExtension(path) is not null).OrderDescending(StringComparer.Ordinal)];

    public VideoContainer? Detect(string path) => Readable(path) is { } entry ? VideoContainer.Detect(entry.Bytes.AsSpan(0, Math.Min(entry.Bytes.Length, VideoContainer.HeadLength))) : null;

    public Task<FileSums?> SumAsync(string path, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        if (Readable(path) is not { Bytes.Length: > 0 } entry) return Task.FromResult<FileSums?>(null);

        var crc = new Crc64();
        crc.Append(entry.Bytes);
        return Task.FromResult<FileSums?>(new FileSums(entry.Bytes.Length, Convert.ToHexStringLower(SHA256.HashData(entry.Bytes)), crc.Hex));
    }

    public Task<SidecarAnswer> ReadAsync(StoragePath video, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return Task.FromResult<SidecarAnswer>(
            Readable(video.Value + FileNames.SidecarEnding) is not { } entry ? new SidecarAnswer.Missing()
            : entry.Told is not { } told ? new SidecarAnswer.Unreadable()
            : new SidecarAnswer.Read(told.File.Path.FileName, Rebuild(told.Workspace, told.File with { Path = video })));
    }

    public Task WriteAsync(Workspace workspace, StoredFile file, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        files[file.Path.Value + FileNames.SidecarEnding] = new Entry("{}"u8.ToArray(), clock.GetUtcNow(), (workspace, file));
        return Task.CompletedTask;
    }

    public string? Take(string path)
    {
        if (Readable(path) is not { } entry) return null;

        var trashed = $"{TrashFolder}{clock.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}/{path}";
        for (var copy = 1; files.ContainsKey(trashed); copy++) trashed = $"{trashed[..(trashed.IndexOf(path, StringComparison.Ordinal) + path.Length)]}.{copy}";
        Remove(path);
        files[trashed] = entry;
        return trashed;
    }

    public bool TryPutBack(string trashed, string path)
    {
        if (Get(path) is not null || !files.Remove(trashed, out var entry)) return false;

        files[path] = entry;
        return true;
    }

    public int Empty(DateOnly before)
    {
        var old = files.Keys.Where(path => path.StartsWith(TrashFolder, StringComparison.Ordinal)
            && DateOnly.ParseExact(path.AsSpan(TrashFolder.Length, 10), "yyyy-MM-dd", CultureInfo.InvariantCulture) < before).ToList();
        foreach (var path in old) files.Remove(path);
        return old.Count;
    }

    private static bool IsOurs(string path) => path.LastIndexOf('/') is >= 0 and var slash
        ? path[..slash] is StoragePath.Videos or StoragePath.Thumbnails && path[slash + 1] != '.'
        : path[0] != '.' && pictureEndings.Contains(Path.GetExtension(path), StringComparer.Ordinal);

    private static LibraryFile Describe(string path, Entry entry) => new(path, entry.Bytes.Length, entry.ModifiedAt);

    private Entry? Readable(string path) => path == Forbidden ? throw new UnauthorizedAccessException(path) : Get(path);

    private Entry? Get(string path) => All().Where(file => file.Key == path).Select(file => file.Value).FirstOrDefault();

    private IEnumerable<KeyValuePair<string, Entry>> All() =>
        files.Concat(archive.Files.Select(file => KeyValuePair.Create($"{StoragePath.Videos}/{file.Key}", new Entry(file.Value, clock.GetUtcNow()))));

    private Workspace Rebuild(Workspace told, StoredFile file)
    {
        var poster = FileNames.Poster(file.Path);
        var video = Video.Restore(
            told.Video?.Request, new VideoState.Completed(told.Video?.State.Task), file with { Media = null, Thumbnail = Get(poster.Value) is null ? null : poster }, null, null,
            told.Video?.RequestedAt ?? told.CreatedAt, told.Video?.SubmittedAt, told.Video?.FinishedAt,
            [new HistoryEntry(file.ArchivedAt!.Value, VideoStatus.Completed, "Rebuilt from the file and its sidecar.")]);
        var picture = told.Picture is { } shown && Get(shown.Path.Value) is not null ? shown : null;
        return Workspace.Restore(told.Id, told.Name, picture, video.Match(v => v, error => throw new InvalidOperationException(error.ToString())), null, 1, told.CreatedAt, file.ArchivedAt.Value);
    }

    /// <param name="Told">What it says, if it is a sidecar that can be understood.</param>
    private sealed record Entry(byte[] Bytes, DateTimeOffset ModifiedAt, (Workspace Workspace, StoredFile File)? Told = null);
}
