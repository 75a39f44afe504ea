using System.Security.Cryptography;
using System.Text;

namespace VideoPlatform.Domain.Videos;

/// <summary>What a person asked for, with every default filled in, so that it can be sent as it stands.</summary>
/// <param name="Id">Chosen once for one request. The same id again is the same request and is not paid for twice.</param>
/// <param name="Prompt">1 to the model's limit in characters; the provider would cut a longer one silently and bill it.</param>
/// <param name="NegativePrompt">Up to 500 characters.</param>
/// <param name="Duration">Seconds; -1 lets a model that can choose, choose.</param>
/// <param name="Seed">Null: the provider draws one.</param>
public sealed record VideoRequest(
    Guid Id,
    string Model,
    string Prompt,
    string? NegativePrompt,
    string Resolution,
    int Duration,
    int? Seed,
    bool PromptExtend,
    bool Watermark,
    DateTimeOffset RequestedAt)
{
    // No model takes less (dashscope.md section 2.1); a text that is shorter was not cut, it is another.
    private const int ShortestCut = 800;

    /// <summary>Whether a task of the provider that shows these words was asked for in ours. White space does not count: not everybody keeps it.</summary>
    public bool HasWords(string shown) => string.Equals(Words(Prompt), Words(shown), StringComparison.Ordinal);

    /// <summary>Whether these words may be ours, cut by a provider with a limit that we do not know.</summary>
    public bool MayHaveBeenCutTo(string shown) =>
        shown.Length >= ShortestCut && Words(Prompt).StartsWith(Words(shown), StringComparison.Ordinal);

    /// <summary>Whether a task of the one could be taken for a task of the other.</summary>
    public bool IsTwinOf(VideoRequest other) => Model == other.Model && HasWords(other.Prompt);

    /// <summary>SHA-256 (hex) of what the provider is asked for: it tells later whether a task can be ours.</summary>
    public string Hash(string pictureUrl) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(
        '\n', Model, Prompt, NegativePrompt, Resolution, Duration, Seed, PromptExtend, Watermark, pictureUrl))));

    private static string Words(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
