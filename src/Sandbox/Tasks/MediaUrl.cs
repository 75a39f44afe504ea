using System.Buffers.Text;

namespace VideoPlatform.Sandbox.Tasks;

/// <summary>The three ways to hand over a picture (dashscope.md section 2.2).</summary>
internal static class MediaUrl
{
    public const string Invalid = "The provided URL does not appear to be valid. Ensure it is correctly formatted.";
    public const string OssScheme = "oss://";

    private static readonly string[] PictureTypes = ["jpeg", "jpg", "png", "bmp", "webp"];

    public static bool IsOss(string url) => url.StartsWith(OssScheme, StringComparison.Ordinal);

    public static bool IsValid(string url) =>
        IsOss(url) || (Base64Of(url) is { IsEmpty: false } data && Base64.IsValid(data))
        || (Uri.TryCreate(url, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps));

    /// <summary>The bytes of <c>data:image/{type};base64,{data}</c>; null for anything else.</summary>
    public static byte[]? DataOf(string url) =>
        Base64Of(url) is { IsEmpty: false } data && Base64.IsValid(data) ? Convert.FromBase64String(new string(data)) : null;

    private static ReadOnlySpan<char> Base64Of(string url)
    {
        const string start = "data:image/", middle = ";base64,";
        var comma = url.IndexOf(middle, 0, Math.Min(url.Length, 64), StringComparison.Ordinal);
        if (!url.StartsWith(start, StringComparison.OrdinalIgnoreCase) || comma < start.Length) return [];
        if (!PictureTypes.Contains(url[start.Length..comma], StringComparer.OrdinalIgnoreCase)) return [];
        return url.AsSpan(comma + middle.Length);
    }
}
