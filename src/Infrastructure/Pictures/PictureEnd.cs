using System.Buffers.Binary;
using SkiaSharp;

namespace VideoPlatform.Infrastructure.Pictures;

/// <summary>A decoder is content when it has all pixels, although the file may be cut off behind them; other programs, the provider's among them, are not.</summary>
internal static class PictureEnd
{
    private const int PngSignature = 8;

    /// <summary>Whether the file is as long as it says that it is. JPEG and BMP end with their last pixels: the decoder has seen to them.</summary>
    public static bool IsThere(string path, SKEncodedImageFormat format)
    {
        if (format is not (SKEncodedImageFormat.Png or SKEncodedImageFormat.Webp)) return true;

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        return format is SKEncodedImageFormat.Png ? HasLastChunk(file) : HasWholeRiff(file);
    }

    /// <summary>Chunks of length (4), type (4), data and checksum (4), until the one that is called <c>IEND</c>.</summary>
    private static bool HasLastChunk(FileStream file)
    {
        Span<byte> head = stackalloc byte[8];
        for (long at = PngSignature; at + 12 <= file.Length;)
        {
            file.Position = at;
            file.ReadExactly(head);
            at += 12 + BinaryPrimitives.ReadUInt32BigEndian(head);
            if (head[4..].SequenceEqual("IEND"u8)) return at <= file.Length;
        }

        return false;
    }

    /// <summary><c>RIFF</c>, then the length of what follows.</summary>
    private static bool HasWholeRiff(FileStream file)
    {
        Span<byte> head = stackalloc byte[8];
        return file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && 8 + BinaryPrimitives.ReadUInt32LittleEndian(head[4..]) <= file.Length;
    }
}
