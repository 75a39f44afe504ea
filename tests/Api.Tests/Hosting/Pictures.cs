using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using SkiaSharp;

namespace VideoPlatform.Api.Tests.Hosting;

/// <summary>Pictures, good and bad.</summary>
internal static class Pictures
{
    private static readonly byte[] small = Encode(SKEncodedImageFormat.Png, 320, 240, SKAlphaType.Opaque);

    /// <summary>320 × 240 pixels without an alpha channel.</summary>
    public static byte[] Png() => [.. small];

    public static byte[] PngWithAlpha() => Encode(SKEncodedImageFormat.Png, 320, 240, SKAlphaType.Unpremul);

    public static byte[] Jpeg(int width = 320, int height = 240) => Encode(SKEncodedImageFormat.Jpeg, width, height, SKAlphaType.Opaque);

    public static byte[] Webp() => Encode(SKEncodedImageFormat.Webp, 320, 240, SKAlphaType.Opaque);

    /// <summary>24 bits a pixel, bottom up.</summary>
    public static byte[] Bmp(int width = 320, int height = 240)
    {
        var stride = ((width * 3) + 3) / 4 * 4;
        var bytes = new byte[54 + (stride * height)];
        "BM"u8.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(2), bytes.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(10), 54);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(18), width);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(22), height);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(26), 1);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(28), 24);
        return bytes;
    }

    public static byte[] Png(int width, int height) => Encode(SKEncodedImageFormat.Png, width, height, SKAlphaType.Opaque);

    /// <summary>A PNG of a few hundred bytes that says it has so many pixels.</summary>
    public static byte[] Bomb(int width, int height)
    {
        using var bytes = new MemoryStream();
        bytes.Write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 2);
        Chunk(bytes, "IHDR", header);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true)) zlib.Write(new byte[100_000]);
        Chunk(bytes, "IDAT", packed.ToArray());
        Chunk(bytes, "IEND", []);
        return bytes.ToArray();
    }

    private static void Chunk(MemoryStream bytes, string type, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        var number = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        bytes.Write(number);
        bytes.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32(body));
        bytes.Write(number);
    }

    // The sum of PNG chunks (RFC 2083, section 15).
    private static uint Crc32(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) == 1 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }

        return ~crc;
    }

    private static byte[] Encode(SKEncodedImageFormat format, int width, int height, SKAlphaType alpha)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, alpha));
        using var canvas = new SKCanvas(bitmap);
        using var paint = new SKPaint();
        canvas.Clear(alpha is SKAlphaType.Opaque ? SKColors.SteelBlue : SKColors.Transparent);
        paint.Color = SKColors.OrangeRed;
        canvas.DrawCircle(width / 2f, height / 2f, height / 3f, paint);
        using var encoded = bitmap.Encode(format, 90);
        return encoded.ToArray();
    }
}
