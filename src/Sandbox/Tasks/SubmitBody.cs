using System.Text.Json;

namespace VideoPlatform.Sandbox.Tasks;

/// <summary>A submit body that is JSON and names a model; its <c>input</c> is still to be checked.</summary>
internal sealed class SubmitBody(JsonElement root)
{
    // Sets that wan2.7-i2v accepts, each type at most once (dashscope.md section 2.1).
    private static readonly string[][] ImageToVideoSets =
    [
        ["first_frame"], ["first_frame", "last_frame"], ["first_frame", "driving_audio"],
        ["first_frame", "last_frame", "driving_audio"], ["first_clip"], ["first_clip", "last_frame"],
    ];

    private static readonly string[] UrlFields = ["img_url", "first_frame_url", "last_frame_url", "audio_url"];

    private IReadOnlyList<string>? _urls;

    public string? Model => Text(root, "model");

    private JsonElement Input => Child(root, "input");
    private JsonElement Parameters => Child(root, "parameters");

    public string Prompt => Text(Input, "prompt") ?? "";

    /// <summary>Every address in the input, media of all kinds.</summary>
    public IReadOnlyList<string> Urls => _urls ??=
    [
        .. UrlFields.Select(name => Text(Input, name))
            .Concat(Items("reference_urls").Concat(Items("reference_video_urls")).Select(AsText))
            .Concat(Items("media").Select(item => Text(item, "url")))
            .OfType<string>(),
    ];

    /// <summary>The picture that the video starts from; null when the input has none.</summary>
    public string? Picture =>
        Text(Input, "img_url") ?? Text(Input, "first_frame_url")
        ?? Items("media").Where(m => Text(m, "type") is "first_frame" or "reference_image").Select(m => Text(m, "url")).FirstOrDefault();

    /// <summary>The order, or what is wrong with the body, in the provider's words.</summary>
    public (VideoOrder? Order, string? Problem) Check(VideoModel model)
    {
        if (Input.ValueKind != JsonValueKind.Object) return (null, "Field required: input");
        if (MissingField(model) is { } field) return (null, $"Field required: input.{field}");
        if (model.Body == BodyKind.Media && MediaProblem(model) is { } problem) return (null, problem);
        if (Urls.FirstOrDefault(u => !MediaUrl.IsValid(u)) is not null) return (null, MediaUrl.Invalid);

        var size = Text(Parameters, "size");
        var resolution = Text(Parameters, "resolution") ?? (size is null ? model.FallbackResolution : PixelSize.Class(size));
        if (!model.Resolutions.Contains(resolution, StringComparer.Ordinal))
            return (null, size is null ? $"Invalid parameter: resolution must be one of {string.Join(", ", model.Resolutions)}." : "Invalid parameter: size.");

        if (!TryNumber("duration", VideoModel.DefaultSeconds, out var seconds) || !model.Seconds.Any(allowed => allowed == seconds))
            return (null, "Invalid parameter: duration.");
        if (!TryNumber("seed", 0, out var seed) || seed > int.MaxValue || seed < (model.Usage == UsageKind.Wan30 ? -1 : 0))
            return (null, "Invalid parameter: seed must be in [0, 2147483647].");

        var order = new VideoOrder(
            resolution, size, Text(Parameters, "ratio"), seconds > 0 ? (int)seconds : VideoModel.DefaultSeconds,
            Audio: Flag("audio", otherwise: true), PromptExtend: Flag("prompt_extend", otherwise: true), HasPicture: Picture is not null);
        return (order, null);
    }

    private string? MissingField(VideoModel model) => model.Body switch
    {
        BodyKind.Image when Text(Input, "img_url") is null => "img_url",
        BodyKind.Frames when Text(Input, "first_frame_url") is null => "first_frame_url",
        BodyKind.References when !Items("reference_urls").Concat(Items("reference_video_urls")).Any() => "reference_urls",
        BodyKind.Media when model.NeedsMedia && !Items("media").Any() => "media",
        BodyKind.Text or BodyKind.Media when Prompt.Length == 0 && !Items("media").Any() => "prompt",
        _ => null,
    };

    private string? MediaProblem(VideoModel model)
    {
        var types = new List<string>();
        foreach (var item in Items("media"))
        {
            if (Text(item, "type") is not { } type) return "Field required: input.media.type";
            if (Text(item, "url") is null) return "Field required: input.media.url";
            types.Add(type);
        }

        if (!model.Name.StartsWith("wan2.7-i2v", StringComparison.Ordinal)) return null;
        return ImageToVideoSets.Any(set => set.Length == types.Count && set.All(types.Contains))
            ? null
            : "Invalid parameter: the combination of input.media types is not supported.";
    }

    private bool TryNumber(string name, long otherwise, out long value)
    {
        value = otherwise;
        return !TryGet(Parameters, name, out var found) || (found.ValueKind == JsonValueKind.Number && found.TryGetInt64(out value));
    }

    private bool Flag(string name, bool otherwise) =>
        TryGet(Parameters, name, out var found) ? found.ValueKind == JsonValueKind.True : otherwise;

    private JsonElement.ArrayEnumerator Items(string name) =>
        TryGet(Input, name, out var found) && found.ValueKind == JsonValueKind.Array ? found.EnumerateArray() : default;

    private static JsonElement Child(JsonElement parent, string name) => TryGet(parent, name, out var found) ? found : default;

    private static string? Text(JsonElement parent, string name) => TryGet(parent, name, out var found) ? AsText(found) : null;

    private static string? AsText(JsonElement element) => element.ValueKind == JsonValueKind.String ? element.GetString() : null;

    private static bool TryGet(JsonElement parent, string name, out JsonElement found)
    {
        found = default;
        return parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out found);
    }
}
