using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Videos;

/// <summary>How far each running fetch of this process is. Kept in memory only: it is news, not truth.</summary>
public interface IProgressBoard
{
    void Report(WorkspaceId id, DownloadProgress progress);

    void Clear(WorkspaceId id);

    DownloadProgress? Find(WorkspaceId id);
}

/// <summary>Hears how far a fetch has come, on that fetch's thread.</summary>
public interface IProgressListener
{
    void Progressed(WorkspaceId id, DownloadProgress progress);
}

/// <param name="Received">Bytes that are here.</param>
/// <param name="Total">Bytes of the whole; null when the sender does not say.</param>
public sealed record DownloadProgress(long Received, long? Total)
{
    /// <summary>Every byte is here; what goes on is proving and keeping them.</summary>
    public bool IsWhole => Received == Total;
}
