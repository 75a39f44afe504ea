using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace VideoPlatform.Sandbox.Oss;

/// <summary>A part of an object, from <paramref name="First"/> to <paramref name="Last"/> inclusive.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ByteRange(long First, long Last)
{
    public long Length => Last - First + 1;

    /// <summary>The single range that a request asks for; null when it is invalid for an object of this length (RFC 9110 section 14.1.2).</summary>
    public static ByteRange? Read(HttpRequest request, long length)
    {
        if (!RangeHeaderValue.TryParse(request.Headers.Range.ToString(), out var header)) return null;
        if (header.Unit != "bytes" || header.Ranges.Count != 1) return null;

        var range = header.Ranges.Single();
        if (range.From is not { } first)
            return range.To is { } suffix and > 0 && length > 0 ? new ByteRange(Math.Max(0, length - suffix), length - 1) : null;
        return first < length ? new ByteRange(first, Math.Min(range.To ?? long.MaxValue, length - 1)) : null;
    }
}
