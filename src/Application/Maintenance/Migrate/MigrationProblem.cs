using System.Globalization;
using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Application.Maintenance.Migrate;

/// <summary>How a record says that its migration failed: <c>Migration failed: 403 Request has expired.</c></summary>
internal static class MigrationProblem
{
    private const string Prefix = "Migration failed: ";

    /// <summary>The same problem with the migration named in its message. The code stays the cause's own.</summary>
    public static Problem Of(Problem cause) => IsIn(cause) ? cause : cause with { Message = Prefix + cause.Message };

    public static bool IsIn(Problem? problem) => problem?.Message.StartsWith(Prefix, StringComparison.Ordinal) is true;

    /// <summary>The HTTP status that begins a refusal's message, with or without our words before it.</summary>
    public static int? StatusIn(string? message)
    {
        if (message is null) return null;

        var text = message.StartsWith(Prefix, StringComparison.Ordinal) ? message.AsSpan(Prefix.Length) : message;
        return text.Length > 3 && text[3] == ' ' && int.TryParse(text[..3], NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status >= 100
            ? status
            : null;
    }
}
