namespace VideoPlatform.Sandbox.Tasks;

/// <summary>Which fields of <c>input</c> carry the media (dashscope.md section 2).</summary>
internal enum BodyKind { Text, Image, Frames, References, Media }

/// <summary>Which numbers <c>usage</c> reports (dashscope.md section 3).</summary>
internal enum UsageKind { Wan21, Wan22, Frames22, Wan26, Wan27, Wan30 }

/// <summary>One row of the model matrix (dashscope.md section 2.1).</summary>
/// <param name="Resolutions">Allowed ones; the last is the default unless <paramref name="DefaultResolution"/> says otherwise.</param>
/// <param name="Seconds">Allowed lengths; -1 stands for "automatic".</param>
/// <param name="NeedsMedia">True when a body without media is refused.</param>
internal sealed record VideoModel(
    string Name, BodyKind Body, string[] Resolutions, int[] Seconds, UsageKind Usage,
    string? DefaultResolution = null, bool NeedsMedia = true)
{
    public const int DefaultSeconds = 5;

    private static readonly string[] All = ["480P", "720P", "1080P"];
    private static readonly string[] Low = ["480P", "720P"];
    private static readonly string[] High = ["720P", "1080P"];
    private static readonly string[] Ends = ["480P", "1080P"];
    private static readonly string[] Middle = ["720P"];
    private static readonly int[] Five = [5];
    private static readonly int[] FiveTen = [5, 10];
    private static readonly int[] TwoTo10 = [.. Enumerable.Range(2, 9)];
    private static readonly int[] TwoTo15 = [.. Enumerable.Range(2, 14)];
    private static readonly int[] ThreeTo15 = [.. Enumerable.Range(3, 13)];
    private static readonly int[] Auto2To30 = [-1, .. Enumerable.Range(2, 29)];

    private static readonly Dictionary<string, VideoModel> Known = new VideoModel[]
    {
        new("wan2.6-i2v-flash", BodyKind.Image, High, TwoTo15, UsageKind.Wan26),
        new("wan2.6-i2v", BodyKind.Image, High, TwoTo15, UsageKind.Wan26),
        new("wan2.6-i2v-us", BodyKind.Image, High, [5, 10, 15], UsageKind.Wan26),
        new("wan2.5-i2v-preview", BodyKind.Image, All, FiveTen, UsageKind.Wan22),
        new("wan2.2-i2v-flash", BodyKind.Image, All, Five, UsageKind.Wan22, "720P"),
        new("wan2.2-i2v-plus", BodyKind.Image, Ends, Five, UsageKind.Wan22),
        new("wanx2.1-i2v-turbo", BodyKind.Image, Low, [3, 4, 5], UsageKind.Wan21),
        new("wanx2.1-i2v-plus", BodyKind.Image, Middle, Five, UsageKind.Wan21),
        new("wan2.2-kf2v-flash", BodyKind.Frames, All, Five, UsageKind.Frames22, "720P"),
        new("wanx2.1-kf2v-plus", BodyKind.Frames, Middle, Five, UsageKind.Wan21),
        new("wan2.6-t2v", BodyKind.Text, High, TwoTo15, UsageKind.Wan26),
        new("wan2.6-t2v-us", BodyKind.Text, High, FiveTen, UsageKind.Wan26),
        new("wan2.5-t2v-preview", BodyKind.Text, All, FiveTen, UsageKind.Wan22),
        new("wan2.2-t2v-plus", BodyKind.Text, Ends, Five, UsageKind.Wan22),
        new("wanx2.1-t2v-turbo", BodyKind.Text, Low, Five, UsageKind.Wan21),
        new("wanx2.1-t2v-plus", BodyKind.Text, Middle, Five, UsageKind.Wan21),
        new("wan2.6-r2v", BodyKind.References, High, TwoTo10, UsageKind.Wan26),
        new("wan2.6-r2v-flash", BodyKind.References, High, TwoTo10, UsageKind.Wan26),
        new("wan2.7-t2v", BodyKind.Text, High, TwoTo15, UsageKind.Wan27),
        new("wan2.7-i2v", BodyKind.Media, High, TwoTo15, UsageKind.Wan27),
        new("wan2.7-r2v", BodyKind.Media, High, TwoTo15, UsageKind.Wan27),
        new("wan2.7-videoedit", BodyKind.Media, High, [0, .. TwoTo10], UsageKind.Wan27),
        new("wan3.0-video", BodyKind.Media, All, Auto2To30, UsageKind.Wan30, NeedsMedia: false),
        new("wan3.0-video-prime", BodyKind.Media, All, Auto2To30, UsageKind.Wan30, NeedsMedia: false),
        new("happyhorse-1.0-t2v", BodyKind.Text, All, ThreeTo15, UsageKind.Wan27),
        new("happyhorse-1.0-i2v", BodyKind.Media, All, ThreeTo15, UsageKind.Wan27),
        new("happyhorse-1.0-r2v", BodyKind.Media, All, ThreeTo15, UsageKind.Wan27),
        new("happyhorse-1.1-t2v", BodyKind.Text, All, ThreeTo15, UsageKind.Wan27),
        new("happyhorse-1.1-i2v", BodyKind.Media, All, ThreeTo15, UsageKind.Wan27),
        new("happyhorse-1.1-r2v", BodyKind.Media, All, ThreeTo15, UsageKind.Wan27),
    }.ToDictionary(m => m.Name, StringComparer.Ordinal);

    public string FallbackResolution => DefaultResolution ?? Resolutions[^1];

    /// <summary>Last part of the path before <c>video-synthesis</c> (dashscope.md section 1).</summary>
    public string Family => Body == BodyKind.Frames ? "image2video" : "video-generation";

    /// <summary>Frames a second (dashscope.md section 3, "Output").</summary>
    public int FramesPerSecond => Name.StartsWith("wan2.5", StringComparison.Ordinal) ? 24 : 30;

    /// <summary>Null when there is no such model. Knows dated snapshots and the international names without the x.</summary>
    public static VideoModel? Find(string name)
    {
        const string date = "-yyyy-mm-dd";
        var plain = name.Length > date.Length && DateOnly.TryParseExact(name[^(date.Length - 1)..], "yyyy-MM-dd", out _)
            ? name[..^date.Length]
            : name;
        if (plain.StartsWith("wan2.1-", StringComparison.Ordinal)) plain = "wanx" + plain["wan".Length..];
        return Known.GetValueOrDefault(plain);
    }
}
