using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Pictures;

/// <summary>The uploaded pictures. What is stored is whole, and a picture: its format and dimensions were read from its bytes.</summary>
public interface IPictureStore
{
    /// <summary>Streams an upload to disk, refusing it as soon as it is too large, and proves it. On any error nothing is left.</summary>
    /// <returns>
    /// The picture and the SHA-256 (hex) of its bytes, or <see cref="ValidationFailed"/> (empty), <c>ImageTooLarge</c>, <c>UnsupportedImage</c>, <see cref="StorageFull"/>, <see cref="StorageGone"/>.
    /// </returns>
    Task<Result<ReceivedPicture>> ReceiveAsync(Stream upload, CancellationToken ct);

    /// <summary>Opens a stored picture for reading; null when its file is gone. The caller disposes it.</summary>
    /// <exception cref="IOException">It cannot be read at the moment; with the storage itself gone nothing is known of it.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be read.</exception>
    Stream? Open(Picture picture);

    /// <summary>Removes it. A missing file is no failure.</summary>
    void Delete(Picture picture);
}

public sealed record ReceivedPicture(Picture Picture, string Sha256);
