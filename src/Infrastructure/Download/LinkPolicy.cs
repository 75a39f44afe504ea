using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Infrastructure.Download;

/// <summary>Which addresses may be fetched at all: scheme and host here, the network address once a socket is connected.</summary>
internal sealed class LinkPolicy
{
    private const string Wildcard = "*.";

    private readonly bool allowHttp;
    private readonly bool allowPrivateAddresses;
    private readonly Uri? sandbox;
    private readonly string[] names;
    private readonly string[] suffixes;

    public LinkPolicy(DownloadOptions options)
    {
        (allowHttp, allowPrivateAddresses, sandbox) = (options.AllowHttp, options.AllowPrivateAddresses, options.SandboxOrigin);
        names = [.. options.AllowedHosts.Where(entry => !entry.StartsWith(Wildcard, StringComparison.Ordinal)).Select(Normal).Where(IsName)];
        suffixes = [.. options.AllowedHosts.Where(entry => entry.StartsWith(Wildcard, StringComparison.Ordinal)).Select(entry => Normal(entry[2..])).Where(IsName).Select(name => '.' + name)];
    }

    /// <returns>True with why it is forbidden.</returns>
    public bool Forbids(Uri address, [NotNullWhen(true)] out Problem? problem)
    {
        problem = IsSandbox(address) ? null
            : address.UserInfo.Length > 0 ? new Problem("host_forbidden", "The link carries a user name.")
            : !IsAllowedScheme(address) ? new Problem("scheme_forbidden", $"Links by {address.Scheme} are not allowed (Downloads:AllowHttp).")
            : !IsAllowedHost(address) ? new Problem("host_forbidden", $"The host {address.IdnHost} is not allowed (Downloads:AllowedHosts).")
            : null;
        return problem is not null;
    }

    /// <summary>Whether a connection for this address may end at any address, also a private one.</summary>
    public bool AllowsAnyAddress(Uri address) => allowPrivateAddresses || IsSandbox(address);

    private bool IsSandbox(Uri address) =>
        sandbox is not null && Uri.Compare(address, sandbox, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0
        && address.UserInfo.Length == 0;

    private bool IsAllowedScheme(Uri address) => address.Scheme == Uri.UriSchemeHttps || (allowHttp && address.Scheme == Uri.UriSchemeHttp);

    private bool IsAllowedHost(Uri address)
    {
        var host = Normal(address.IdnHost);
        return names.Contains(host, StringComparer.Ordinal) || suffixes.Any(suffix => host.Length > suffix.Length && host.EndsWith(suffix, StringComparison.Ordinal));
    }

    private static bool IsName(string host) => host.Length > 0;

    // Lower case, internationalised names in their ASCII form, without the root's dot. An entry that is no name allows nothing.
    private static string Normal(string host)
    {
        var bare = host.Trim();
        if (bare.EndsWith('.')) bare = bare[..^1];
        if (bare.Contains(':', StringComparison.Ordinal)) return bare.Trim('[', ']').ToLower(CultureInfo.InvariantCulture);
        return Uri.TryCreate($"https://{bare}/", UriKind.Absolute, out var parsed) && parsed.UserInfo.Length == 0 && parsed.AbsolutePath == "/"
            ? parsed.IdnHost.ToLower(CultureInfo.InvariantCulture)
            : "";
    }
}
