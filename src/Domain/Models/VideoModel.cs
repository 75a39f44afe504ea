using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Domain.Models;

/// <summary>How the body of a submit is built; the model's name decides which one is legal (dashscope.md section 2).</summary>
public enum BodyGeneration
{
    /// <summary><c>input.img_url</c>, on the video-generation path (wan 2.1 to 2.6).</summary>
    ImageUrl,

    /// <summary><c>input.first_frame_url</c>, on the image2video path (the kf2v models).</summary>
    FirstFrameUrl,

    /// <summary><c>input.media[]</c> (wan 2.7 and later, HappyHorse).</summary>
    Media,
}

/// <summary>What one model takes. Every limit is the provider's (dashscope.md sections 2.1 and 2.2).</summary>
/// <param name="PromptLimit">Characters; beyond it the provider cuts silently and bills all the same.</param>
/// <param name="ChinesePromptLimit">The limit of a prompt with Chinese characters where it is another.</param>
/// <param name="Durations">Seconds, ascending; -1 stands for "the model chooses".</param>
/// <param name="MinSeed">0, or -1 where that means a drawn seed.</param>
/// <param name="MaxImageBytes">Of the picture's file.</param>
/// <param name="MaxAspect">Longer side over shorter side; null without a limit.</param>
public sealed record VideoModel(
    string Name,
    BodyGeneration Body,
    int PromptLimit,
    IReadOnlyList<string> Resolutions,
    string DefaultResolution,
    IReadOnlyList<int> Durations,
    int DefaultDuration,
    long MaxImageBytes,
    double? MaxAspect = null,
    int? ChinesePromptLimit = null,
    int MinSeed = 0)
{
    /// <summary>Characters.</summary>
    public const int NegativePromptLimit = 500;

    public const int MaxSeed = int.MaxValue;

    /// <summary>Pixels, each side of the picture.</summary>
    public const int MinSide = 240;

    /// <summary>Pixels, each side of the picture.</summary>
    public const int MaxSide = 8000;

    /// <summary>Picture formats that the provider reads; a PNG only without an alpha channel.</summary>
    public static readonly IReadOnlyList<string> ImageTypes = ["image/jpeg", "image/png", "image/bmp", "image/webp"];

    /// <summary>Whether a PNG may carry an alpha channel: of the documented models, none takes one.</summary>
    public bool TakesAlpha { get; init; }

    /// <summary>The limit that holds for this prompt.</summary>
    public int PromptLimitFor(string prompt) =>
        ChinesePromptLimit is { } limit && prompt.Any(c => c is >= '\u3400' and <= '\u9FFF') ? limit : PromptLimit;

    /// <summary>Why the provider would not take this picture with this model, or null. What a record of the earlier system does not say is not held against it.</summary>
    public Error? Refuses(Picture picture)
    {
        if (picture.Size > MaxImageBytes) return new ImageTooLarge(MaxImageBytes);
        if (picture.HasAlpha && !TakesAlpha && picture.ContentType is "image/png")
            return new UnsupportedImage($"{Name} takes no PNG with an alpha channel. Save the picture without transparency.");
        if (MaxAspect is { } limit && picture is { Width: { } w, Height: { } h } && Math.Max(w, h) > limit * Math.Min(w, h))
            return new UnsupportedImage($"{Name} takes pictures up to {limit}:1; this one is {w} x {h} pixels.");

        return null;
    }
}
