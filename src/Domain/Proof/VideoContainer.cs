using System.Buffers.Binary;
using System.Text;

namespace VideoPlatform.Domain.Proof;

/// <summary>What kind of video file some bytes begin, whatever anybody claims about them.</summary>
/// <param name="Extension">Without a dot: <c>mp4</c>, <c>mov</c> or <c>webm</c>.</param>
public sealed record VideoContainer(string Extension, string ContentType)
{
    /// <summary>So many first bytes are enough to tell.</summary>
    public const int HeadLength = 4096;

    public static readonly VideoContainer Mp4 = new("mp4", "video/mp4");
    public static readonly VideoContainer QuickTime = new("mov", "video/quicktime");
    public static readonly VideoContainer WebM = new("webm", "video/webm");

    /// <summary>The kinds by which a stored name may end.</summary>
    public static readonly IReadOnlyList<VideoContainer> All = [Mp4, WebM, QuickTime];

    /// <summary>Reads the <c>ftyp</c> box (ISO/IEC 14496-12 section 4.3) or the EBML head (RFC 8794) of a file's first bytes.</summary>
    /// <param name="head">The first <see cref="HeadLength"/> bytes, or the whole of a shorter file.</param>
    /// <returns>Null when it is no video.</returns>
    public static VideoContainer? Detect(ReadOnlySpan<byte> head)
    {
        if (head.Length >= 16 && head[4..8].SequenceEqual("ftyp"u8)) return DetectBrand(head);
        return EbmlHead.IsWebM(head) ? WebM : null;
    }

    public static VideoContainer? ByExtension(string fileName) =>
        All.FirstOrDefault(c => fileName.EndsWith('.' + c.Extension, StringComparison.Ordinal));

    private static VideoContainer? DetectBrand(ReadOnlySpan<byte> head)
    {
        // size, "ftyp", major brand, minor version, compatible brands of four bytes each
        var size = BinaryPrimitives.ReadUInt32BigEndian(head);
        if (size is < 16 or > HeadLength || size % 4 != 0) return null;

        var brand = head[8..12];
        foreach (var b in brand)
            if (b is < 0x20 or > 0x7E) return null;

        return Encoding.ASCII.GetString(brand) switch
        {
            // Pictures and sound in the same box structure.
            "avif" or "avis" or "heic" or "heix" or "hevc" or "heim" or "heis" or "mif1" or "msf1" or "M4A " or "M4B " or "M4P " => null,
            "qt  " => QuickTime,
            _ => Mp4,
        };
    }
}
