using System.Globalization;
using System.Text.Json;

namespace VideoPlatform.Infrastructure.Qwen;

/// <summary>Reads foreign JSON without trusting its shape: what is missing or of another type is null.</summary>
internal static class QwenJson
{
    /// <summary>Undefined for anything that is not JSON.</summary>
    public static JsonElement Parse(string text)
    {
        try
        {
            return JsonElement.Parse(text.TrimStart('\uFEFF'));
        }
        catch (JsonException)
        {
            return default;
        }
    }

    /// <summary>Undefined when there is no such member.</summary>
    public static JsonElement Child(this JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var child) ? child : default;

    /// <summary>A string or a number as text; null for blanks and anything else.</summary>
    public static string? Text(this JsonElement element, string name)
    {
        var child = element.Child(name);
        try
        {
            var text = child.ValueKind switch
            {
                JsonValueKind.String => child.GetString(),
                JsonValueKind.Number => child.GetRawText(),
                _ => null,
            };
            return string.IsNullOrWhiteSpace(text) ? null : text;
        }
        catch (InvalidOperationException)   // half a surrogate pair is valid JSON, but no text
        {
            return null;
        }
    }

    /// <summary>A whole number, whether it was written as an integer, a float or a string.</summary>
    public static long? Number(this JsonElement element, string name) =>
        double.TryParse(element.Text(name), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && Math.Abs(number) < 1e15
            ? (long)number
            : null;
}
