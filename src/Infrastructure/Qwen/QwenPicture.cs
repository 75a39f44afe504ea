using System.Diagnostics.CodeAnalysis;
using VideoPlatform.Application.Pictures;
using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Infrastructure.Qwen;

/// <summary>A stored picture, open for sending, with a media type that the provider reads (dashscope.md section 2.2).</summary>
internal sealed record QwenPicture(Stream Bytes, string MediaType) : IAsyncDisposable
{
    /// <summary>Bytes. A larger file should not be sent inline (dashscope.md section 2.2: "raw file below 7 MB").</summary>
    public const long InlineLimit = 7_000_000;

    public bool FitsInline => Bytes.Length < InlineLimit;

    public string Extension => MediaType switch
    {
        "image/jpeg" => "jpg",
        "image/png" => "png",
        "image/bmp" => "bmp",
        _ => "webp",
    };

    public static bool TryOpen(IPictureStore store, Picture picture, [NotNullWhen(true)] out QwenPicture? open, [NotNullWhen(false)] out Problem? problem)
    {
        (open, problem) = (null, null);
        Stream? bytes = null;
        try
        {
            bytes = store.Open(picture);
            if (bytes is null)
                problem = new Problem(QwenErrors.PictureMissing, "The picture's file is gone.");
            else if (MediaTypeOf(picture, bytes) is { } type)
                open = new QwenPicture(bytes, type);
            else
                problem = new Problem(QwenErrors.PictureUnreadable, "The picture's file is none of JPEG, PNG, BMP and WEBP.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = new Problem(QwenErrors.StorageFailed, "The picture's file cannot be read at the moment.");
        }
        finally
        {
            if (open is null) bytes?.Dispose();
        }

        return open is not null;
    }

    /// <summary>What follows from a picture that could not be opened: a storage may come back, a file that is gone or is no picture does not.</summary>
    public static PictureHandover NotHandedOver(Problem problem) =>
        problem.Code is QwenErrors.StorageFailed ? new PictureHandover.Unavailable(problem, null) : new PictureHandover.Impossible(problem);

    public ValueTask DisposeAsync() => Bytes.DisposeAsync();

    // Records of the earlier system do not say what their picture is; its first bytes do.
    private static string? MediaTypeOf(Picture picture, Stream bytes)
    {
        Span<byte> start = stackalloc byte[12];
        var length = bytes.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        bytes.Position = 0;
        if (length < start.Length) return null;

        return picture.ContentType
            ?? (start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? "image/jpeg"
            : start[1..].StartsWith("PNG\r\n"u8) ? "image/png"
            : start.StartsWith("BM"u8) ? "image/bmp"
            : start.StartsWith("RIFF"u8) && start[8..].StartsWith("WEBP"u8) ? "image/webp"
            : null);
    }
}
