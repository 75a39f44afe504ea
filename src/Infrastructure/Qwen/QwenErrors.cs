using System.Collections.Frozen;
using System.Text.Json;
using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Infrastructure.Qwen;

/// <summary>What an answer that is no success means.</summary>
internal enum QwenVerdict
{
    /// <summary>An explicit no to this one call.</summary>
    Refused,

    /// <summary>Not now.</summary>
    Throttled,

    /// <summary>The account, whatever is asked: key, bill, permission.</summary>
    Blocked,

    /// <summary>It says nothing certain: no answer at all, 3xx, 5xx, or a proxy's time-out.</summary>
    Unclear,
}

/// <summary>The one place where the provider's statuses and codes get their meaning: by code, never by message (dashscope.md section 7).</summary>
internal static class QwenErrors
{
    public const string Unreachable = "provider_unreachable";
    public const string TimedOut = "provider_timeout";
    public const string Unreadable = "provider_unreadable";
    public const string Failed = "provider_failed";
    public const string TooLate = "too_late_to_send";
    public const string EndpointNotAllowed = "endpoint_not_allowed";
    public const string KeyMissing = "api_key_missing";
    public const string TaskIdInvalid = "task_id_invalid";
    public const string PictureMissing = "picture_missing";
    public const string PictureUnreadable = "picture_unreadable";
    public const string StorageFailed = "storage_failed";
    public const string PictureTooLarge = "picture_too_large";
    public const string UploadNotAllowed = "upload_host_not_allowed";

    public static readonly Problem AnotherTask = new(Unreadable, "The provider answered for another task than the one that was asked for.");

    /// <summary>An exhausted allocation comes back slowly (dashscope.md section 7: "long back-off").</summary>
    public static readonly TimeSpan AllocationBackOff = TimeSpan.FromMinutes(5);

    // "No - stop": asking again, for this or any other video, changes nothing until a person has acted.
    // WorkSpaceNotFound is about Qwen:WorkspaceId alone, so it belongs here too.
    private static readonly FrozenSet<string> account = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "Arrearage",
        "InvalidApiKey",
        "AccessDenied.Unpurchased",
        "Workspace.AccessDenied",
        "WorkSpaceNotFound",
        "AllocationQuota.FreeTierOnly",
        "CommodityNotPurchased",
        "PrepaidBillOverdue",
        "PostpaidBillOverdue");

    /// <param name="status">0 when there was no answer.</param>
    /// <param name="code">Null when the body named none.</param>
    public static QwenVerdict Judge(int status, string? code) => (status, code) switch
    {
        ( < 400 or >= 500, _) => QwenVerdict.Unclear,
        // A proxy gave up on us, or on the provider: the provider may have gone on.
        (408 or 425 or 499, _) => QwenVerdict.Unclear,
        (_, { } known) when account.Contains(known) => QwenVerdict.Blocked,
        (401, _) => QwenVerdict.Blocked,
        (429, _) => QwenVerdict.Throttled,
        (_, { } known) when IsThrottling(known) => QwenVerdict.Throttled,
        _ => QwenVerdict.Refused,
    };

    /// <summary>The call's own code is at top level, a task's in <c>output</c>: both are looked at (dashscope.md section 3).</summary>
    public static string? CodeOf(JsonElement answer) =>
        QwenText.Code(answer.Text("code")) ?? QwenText.Code(answer.Child("output").Text("code"));

    public static Problem Describe(int status, JsonElement answer, string? apiKey)
    {
        var message = answer.Text("message") ?? answer.Child("output").Text("message");
        var said = message is null ? null : QwenText.Message(message, apiKey);
        return CodeOf(answer) is { } code
            ? new Problem(code, said ?? $"The provider answered HTTP {status} without a message.")
            : status is >= 200 and < 300
                ? new Problem(Unreadable, $"The provider answered HTTP {status} with something that cannot be read.")
                : new Problem($"http_{status}", said ?? $"The provider, or a proxy before it, answered HTTP {status} without saying why.");
    }

    /// <summary>Why a task failed. Some fail without a word (dashscope.md section 3).</summary>
    public static Problem DescribeFailure(JsonElement answer, string? apiKey)
    {
        var output = answer.Child("output");
        var message = output.Text("message") ?? answer.Text("message");
        return new Problem(
            QwenText.Code(output.Text("code")) ?? QwenText.Code(answer.Text("code")) ?? Failed,
            message is null ? "The provider failed to make the video and did not say why." : QwenText.Message(message, apiKey));
    }

    public static TimeSpan? BackOff(string? code, TimeSpan? asked) =>
        asked ?? (string.Equals(code, "Throttling.AllocationQuota", StringComparison.OrdinalIgnoreCase) ? AllocationBackOff : null);

    private static bool IsThrottling(string code) =>
        code.Equals("Throttling", StringComparison.OrdinalIgnoreCase) || code.StartsWith("Throttling.", StringComparison.OrdinalIgnoreCase);
}
