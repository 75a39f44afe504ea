using VideoPlatform.Domain.Proof;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Maintenance.Library;

/// <summary>The files of the storage root, for looking only.</summary>
public interface ILibraryFiles
{
    /// <summary>Whether the root carries its sentinel: one that has lost it is a disk that is not mounted.</summary>
    bool HasSentinel { get; }

    /// <summary>Every file of the library, read lazily and in no order: pictures in the root, everything in <c>videos/</c> and <c>thumbnails/</c>. Hidden files are not ours.</summary>
    /// <param name="unreadable">Told the folder, relative to the root, that cannot be read to its end, and the others go on. Null: that ends it with an exception.</param>
    IEnumerable<LibraryFile> Enumerate(Action<string>? unreadable = null);

    /// <summary>The file at a relative path; null when there is none.</summary>
    /// <exception cref="IOException">Whether there is one cannot be told: the disk does not answer.</exception>
    /// <exception cref="UnauthorizedAccessException">The same: nobody may look there.</exception>
    LibraryFile? Find(string path);

    /// <summary>Relative paths of the videos that are named after a workspace, newest name first.</summary>
    IReadOnlyList<string> VideosOf(WorkspaceId id);

    /// <summary>What a file is by its first bytes; null when it is no video, or when its own structure proves that its end is missing.</summary>
    VideoContainer? Detect(string path);

    /// <summary>Reads a file once and sums it. Memory does not grow with it; null when it is gone, or there is nothing in it.</summary>
    Task<FileSums?> SumAsync(string path, CancellationToken ct);
}

/// <param name="Path">Relative to the storage root, with forward slashes.</param>
/// <param name="Size">In bytes.</param>
public sealed record LibraryFile(string Path, long Size, DateTimeOffset ModifiedAt)
{
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    /// <summary>Unfinished, or the note of something unfinished.</summary>
    public bool IsPart => Name.EndsWith(".part", StringComparison.Ordinal) || Name.EndsWith(".part.json", StringComparison.Ordinal);

    /// <summary>The workspace after which it is named (<c>{id}_…</c>), if it is.</summary>
    public WorkspaceId? Owner => LibraryNames.OwnerOf(Name);
}

/// <param name="Size">In bytes.</param>
/// <param name="Sha256">64 lower-case hex digits.</param>
/// <param name="Crc64">CRC-64/XZ, 16 lower-case hex digits.</param>
public sealed record FileSums(long Size, string Sha256, string Crc64);
