using System.Globalization;
using VideoPlatform.Application.Videos;

namespace VideoPlatform.Infrastructure.Download;

/// <summary>What the headers of an answer say about its body. A header that cannot be read counts as absent.</summary>
/// <param name="Length">Bytes of this body.</param>
/// <param name="IsChunked">The body's end is marked in it.</param>
/// <param name="IsEncoded">It is not the plain bytes.</param>
/// <param name="ETag">With its quotation marks; strong tags only.</param>
/// <param name="Crc64">Of the whole object: <c>x-oss-hash-crc64ecma</c>, an unsigned decimal number (dashscope.md section 4).</param>
/// <param name="RangeTotal">Of the whole object, from <c>Content-Range</c>.</param>
internal sealed record SourceHeaders(
    long? Length, bool IsChunked, bool IsEncoded, string? ETag, ulong? Crc64, long? RangeFrom, long? RangeTo, long? RangeTotal)
{
    public static SourceHeaders Read(HttpResponseMessage response)
    {
        var range = response.Content.Headers.ContentRange is { Unit: "bytes" } declared ? declared : null;
        return new SourceHeaders(
            response.Content.Headers.ContentLength,
            response.Headers.TransferEncodingChunked is true,
            response.Content.Headers.ContentEncoding.Any(e => !e.Equals("identity", StringComparison.OrdinalIgnoreCase)),
            response.Headers.ETag is { IsWeak: false } tag ? tag.Tag : null,
            response.Headers.TryGetValues("x-oss-hash-crc64ecma", out var sums) ? ReadCrc(sums) : null,
            range?.From, range?.To, range?.Length);
    }

    /// <summary>Whether this partial body is exactly the rest behind the prefix, of the very same object.</summary>
    public bool Continues(ProvenPrefix prefix) =>
        ETag == prefix.ETag
        && RangeFrom == prefix.Length
        && RangeTotal is { } total && RangeTo == total - 1 && total > prefix.Length
        && (prefix.Total is null || prefix.Total == total)
        && (Length is null || Length == total - prefix.Length);

    private static ulong? ReadCrc(IEnumerable<string> values) =>
        values.ToArray() is [var only] && ulong.TryParse(only.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var crc) ? crc : null;
}
