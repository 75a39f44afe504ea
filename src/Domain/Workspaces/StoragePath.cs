using System.Diagnostics.CodeAnalysis;

namespace VideoPlatform.Domain.Workspaces;

/// <summary>
/// Where a stored file lies, relative to the storage root, with forward slashes: <c>1767008037365-8206bx2s.png</c>,
/// <c>videos/….mp4</c>, <c>thumbnails/….jpg</c>. It cannot leave the root: no <c>..</c>, no empty part, no hidden part, no odd character.
/// </summary>
public sealed record StoragePath
{
    /// <summary>The address under which the API serves the storage root.</summary>
    public const string PublicPrefix = "/uploads/";

    public const string Videos = "videos";
    public const string Thumbnails = "thumbnails";

    private StoragePath(string value) => Value = value;

    public string Value { get; }

    /// <summary>The address that a page can use: <c>/uploads/videos/….mp4</c>.</summary>
    public string Url => PublicPrefix + Value;

    public string FileName => Value[(Value.LastIndexOf('/') + 1)..];

    /// <summary>Takes a relative path, the public address of one, or the absolute path of an earlier system (its part after <c>uploads/</c>).</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out StoragePath? path)
    {
        path = null;
        if (string.IsNullOrEmpty(text) || text.Length > 1024) return false;

        var root = text.LastIndexOf(PublicPrefix, StringComparison.Ordinal);
        var relative = root >= 0 ? text[(root + PublicPrefix.Length)..] : text;
        if (!relative.Split('/').All(IsSafeName)) return false;

        path = new StoragePath(relative);
        return true;
    }

    /// <exception cref="FormatException">The text is no safe relative path.</exception>
    public static StoragePath Parse(string text) =>
        TryParse(text, out var path) ? path : throw new FormatException("Not a path inside the storage.");

    public override string ToString() => Value;

    private static bool IsSafeName(string part) =>
        part.Length is > 0 and <= 255 && part[0] != '.' && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
