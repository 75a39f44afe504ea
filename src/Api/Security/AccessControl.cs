using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using VideoPlatform.Api.Configuration;
using VideoPlatform.Api.Problems;

namespace VideoPlatform.Api.Security;

/// <summary>
/// Who may call. With API keys: a key in <c>Authorization: Bearer</c>, or the session cookie of the page. Without: only loopback, and no other site's page.
/// What names no role and is not <see cref="OpenToAll"/> takes any key; what is no endpoint at all (the page, an address with nothing at it) takes none.
/// </summary>
internal sealed partial class AccessControl(RequestDelegate next, IOptions<AuthOptions> options, ILogger<AccessControl> log)
{
    public const string Cookie = "videoplatform_session";

    private readonly (byte[] Sha256, Role Role, string Name)[] keys =
        [.. options.Value.ApiKeys.Select(k => (Convert.FromHexString(k.Sha256), Enum.Parse<Role>(k.Role, ignoreCase: true), k.Name))];

    public async Task InvokeAsync(HttpContext http)
    {
        var refusal = Refuse(http);
        await (refusal is null ? next(http) : refusal.ExecuteAsync(http));
    }

    private IResult? Refuse(HttpContext http)
    {
        if (keys.Length == 0 && http.Connection.RemoteIpAddress is { } address && !IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address))
            return ProblemMapping.Of(403, "forbidden", "No API keys are configured, so only this machine may connect.");
        if (keys.Length == 0 && !IsNameOfThisMachine(http.Request.Host.Host))
            return ProblemMapping.Of(403, "forbidden", "No API keys are configured, so this service answers as localhost only.");
        if (IsFromAnotherSite(http.Request))
            return ProblemMapping.Of(403, "forbidden", "Another site's page may not call this service.");
        if (keys.Length == 0 || http.GetEndpoint() is not { } endpoint || endpoint.Metadata.GetMetadata<OpenToAll>() is not null) return null;

        // Also before the routing's own refusals of a method or a content type: those endpoints stand in for the real one and do not know its role.
        var required = endpoint.Metadata.GetMetadata<RequiredRole>()?.Role ?? Role.Reader;
        if (KeyOf(http.Request) is not { } key || Find(key) is not { } found)
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
            return ProblemMapping.Of(401, "unauthenticated", "Send a valid API key: Authorization: Bearer ….");
        }

        if (found.Role >= required) return null;

        LogForbidden(found.Name, http.Request.Method, http.Request.Path);
        return ProblemMapping.Of(403, "forbidden", $"This key may not do that; it takes the role {required.ToString().ToLowerInvariant()}.");
    }

    /// <summary>The key's name and role, or null. Compared by hash in constant time.</summary>
    internal (Role Role, string Name)? Find(string key)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(key));
        (Role, string)? found = null;
        foreach (var known in keys)
            if (CryptographicOperations.FixedTimeEquals(known.Sha256, hash)) found = (known.Role, known.Name);
        return found;
    }

    private static string? KeyOf(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) return header["Bearer ".Length..].Trim();
        if (request.Cookies[Cookie] is not { Length: > 0 and < 1024 } cookie || !Base64Url.IsValid(cookie)) return null;
        return Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cookie));
    }

    // A page elsewhere may let its own name lead to this machine (DNS rebinding): for the browser it is then no other site. A number cannot be bent like that.
    private static bool IsNameOfThisMachine(string host)
    {
        var name = host.TrimEnd('.');
        return name.Length == 0 || IPAddress.TryParse(name, out _) || name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase) || name.Equals(Environment.MachineName, StringComparison.OrdinalIgnoreCase);
    }

    // Browsers say where a call comes from: a page elsewhere must not spend money here on the strength of the visitor's network place or cookie.
    private static bool IsFromAnotherSite(HttpRequest request)
    {
        var isSocket = request.HttpContext.WebSockets.IsWebSocketRequest;
        if (!isSocket && (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))) return false;
        // These words hold also behind a proxy that renames this host. "same-site" says too little: a sibling domain is not ours, another port of this machine is.
        if (!isSocket && request.Headers["Sec-Fetch-Site"] is [{ } site])
        {
            if (site is "same-origin" or "none") return false;
            if (site == "cross-site") return true;
        }

        if (request.Headers.Origin is not [{ } origin]) return false;

        return !Uri.TryCreate(origin, UriKind.Absolute, out var from) || !(from.IsLoopback || from.Host == request.Host.Host);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The key {KeyName} may not {Method} {Path}")]
    private partial void LogForbidden(string keyName, string method, string path);
}
