namespace VideoPlatform.Domain.Proof;

/// <summary>The first element of a Matroska or WebM file (RFC 8794 section 11.2): a list of elements, each an id, a length and its data.</summary>
internal static class EbmlHead
{
    private const ulong Head = 0x1A45DFA3;
    private const ulong DocType = 0x4282;

    /// <summary>Whether the head says <c>webm</c>. The word anywhere else in it does not count.</summary>
    public static bool IsWebM(ReadOnlySpan<byte> file)
    {
        if (!TryReadNumber(ref file, keepMarker: true, out var id) || id != Head || !TryReadNumber(ref file, keepMarker: false, out var length) || length > (ulong)file.Length) return false;

        var rest = file[..(int)length];
        while (TryReadNumber(ref rest, keepMarker: true, out id) && TryReadNumber(ref rest, keepMarker: false, out length) && length <= (ulong)rest.Length)
        {
            var data = rest[..(int)length];
            if (id == DocType) return data.TrimEnd((byte)0).SequenceEqual("webm"u8);
            rest = rest[data.Length..];
        }

        return false;
    }

    // One to eight bytes: as many as the first one has leading zeros, and one. In an id the marking bit belongs to the number.
    private static bool TryReadNumber(ref ReadOnlySpan<byte> bytes, bool keepMarker, out ulong number)
    {
        number = 0;
        if (bytes.Length == 0 || bytes[0] == 0) return false;

        var width = byte.LeadingZeroCount(bytes[0]) + 1;
        if (bytes.Length < width) return false;

        foreach (var b in bytes[..width]) number = (number << 8) | b;
        if (!keepMarker) number &= (1UL << (7 * width)) - 1;
        bytes = bytes[width..];
        return true;
    }
}
