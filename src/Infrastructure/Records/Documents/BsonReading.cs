using System.Globalization;
using MongoDB.Bson;

namespace VideoPlatform.Infrastructure.Records.Documents;

/// <summary>
/// Members of a document that other programs write too: each is taken in any form that says the same
/// (JavaScript writes whole numbers as int32 or double, imports write dates as text), and is null in any other.
/// </summary>
internal static class BsonReading
{
    // The range of DateTimeOffset, in milliseconds since 1970.
    private static readonly long earliest = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();
    private static readonly long latest = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    public static BsonValue Member(this BsonDocument document, string name) => document.GetValue(name, BsonNull.Value);

    /// <summary>A text that is not empty.</summary>
    public static string? Text(this BsonDocument document, string name) =>
        document.Member(name) is BsonString { Value: { Length: > 0 } text } ? text : null;

    public static long? Whole(this BsonDocument document, string name) => document.Member(name) switch
    {
        BsonInt32 number => number.Value,
        BsonInt64 number => number.Value,
        BsonDouble { Value: >= -9e15 and <= 9e15 } number when Math.Truncate(number.Value) == number.Value => (long)number.Value,
        BsonDecimal128 number => WholeOf(number.Value.ToString()),
        BsonString text => WholeOf(text.Value),
        _ => null,
    };

    /// <summary>A whole number of 32 bits.</summary>
    public static int? Small(this BsonDocument document, string name) =>
        document.Whole(name) is >= int.MinValue and <= int.MaxValue and var number ? (int)number : null;

    public static double? Real(this BsonDocument document, string name) => document.Member(name) switch
    {
        BsonDouble { Value: var number } when double.IsFinite(number) => number,
        BsonString text when double.TryParse(text.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) => number,
        _ => document.Whole(name),
    };

    public static bool? Flag(this BsonDocument document, string name) => document.Member(name) switch
    {
        BsonBoolean flag => flag.Value,
        BsonString text when bool.TryParse(text.Value, out var flag) => flag,
        _ => null,
    };

    public static Guid? Unique(this BsonDocument document, string name) =>
        document.Member(name) is BsonString text && Guid.TryParse(text.Value, out var id) ? id : null;

    /// <summary>A date, RFC 3339 text, or milliseconds since 1970.</summary>
    public static DateTimeOffset? Time(this BsonDocument document, string name) => document.Member(name) switch
    {
        BsonDateTime date => FromMilliseconds(date.MillisecondsSinceEpoch),
        BsonString text when DateTimeOffset.TryParse(text.Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            => FromMilliseconds(time.ToUnixTimeMilliseconds()),
        BsonInt64 or BsonDouble => document.Whole(name) is { } number ? FromMilliseconds(number) : null,
        _ => null,
    };

    public static BsonDocument? Inner(this BsonDocument document, string name) => document.Member(name) as BsonDocument;

    public static IEnumerable<BsonDocument> Inners(this BsonDocument document, string name) =>
        document.Member(name) is BsonArray array ? array.OfType<BsonDocument>() : [];

    private static long? WholeOf(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static DateTimeOffset? FromMilliseconds(long milliseconds) =>
        milliseconds >= earliest && milliseconds <= latest ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;
}
