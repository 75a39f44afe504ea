using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace VideoPlatform.Application.Workspaces;

/// <summary>The public JSON: <c>snake_case</c>, times as RFC 3339 in UTC with milliseconds and <c>Z</c>, unknown members refused.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    Converters = [typeof(UtcMillisecondsConverter)])]
[JsonSerializable(typeof(WorkspaceView))]
[JsonSerializable(typeof(VideoView))]
public sealed partial class PublicJson : JsonSerializerContext;

/// <summary><c>2026-01-01T10:36:06.000Z</c>.</summary>
public sealed class UtcMillisecondsConverter : JsonConverter<DateTimeOffset>
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<byte> text = stackalloc byte[24];
        value.UtcDateTime.TryFormat(text, out var length, Format, CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..length]);
    }
}
