using System.Text.Json;
using System.Text.Json.Serialization;
using VideoPlatform.Domain.Models;
using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Infrastructure.Qwen;

/// <summary>The body of a submit (dashscope.md section 2). Members that are null are not sent.</summary>
internal sealed record SubmitBody(string Model, SubmitInput Input, SubmitParameters Parameters)
{
    public static SubmitBody Of(VideoRequest request, VideoModel model, string pictureUrl)
    {
        var input = new SubmitInput { Prompt = request.Prompt, NegativePrompt = request.NegativePrompt };
        return new SubmitBody(
            model.Name,
            model.Body switch
            {
                BodyGeneration.ImageUrl => input with { ImgUrl = pictureUrl },
                BodyGeneration.FirstFrameUrl => input with { FirstFrameUrl = pictureUrl },
                BodyGeneration.Media => input with { Media = [new SubmitMedia("first_frame", pictureUrl)] },
                _ => throw new ArgumentOutOfRangeException(nameof(model)),
            },
            new SubmitParameters(request.Resolution, request.Duration, request.PromptExtend, request.Watermark, request.Seed));
    }

    public byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, QwenJsonContext.Default.SubmitBody);
}

internal sealed record SubmitInput
{
    public required string Prompt { get; init; }

    public string? NegativePrompt { get; init; }

    public string? ImgUrl { get; init; }

    public string? FirstFrameUrl { get; init; }

    public IReadOnlyList<SubmitMedia>? Media { get; init; }
}

internal sealed record SubmitMedia(string Type, string Url);

/// <param name="PromptExtend">Always sent.</param>
/// <param name="Watermark">Always sent: its default differs between models and pages (dashscope.md section 9, point 5).</param>
internal sealed record SubmitParameters(string Resolution, int Duration, bool PromptExtend, bool Watermark, int? Seed);

/// <summary>One task as the query shows it (dashscope.md section 3).</summary>
internal sealed record TaskWire(string? TaskId, string? Status, DateTimeOffset? EndedAt, string? VideoUrl, string? OrigPrompt)
{
    public static TaskWire Read(JsonElement answer)
    {
        var output = answer.Child("output");
        return new TaskWire(output.Text("task_id"), output.Text("task_status"), QwenTimes.Parse(output.Text("end_time")), output.Text("video_url"), output.Text("orig_prompt"));
    }
}

/// <summary>One page of the task list (dashscope.md section 5). Null parts were missing or of another type.</summary>
internal sealed record TaskListWire(IReadOnlyList<ListedTaskWire>? Tasks, long? Total, long? TotalPages)
{
    public static TaskListWire Read(JsonElement answer)
    {
        var data = answer.Child("data");
        return new TaskListWire(
            data.ValueKind is JsonValueKind.Array ? [.. data.EnumerateArray().Select(ListedTaskWire.Read)] : null,
            answer.Number("total"),
            answer.Number("total_page"));
    }
}

internal sealed record ListedTaskWire(string? TaskId, string? Status, string? Model, DateTimeOffset? CreatedAt, DateTimeOffset? EndedAt)
{
    public static ListedTaskWire Read(JsonElement task) =>
        new(task.Text("task_id"), task.Text("status"), task.Text("model_name"), QwenTimes.Parse(task.Text("gmt_create")), QwenTimes.Parse(task.Text("end_time")));
}

/// <summary>Leave to upload to the provider's temporary store for a while (dashscope.md section 6).</summary>
internal sealed record UploadPolicyWire(
    Uri Host, string Directory, string Policy, string Signature, string AccessKeyId, string ObjectAcl, string ForbidOverwrite, long ExpiresInSeconds, long? MaxMegabytes)
{
    /// <summary>Null when a part is missing.</summary>
    public static UploadPolicyWire? Read(JsonElement answer)
    {
        var data = answer.Child("data");
        return data.Text("upload_host") is { } address && Uri.TryCreate(address, UriKind.Absolute, out var host)
            && data.Text("upload_dir") is { } directory && !directory.Any(char.IsControl)
            && data.Text("policy") is { } policy
            && data.Text("signature") is { } signature
            && data.Text("oss_access_key_id") is { } accessKeyId
            && data.Text("x_oss_object_acl") is { } acl
            && data.Text("x_oss_forbid_overwrite") is { } forbidOverwrite
                ? new UploadPolicyWire(host, directory.TrimEnd('/'), policy, signature, accessKeyId, acl, forbidOverwrite, data.Number("expire_in_seconds") ?? 0, data.Number("max_file_size_mb"))
                : null;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SubmitBody))]
internal sealed partial class QwenJsonContext : JsonSerializerContext;
