using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Videos;

/// <summary>
/// Our video files. A file under its final name is whole and proven, and its sidecar lies beside it; what is unfinished
/// has the ending <c>.part</c>. No final name is ever overwritten. Memory does not grow with a file.
/// </summary>
public interface IVideoArchive
{
    /// <summary>The finished file of an earlier attempt that was stopped before its record could say so, proven again by its sidecar.</summary>
    /// <param name="stem">The file's name without its ending.</param>
    Task<StoredFile?> FindFinishedAsync(string stem, CancellationToken ct);

    /// <summary>What an earlier attempt left that can be gone on from; null when there is nothing, or nothing provable.</summary>
    Task<ProvenPrefix?> FindPrefixAsync(string stem, CancellationToken ct);

    /// <summary>
    /// Receives, proves and stores one body, in this order: length, checksum, container; flush; sidecar; rename; flush of the folder.
    /// On any failure nothing appears under a final name; a proven prefix is kept where going on from it makes sense.
    /// </summary>
    /// <param name="received">Told the number of bytes that are here, now and then.</param>
    Task<ArchiveAnswer> ReceiveAsync(ArchiveOrder order, SourceAnswer.Opened source, IProgress<long> received, CancellationToken ct);

    /// <summary>Removes a video with its sidecar, and its poster. Missing files are no failure.</summary>
    Task DeleteAsync(StoredFile file, CancellationToken ct);

    /// <summary>Removes what an unfinished fetch has left.</summary>
    Task DiscardAsync(string stem, CancellationToken ct);

    /// <summary>Whether the file is there with the recorded size. Reads no bytes.</summary>
    bool IsPresent(StoredFile file);

    /// <summary>False while the storage itself is gone, a disk that is not mounted say: then a file that is not there proves nothing about it.</summary>
    bool IsReachable { get; }
}

/// <param name="Stem">The file's name without its ending.</param>
/// <param name="Workspace">For the sidecar: id, name, request and task are written beside the file.</param>
public sealed record ArchiveOrder(string Stem, Workspace Workspace);

public abstract record ArchiveAnswer
{
    private ArchiveAnswer() { }

    public sealed record Stored(StoredFile File) : ArchiveAnswer;

    /// <summary>The body broke off or was not what it should be (short, wrong sum, no video): to be fetched again.</summary>
    public sealed record Unproven(Problem Problem) : ArchiveAnswer;

    /// <summary>Another fetch has the unfinished file. Its worker has lost its claim to the caller: it is about to stop, or it is frozen.</summary>
    public sealed record Held(Problem Problem) : ArchiveAnswer;

    /// <summary>Larger than allowed: no retry will help until the configuration changes.</summary>
    public sealed record TooLarge(Problem Problem) : ArchiveAnswer;

    /// <summary>The disk is full: what is here is kept, and the fetch goes on when there is room.</summary>
    public sealed record DiskFull(Problem Problem) : ArchiveAnswer;
}
