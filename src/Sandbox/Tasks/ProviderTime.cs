using System.Globalization;

namespace VideoPlatform.Sandbox.Tasks;

/// <summary>The provider's clock face: UTC+8 without a zone designator (dashscope.md section 3).</summary>
internal static class ProviderTime
{
    private static readonly TimeSpan Zone = TimeSpan.FromHours(8);

    /// <summary><c>2026-10-02 11:07:28.590</c>.</summary>
    public static string Text(DateTimeOffset at) =>
        at.ToOffset(Zone).ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);

    /// <summary><c>20261002</c>.</summary>
    public static string Date(DateTimeOffset at) => at.ToOffset(Zone).ToString("yyyyMMdd", CultureInfo.InvariantCulture);

    /// <summary>Reads a list filter, <c>YYYYMMDDhhmmss</c> (section 5; the zone is an assumption of ours, as there).</summary>
    public static DateTimeOffset? ParseFilter(string text) =>
        DateTime.TryParseExact(text, "yyyyMMddHHmmss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)
            ? new DateTimeOffset(local, Zone)
            : null;
}
