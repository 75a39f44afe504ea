using System.Security.Cryptography;
using System.Text;
using VideoPlatform.Domain.Results;

namespace VideoPlatform.Application.Idempotency;

/// <summary>The key of an earlier call came with another body.</summary>
public sealed record IdempotencyKeyReused()
    : Error(ErrorKind.Unprocessable, "idempotency_key_reused", "This Idempotency-Key was used with another body. Use a new key for a new request.");

internal static class Idempotent
{
    /// <summary>Longest key, in visible ASCII characters.</summary>
    public const int MaxKeyLength = 255;

    public static bool IsKey(string? key) => key is null || (key.Length is > 0 and <= MaxKeyLength && key.All(c => c is > ' ' and <= '~'));

    /// <summary>SHA-256 (hex) over the parts; each is told apart by its length.</summary>
    public static string Fingerprint(params ReadOnlySpan<object?> parts)
    {
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            var value = part?.ToString();
            text.Append(value?.Length ?? -1).Append(':').Append(value).Append('\n');
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
