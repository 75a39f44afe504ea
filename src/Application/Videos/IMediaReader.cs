using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Application.Videos;

/// <summary>Reads what a stored video says of itself.</summary>
public interface IMediaReader
{
    /// <returns>Null when it cannot be read (no reader on this machine, or a file that it does not understand).</returns>
    Task<MediaFacts?> ReadAsync(StoredFile file, CancellationToken ct);
}
