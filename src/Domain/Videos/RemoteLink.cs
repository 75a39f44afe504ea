using System.Globalization;

namespace VideoPlatform.Domain.Videos;

/// <summary>The provider's temporary link. Its query is a signature: it is shown in the record and nowhere else.</summary>
public sealed record RemoteLink
{
    /// <summary>A result lives this long after the task's end (dashscope.md section 4).</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private RemoteLink(string url, DateTimeOffset? expiresAt) => (Url, ExpiresAt) = (url, expiresAt);

    public string Url { get; }

    /// <summary>Null when nothing says until when: then it is treated as if the end were near.</summary>
    public DateTimeOffset? ExpiresAt { get; private init; }

    /// <summary>It answered 403 or 404: no later time can bring it back.</summary>
    public bool IsDead { get; private init; }

    /// <summary>Host and path without the query, for logs and messages.</summary>
    public string Public => new Uri(Url).GetLeftPart(UriPartial.Path);

    /// <summary>Takes an absolute http or https address. The deadline is its <c>Expires</c>, else a day after the task's end, else unknown.</summary>
    public static RemoteLink? Parse(string? url, DateTimeOffset? taskEndedAt)
    {
        // A line break would end up in a Location header; Uri overlooks it.
        if (url is null or { Length: > 8192 } || url.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)) || !Uri.TryCreate(url, UriKind.Absolute, out var uri)
            || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp) || uri.UserInfo.Length > 0)
            return null;

        return new RemoteLink(url, SignedUntil(uri) ?? taskEndedAt + Lifetime);
    }

    /// <summary>As stored earlier: the deadline may have been learnt from elsewhere, and the link may be known to be dead.</summary>
    public static RemoteLink? Restore(string? url, DateTimeOffset? expiresAt, bool isDead) =>
        Parse(url, null) is { } link ? link with { ExpiresAt = expiresAt ?? link.ExpiresAt, IsDead = isDead } : null;

    public bool LivesAt(DateTimeOffset now) => !IsDead && !(ExpiresAt <= now);

    /// <summary>Without the query: whatever is printed may end up in a log.</summary>
    public override string ToString() => Public;

    public RemoteLink Dead() => this with { IsDead = true };

    // OSS signs "Expires" as whole seconds since 1970 (dashscope.md section 4).
    private static DateTimeOffset? SignedUntil(Uri uri)
    {
        foreach (var pair in uri.Query.TrimStart('?').Split('&'))
        {
            if (pair.StartsWith("Expires=", StringComparison.Ordinal)
                && long.TryParse(pair.AsSpan(8), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                && seconds is > 0 and < 253_402_300_800)
                return DateTimeOffset.FromUnixTimeSeconds(seconds);
        }

        return null;
    }
}
