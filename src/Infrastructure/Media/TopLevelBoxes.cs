using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace VideoPlatform.Infrastructure.Media;

/// <summary>The outermost boxes of an MP4 or QuickTime file (ISO/IEC 14496-12 section 4.2), as far as their order is of interest.</summary>
internal static class TopLevelBoxes
{
    private const int MaxBoxes = 256;   // a file with more before its pictures is not worth a longer look

    /// <summary>Whether the index (<c>moov</c>) comes before the pictures (<c>mdat</c>), so that playing can begin at once.</summary>
    public static bool IndexComesFirst(SafeFileHandle file)
    {
        Span<byte> header = stackalloc byte[16];
        var length = RandomAccess.GetLength(file);
        long at = 0;
        for (var i = 0; i < MaxBoxes && at < length; i++)
        {
            var read = RandomAccess.Read(file, header, at);
            if (read < 8) return false;

            var type = header[4..8];
            if (type.SequenceEqual("moov"u8)) return true;
            if (type.SequenceEqual("mdat"u8)) return false;

            // Size 1: a 64-bit size follows. Size 0: the box goes on to the end of the file.
            long size = BinaryPrimitives.ReadUInt32BigEndian(header);
            if (size == 1) size = read == 16 ? BinaryPrimitives.ReadInt64BigEndian(header[8..]) : 0;
            if (size < 8 || size > length - at) return false;
            at += size;
        }

        return false;
    }

    /// <summary>Whether a known box says that it goes on behind the end of the file. What cannot be understood proves nothing.</summary>
    public static bool EndIsMissing(SafeFileHandle file)
    {
        Span<byte> header = stackalloc byte[16];
        var length = RandomAccess.GetLength(file);
        long at = 0;
        for (var i = 0; i < MaxBoxes && at < length; i++)
        {
            var read = RandomAccess.Read(file, header, at);
            if (read < 8 || !IsKnown(header[4..8])) return false;

            long size = BinaryPrimitives.ReadUInt32BigEndian(header);
            if (size == 1 && read == 16) size = BinaryPrimitives.ReadInt64BigEndian(header[8..]);
            if (size < 8) return false;
            if (size > length - at) return true;
            at += size;
        }

        return false;
    }

    private static bool IsKnown(ReadOnlySpan<byte> type) =>
        type.SequenceEqual("ftyp"u8) || type.SequenceEqual("moov"u8) || type.SequenceEqual("mdat"u8) || type.SequenceEqual("free"u8)
        || type.SequenceEqual("skip"u8) || type.SequenceEqual("wide"u8) || type.SequenceEqual("moof"u8) || type.SequenceEqual("sidx"u8);
}
