using System.Text.Json.Nodes;
using VideoPlatform.Sandbox.Oss;
using VideoPlatform.Sandbox.Tasks;

namespace VideoPlatform.Sandbox.Api;

/// <summary>Tasks as the provider shows them (dashscope.md sections 3 and 5).</summary>
internal sealed class TaskWire(SandboxOptions options, LinkSigner signer, Uri resultOrigin)
{
    private long _minted;

    public static string Status(SandboxTask task) => task.State.ToString().ToUpperInvariant();

    public static JsonObject Unknown(string id) => new()
    {
        ["request_id"] = ApiReply.NewId(),
        ["output"] = new JsonObject { ["task_id"] = id, ["task_status"] = "UNKNOWN" },
    };

    public JsonObject Query(SandboxTask task, bool freshLink)
    {
        var output = new JsonObject
        {
            ["task_id"] = task.Id,
            ["task_status"] = Status(task),
            ["submit_time"] = ProviderTime.Text(task.SubmittedAt),
        };
        if (task.ScheduledAt is { } scheduled) output["scheduled_time"] = ProviderTime.Text(scheduled);
        if (task.EndedAt is { } ended) output["end_time"] = ProviderTime.Text(ended);
        if (task.Error?.Code is { } code) output["code"] = code;
        if (task.Error?.Message is { } message) output["message"] = message;

        var answer = new JsonObject { ["request_id"] = ApiReply.NewId(), ["output"] = output };
        if (task is not { State: TaskState.Succeeded, Order: { } order } || VideoModel.Find(task.Model) is not { } model) return answer;

        output["orig_prompt"] = task.Prompt;
        if (order.PromptExtend && model.Usage is UsageKind.Wan21 or UsageKind.Wan22 or UsageKind.Frames22)
            output["actual_prompt"] = task.Prompt;   // the sandbox rewrites nothing
        output["video_url"] = Link(task, freshLink).AbsoluteUri;
        answer["usage"] = Usage(model, order);
        return answer;
    }

    public static JsonObject Listed(SandboxTask task)
    {
        var item = new JsonObject
        {
            ["task_id"] = task.Id,
            ["status"] = Status(task),
            ["model_name"] = task.Model,
            ["region"] = "cn-beijing",
            ["request_id"] = task.RequestId,
            ["api_key_id"] = "15001",
            ["caller_parent_id"] = "1000000000000001",
            ["caller_uid"] = "1000000000000001",
            ["gmt_create"] = task.SubmittedAt.ToUnixTimeMilliseconds(),
            ["user_api_unique_key"] = $"apikey:v1:aigc:{VideoModel.Find(task.Model)?.Family}:video-synthesis:{task.Model}",
        };
        if (task.ScheduledAt is { } started) item["start_time"] = started.ToUnixTimeMilliseconds();
        if (task.EndedAt is { } ended) item["end_time"] = ended.ToUnixTimeMilliseconds();
        return item;
    }

    private Uri Link(SandboxTask task, bool fresh)
    {
        // Expires counts whole seconds: each fresh link is a second later, so that no two are the same.
        var expires = fresh
            ? (options.TimeProvider.GetUtcNow() + options.LinkLifetime).ToUnixTimeSeconds() + Interlocked.Increment(ref _minted)
            : (task.EndedAt!.Value + options.LinkLifetime).ToUnixTimeSeconds();
        return signer.Sign(resultOrigin, task.ObjectKey, expires);
    }

    private static JsonObject Usage(VideoModel model, VideoOrder order)
    {
        var resolution = int.Parse(order.Resolution.TrimEnd('P'));
        var usage = new JsonObject();
        switch (model.Usage)
        {
            case UsageKind.Wan21:
                usage["video_duration"] = order.Seconds;
                usage["video_ratio"] = "standard";
                break;
            case UsageKind.Frames22:
                usage["video_duration"] = order.Seconds;
                usage["SR"] = resolution;
                break;
            case UsageKind.Wan22:
                usage["duration"] = order.Seconds;
                usage["SR"] = resolution;
                break;
            default:
                usage["duration"] = order.Seconds;
                usage["input_video_duration"] = 0;
                usage["output_video_duration"] = order.Seconds;
                usage["SR"] = resolution;
                if (order.Size is not null) usage["size"] = order.Size;
                if (model.Usage == UsageKind.Wan26) usage["audio"] = order.Audio;
                if (model.Usage == UsageKind.Wan30) usage["fps"] = model.FramesPerSecond;
                if (model.Usage != UsageKind.Wan26) usage["ratio"] = order.Ratio ?? (model.Usage == UsageKind.Wan30 ? "adaptive" : "16:9");
                break;
        }

        usage["video_count"] = 1;
        return usage;
    }
}
