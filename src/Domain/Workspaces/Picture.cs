namespace VideoPlatform.Domain.Workspaces;

/// <summary>The stored picture that a video is made from. Everything in it was read from its bytes.</summary>
/// <param name="ContentType"><c>image/jpeg</c>, <c>image/png</c>, <c>image/bmp</c> or <c>image/webp</c>. Null in records of the earlier system.</param>
/// <param name="Size">In bytes. Null in records of the earlier system.</param>
/// <param name="Width">In pixels. Null in records of the earlier system.</param>
/// <param name="Height">In pixels. Null in records of the earlier system.</param>
/// <param name="HasAlpha">The file carries an alpha channel, which the provider refuses in a PNG.</param>
public sealed record Picture(StoragePath Path, string? ContentType, long? Size, int? Width, int? Height, bool HasAlpha);
