using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Domain.Videos;

/// <summary>A video file of ours, under its final name. Members are null only in records of the earlier system.</summary>
/// <param name="Size">In bytes.</param>
/// <param name="Sha256">64 lower-case hex digits.</param>
/// <param name="Crc64">CRC-64/XZ, 16 lower-case hex digits.</param>
/// <param name="Media">What the container says; null until it has been read.</param>
/// <param name="Thumbnail">The poster; null while there is none.</param>
public sealed record StoredFile(
    StoragePath Path,
    string ContentType,
    long? Size,
    string? Sha256,
    string? Crc64,
    Verification? Verified,
    DateTimeOffset? ArchivedAt,
    MediaFacts? Media = null,
    StoragePath? Thumbnail = null);

/// <summary>What the file itself says.</summary>
/// <param name="Duration">In seconds.</param>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Codec">As ffprobe names it: <c>h264</c>.</param>
/// <param name="FastStart">The index comes before the pictures, so playing can begin at once.</param>
public sealed record MediaFacts(double Duration, int Width, int Height, string Codec, bool FastStart);
