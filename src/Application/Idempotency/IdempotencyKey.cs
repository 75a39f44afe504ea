using System.Security.Cryptography;
using System.Text;
using VideoPlatform.Domain.Results;

namespace VideoPlatform.Application.Idempotency;

/// <summary>The key of an earlier call came with another body.</summary>
public sealed record IdempotencyKeyReused()
    : Error(ErrorKind.Unprocessable, "idempotency_key_reused", "This Idempotency-Key was used with another body. Use a new key for a new request.");

/// <summary>A caller's name for one intent: 1 to 255 visible ASCII characters.</summary>
public sealed record IdempotencyKey
{
    public const int MaxLength = 255;

    private IdempotencyKey(string value) => Value = value;

    public string Value { get; }

    public static Result<IdempotencyKey> Parse(string text) =>
        text.Length is > 0 and <= MaxLength && text.All(c => c is >= '!' and <= '~')
            ? new IdempotencyKey(text)
            : new ValidationFailed("Idempotency-Key", $"1 to {MaxLength} visible ASCII characters.");
}

internal static class Idempotent
{
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
