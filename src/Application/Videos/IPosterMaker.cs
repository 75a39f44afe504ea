using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Videos;

/// <summary>Makes the still picture that stands for a video.</summary>
public interface IPosterMaker
{
    /// <returns>The poster under its final name, or null when none could be made. Bounded in time and memory.</returns>
    Task<StoragePath?> MakeAsync(StoredFile file, CancellationToken ct);

    /// <summary>Removes a poster whose video went while it was made. A missing one is no failure.</summary>
    void Delete(StoragePath poster);
}
