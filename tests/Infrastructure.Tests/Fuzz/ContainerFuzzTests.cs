using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using VideoPlatform.Domain.Proof;
using VideoPlatform.Infrastructure.Media;
using VideoPlatform.Infrastructure.Tests.Archive;

namespace VideoPlatform.Infrastructure.Tests.Fuzz;

/// <summary>
/// What decides whether bytes are a video, against damaged files of every kind: no exception, no hang, and no yes that a second
/// reading, written from the formats' definitions alone, does not share.
/// </summary>
public sealed class ContainerFuzzTests : IDisposable
{
    private static readonly byte[][] files =
    [
        [.. Box("ftyp", [.. "isom"u8, 0, 0, 2, 0, .. "isomiso2avc1mp41"u8]), .. Box("free", []), .. Box("mdat", new byte[40]), .. Box("moov", Box("mvhd", new byte[20]))],
        [.. Box("ftyp", [.. "mp42"u8, 0, 0, 0, 0, .. "mp42"u8]), .. Box("moov", new byte[16]), .. Box("mdat", new byte[64])],
        [.. Box("ftyp", [.. "qt  "u8, 0, 0, 2, 0]), .. Box("wide", []), .. Box("mdat", new byte[30]), .. Box("moov", new byte[8])],
        [.. Box("ftyp", [.. "isom"u8, 0, 0, 2, 0]), 0, 0, 0, 1, .. "mdat"u8, 0, 0, 0, 0, 0, 0, 0, 48, .. new byte[32], .. Box("moov", new byte[8])],
        [.. Box("ftyp", [.. "iso5"u8, 0, 0, 2, 0]), .. Box("sidx", new byte[12]), .. Box("moof", new byte[12]), 0, 0, 0, 0, .. "mdat"u8, .. new byte[20]],
        [.. Box("ftyp", [.. "avif"u8, 0, 0, 0, 0, .. "avifmif1"u8]), .. Box("meta", new byte[40])],
        [0x1A, 0x45, 0xDF, 0xA3, 0x9F, 0x42, 0x86, 0x81, 1, 0x42, 0xF7, 0x81, 1, 0x42, 0xF2, 0x81, 4, 0x42, 0xF3, 0x81, 8, 0x42, 0x82, 0x84, .. "webm"u8, 0x42, 0x87, 0x81, 4, 0x42, 0x85, 0x81, 2, 0x18, 0x53, 0x80, 0x67],
        [0x1A, 0x45, 0xDF, 0xA3, 1, 0, 0, 0, 0, 0, 0, 15, 0xEC, 0x82, 1, 2, 0x42, 0x82, 0x40, 6, .. "webm"u8, 0, 0, 0x18],
        [0x1A, 0x45, 0xDF, 0xA3, 0x95, 0xEC, 0x87, 0x42, 0x82, 0x84, .. "webm"u8, 0x42, 0x82, 0x88, .. "matroska"u8, 0, 0],
        [.. "<!doctype html><html><head><title>Please log in</title></head><body>ftypisom</body></html>"u8],
    ];

    private readonly TempStorage storage = TempStorage.Open();

    public void Dispose() => storage.Dispose();

    [Fact]
    public void The_container_check_says_yes_only_to_heads_that_are_one()
    {
        var (yes, no) = (0, 0);
        Mutator.Run(200_000, files, (bytes, _) =>
        {
            var container = VideoContainer.Detect(bytes.AsSpan(0, Math.Min(bytes.Length, VideoContainer.HeadLength)));

            Assert.Equal(Second(bytes), container?.Extension);
            if (container is null) no++;
            else yes++;
        });

        Assert.True(yes > 1000 && no > 1000, $"Only {yes} of the damaged files were still videos, and {no} were not: this tells nothing.");
    }

    [Fact]
    public void The_reader_of_boxes_finds_what_a_second_reading_finds()
    {
        var path = Path.Combine(storage.Root.Folder, "boxes");
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite);
        Mutator.Run(20_000, files, (bytes, _) =>
        {
            RandomAccess.SetLength(file, 0);
            RandomAccess.Write(file, bytes, 0);

            Assert.Equal(IndexFirst(bytes), TopLevelBoxes.IndexComesFirst(file));
            Assert.Equal(EndMissing(bytes), TopLevelBoxes.EndIsMissing(file));
        });
    }

    // ---- the second reading ----------------------------------------------------------------------------------

    private static string? Second(byte[] file)
    {
        var head = file.Take(VideoContainer.HeadLength).ToArray();
        if (head.Length >= 16 && Encoding.Latin1.GetString(head, 4, 4) == "ftyp")
        {
            var (size, brand) = (Number(head, 0, 4), Encoding.Latin1.GetString(head, 8, 4));
            if (size < 16 || size > VideoContainer.HeadLength || size % 4 != 0 || brand.Any(c => c is < ' ' or > '~')) return null;
            return "avif avis heic heix hevc heim heis mif1 msf1 M4A  M4B  M4P ".Chunk(5).Any(other => new string(other).StartsWith(brand, StringComparison.Ordinal)) ? null
                : brand == "qt  " ? "mov" : "mp4";
        }

        if (Element(head, 0) is not { Id: "1A45DFA3" } whole || whole.To > head.Length) return null;
        for (var at = whole.From; Element(head, at) is { } inner && inner.To <= whole.To; at = (int)inner.To)
            if (inner.Id == "4282") return Encoding.Latin1.GetString(head, inner.From, (int)inner.To - inner.From).TrimEnd('\0') == "webm" ? "webm" : null;
        return null;
    }

    private static (string Id, int From, BigInteger To)? Element(byte[] file, int at)
    {
        if (Width(file, at) is not { } idWidth || Width(file, at + idWidth) is not { } width) return null;
        var from = at + idWidth + width;
        var length = Number(file, at + idWidth, width) & ((BigInteger.One << (7 * width)) - 1);
        return (Convert.ToHexString(file, at, idWidth), from, from + length);
    }

    private static int? Width(byte[] file, int at)
    {
        if (at >= file.Length) return null;
        var bits = Convert.ToString(file[at], 2).PadLeft(8, '0');
        var width = bits.IndexOf('1', StringComparison.Ordinal) + 1;
        return width > 0 && at + width <= file.Length ? width : null;
    }

    private static bool IndexFirst(byte[] file)
    {
        foreach (var (type, end) in Walk(file))
        {
            if (type == "moov") return true;
            if (type == "mdat" || end is null || end > file.Length) return false;
        }

        return false;
    }

    private static bool EndMissing(byte[] file)
    {
        foreach (var (type, end) in Walk(file))
        {
            if (!new[] { "ftyp", "moov", "mdat", "free", "skip", "wide", "moof", "sidx" }.Contains(type) || end is null) return false;
            if (end > file.Length) return true;
        }

        return false;
    }

    /// <summary>Boxes and where each ends; null where its size is none, or is "to the end".</summary>
    private static IEnumerable<(string Type, BigInteger? End)> Walk(byte[] file)
    {
        BigInteger at = 0;
        for (var i = 0; i < 256 && at + 8 <= file.Length; i++)
        {
            var here = (int)at;
            var size = Number(file, here, 4);
            if (size == 1) size = here + 16 <= file.Length ? Number(file, here + 8, 8) : 0;
            var end = size < 8 || size > long.MaxValue ? (BigInteger?)null : at + size;
            yield return (Encoding.Latin1.GetString(file, here + 4, 4), end);
            if (end is null || end > file.Length) yield break;
            at = end.Value;
        }
    }

    private static BigInteger Number(byte[] file, int at, int width) => new(file.AsSpan(at, width), isUnsigned: true, isBigEndian: true);

    private static byte[] Box(string type, byte[] content)
    {
        var box = new byte[8 + content.Length];
        BinaryPrimitives.WriteInt32BigEndian(box, box.Length);
        Encoding.ASCII.GetBytes(type).CopyTo(box, 4);
        content.CopyTo(box, 8);
        return box;
    }
}
