using System.Globalization;

namespace VideoPlatform.Infrastructure.Qwen;

/// <summary>The provider's clock texts: without a zone, and meant as UTC+8 (dashscope.md sections 3 and 5).</summary>
internal static class QwenTimes
{
    private static readonly TimeSpan beijing = TimeSpan.FromHours(8);
    private static readonly string[] withoutZone = ["yyyy-MM-dd HH:mm:ss.FFFFFFF", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF"];
    private static readonly string[] withZone = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK"];

    /// <summary>Takes <c>yyyy-MM-dd HH:mm:ss</c> with or without a fraction, the same with a zone, or milliseconds since 1970. Null for anything else.</summary>
    public static DateTimeOffset? Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        text = text.Trim();

        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var milliseconds))
            return milliseconds is > 0 and < 253_402_300_799_000 ? Sane(DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds)) : null;
        if (DateTime.TryParseExact(text, withoutZone, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
            return local.Year > 1 ? Sane(new DateTimeOffset(local, beijing)) : null;
        return DateTimeOffset.TryParseExact(text, withZone, CultureInfo.InvariantCulture, DateTimeStyles.None, out var zoned) ? Sane(zoned) : null;
    }

    // A wild year would overflow where a day is added to it.
    private static DateTimeOffset? Sane(DateTimeOffset time) => time.Year is >= 2000 and < 3000 ? time.ToUniversalTime() : null;
}
