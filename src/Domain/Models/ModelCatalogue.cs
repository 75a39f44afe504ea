using System.Collections.Frozen;

namespace VideoPlatform.Domain.Models;

/// <summary>Every image-to-video model that can be asked for. Validation, <c>GET /api/models</c>, the page and the OpenAPI document read this one list.</summary>
public static class ModelCatalogue
{
    private const long Mb = 1_000_000;

    private static readonly int[] five = [5];
    private static readonly int[] fiveOrTen = [5, 10];
    private static readonly int[] twoToFifteen = [.. Enumerable.Range(2, 14)];

    /// <summary>In the order in which a person should meet them: newest recommended first.</summary>
    public static IReadOnlyList<VideoModel> All { get; } =
    [
        new("wan2.6-i2v-flash", BodyGeneration.ImageUrl, 1500, ["720P", "1080P"], "1080P", twoToFifteen, 5, 20 * Mb),
        new("wan2.6-i2v", BodyGeneration.ImageUrl, 1500, ["720P", "1080P"], "1080P", twoToFifteen, 5, 20 * Mb),
        new("wan2.6-i2v-us", BodyGeneration.ImageUrl, 1500, ["720P", "1080P"], "1080P", [5, 10, 15], 5, 20 * Mb),
        new("wan2.7-i2v", BodyGeneration.Media, 5000, ["720P", "1080P"], "1080P", twoToFifteen, 5, 20 * Mb, MaxAspect: 8),
        new("wan2.7-i2v-2026-04-25", BodyGeneration.Media, 5000, ["720P", "1080P"], "1080P", twoToFifteen, 5, 20 * Mb, MaxAspect: 8),
        new("wan3.0-video", BodyGeneration.Media, 20000, ["480P", "720P", "1080P"], "1080P", [-1, .. Enumerable.Range(2, 29)], 5, 20 * Mb, MaxAspect: 8, MinSeed: -1),
        new("wan3.0-video-prime", BodyGeneration.Media, 20000, ["480P", "720P", "1080P"], "1080P", [-1, .. Enumerable.Range(2, 29)], 5, 20 * Mb, MaxAspect: 8, MinSeed: -1),
        new("wan2.5-i2v-preview", BodyGeneration.ImageUrl, 1500, ["480P", "720P", "1080P"], "1080P", fiveOrTen, 5, 20 * Mb),
        new("wan2.2-i2v-flash", BodyGeneration.ImageUrl, 800, ["480P", "720P", "1080P"], "720P", five, 5, 10 * Mb),
        new("wan2.2-i2v-plus", BodyGeneration.ImageUrl, 800, ["480P", "1080P"], "1080P", five, 5, 10 * Mb),
        new("wanx2.1-i2v-turbo", BodyGeneration.ImageUrl, 800, ["480P", "720P"], "720P", [3, 4, 5], 5, 10 * Mb),
        new("wanx2.1-i2v-plus", BodyGeneration.ImageUrl, 800, ["720P"], "720P", five, 5, 10 * Mb),
        // The international names of the two above (dashscope.md section 2.1, note 1).
        new("wan2.1-i2v-turbo", BodyGeneration.ImageUrl, 800, ["480P", "720P"], "720P", [3, 4, 5], 5, 10 * Mb),
        new("wan2.1-i2v-plus", BodyGeneration.ImageUrl, 800, ["720P"], "720P", five, 5, 10 * Mb),
        new("wan2.2-kf2v-flash", BodyGeneration.FirstFrameUrl, 800, ["480P", "720P", "1080P"], "720P", five, 5, 10 * Mb),
        new("wanx2.1-kf2v-plus", BodyGeneration.FirstFrameUrl, 800, ["720P"], "720P", five, 5, 10 * Mb),
        new("wan2.1-kf2v-plus", BodyGeneration.FirstFrameUrl, 800, ["720P"], "720P", five, 5, 10 * Mb),
        new("happyhorse-1.1-i2v", BodyGeneration.Media, 5000, ["720P", "1080P"], "1080P", [.. Enumerable.Range(3, 13)], 5, 20 * Mb, ChinesePromptLimit: 2500),
        new("happyhorse-1.0-i2v", BodyGeneration.Media, 5000, ["720P", "1080P"], "1080P", [.. Enumerable.Range(3, 13)], 5, 20 * Mb, ChinesePromptLimit: 2500),
    ];

    private static readonly FrozenDictionary<string, VideoModel> byName = All.ToFrozenDictionary(m => m.Name, StringComparer.Ordinal);

    /// <summary>Null for a name that is not in the catalogue. Case counts, as it does for the provider.</summary>
    public static VideoModel? Find(string? name) => name is null ? null : byName.GetValueOrDefault(name);
}
