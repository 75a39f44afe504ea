using System.Text.RegularExpressions;

namespace VideoPlatform.Infrastructure.Qwen;

/// <summary>Makes foreign text fit to be kept and shown: short, on one line, without a key, a signature or an inline picture.</summary>
internal static class QwenText
{
    public const int MaxMessage = 500;
    public const int MaxCode = 100;

    private static readonly Regex query = Pattern(@"\?[^\s""'<>]*=[^\s""'<>]*");
    private static readonly Regex userInfo = Pattern(@"//[^/\s@]+@");
    private static readonly Regex inline = Pattern(@"data:[^\s""'<>]*");
    private static readonly Regex key = Pattern(@"\b(sk|st)-[A-Za-z0-9_\-]{6,}");

    public static string Message(string text, string? apiKey)
    {
        if (!string.IsNullOrWhiteSpace(apiKey)) text = text.Replace(apiKey.Trim(), "***", StringComparison.OrdinalIgnoreCase);
        text = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
        text = key.Replace(inline.Replace(userInfo.Replace(query.Replace(text, "?…"), "//"), "data:…"), "***").Trim();
        return text.Length <= MaxMessage ? text : Cut(text, MaxMessage - 1) + "…";
    }

    /// <summary>Null when nothing usable is left: codes are words of letters, digits and <c>. _ -</c>.</summary>
    public static string? Code(string? text)
    {
        if (text is null) return null;
        var code = string.Concat(text.Where(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-').Take(MaxCode));
        return code.Length == 0 ? null : code;
    }

    private static string Cut(string text, int length) => text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];

    // Foreign text decides how long a match takes, so only patterns that run in linear time.
    private static Regex Pattern(string pattern) => new(pattern, RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
