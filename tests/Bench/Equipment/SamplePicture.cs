using System.Buffers.Binary;

namespace VideoPlatform.Bench.Equipment;

internal static class SamplePicture
{
    /// <summary>A grey picture: a BMP of 24 bits a pixel, its header and then the pixels.</summary>
    /// <param name="width">In pixels, a multiple of 4.</param>
    /// <param name="height">In pixels.</param>
    public static byte[] Bmp(int width, int height)
    {
        const int head = 54;
        var bytes = new byte[head + (width * height * 3)];
        bytes.AsSpan(head).Fill(0x80);
        "BM"u8.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(2), bytes.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(10), head);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(18), width);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(22), height);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(26), 1);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(28), 24);
        return bytes;
    }
}
