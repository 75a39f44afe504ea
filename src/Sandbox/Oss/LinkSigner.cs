using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace VideoPlatform.Sandbox.Oss;

internal enum LinkState { Good, Unsigned, Damaged, Expired }

/// <summary>Presigned links of OSS, signature version 1: <c>Expires</c>, <c>OSSAccessKeyId</c>, <c>Signature</c> (dashscope.md section 4).</summary>
internal sealed class LinkSigner(byte[] secret)
{
    public const string AccessKeyId = "LTAIsandbox";
    private const string Bucket = "dashscope-result-sandbox";

    public Uri Sign(Uri origin, string objectKey, long expires) =>
        new(origin, $"/{objectKey}?Expires={expires}&OSSAccessKeyId={AccessKeyId}&Signature={Uri.EscapeDataString(Signature("GET", objectKey, expires))}");

    /// <summary>The verb is part of the signature, so that HEAD on a link for GET is a damaged link.</summary>
    public LinkState Check(HttpRequest request, DateTimeOffset now)
    {
        var query = request.Query;
        if (!query.ContainsKey("Signature")) return LinkState.Unsigned;
        if (!long.TryParse(query["Expires"], NumberStyles.None, CultureInfo.InvariantCulture, out var expires)) return LinkState.Damaged;

        var expected = Signature(request.Method, request.Path.Value![1..], expires);
        if (!Same(expected, query["Signature"].ToString()) || query["OSSAccessKeyId"] != AccessKeyId) return LinkState.Damaged;
        return now.ToUnixTimeSeconds() >= expires ? LinkState.Expired : LinkState.Good;
    }

    // HMAC-SHA1 is what version 1 of the signature prescribes.
#pragma warning disable CA5350
    public string SignText(string text) => Convert.ToBase64String(HMACSHA1.HashData(secret, Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5350

    public static bool Same(string expected, string given) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(given));

    private string Signature(string verb, string objectKey, long expires) =>
        SignText($"{verb}\n\n\n{expires}\n/{Bucket}/{objectKey}");
}
