using System.Globalization;
using System.Security;
using Microsoft.AspNetCore.Http;

namespace VideoPlatform.Sandbox.Oss;

/// <summary>Error documents of the object store (dashscope.md section 4).</summary>
internal static class OssErrors
{
    public static Task WriteAsync(HttpContext context, int status, string code, string message, string details = "")
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/xml";
        var xml = $"""
            <?xml version="1.0" encoding="UTF-8"?>
            <Error><Code>{code}</Code><Message>{SecurityElement.Escape(message)}</Message><RequestId>{response.Headers["x-oss-request-id"]}</RequestId><HostId>{context.Request.Host}</HostId>{details}</Error>
            """;
        return response.WriteAsync(xml, context.RequestAborted);
    }

    public static Task ExpiredAsync(HttpContext context, DateTimeOffset now)
    {
        var expires = long.TryParse(context.Request.Query["Expires"], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : now;
        return WriteAsync(context, 403, "AccessDenied", "Request has expired.",
            $"<Expires>{Iso(expires)}</Expires><ServerTime>{Iso(now)}</ServerTime>");
    }

    public static Task DamagedAsync(HttpContext context) => WriteAsync(context, 403, "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your key and signing method.");

    public static Task NotFoundAsync(HttpContext context) =>
        WriteAsync(context, 404, "NoSuchKey", "The specified key does not exist.");

    private static string Iso(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
