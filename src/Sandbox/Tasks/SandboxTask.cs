using System.Text.Json.Serialization;

namespace VideoPlatform.Sandbox.Tasks;

internal enum TaskState { Pending, Running, Succeeded, Failed, Canceled }

/// <summary>One task as it is kept in the folder.</summary>
internal sealed record SandboxTask
{
    public required string Id { get; init; }

    /// <summary>Request id of the submit; the list shows it.</summary>
    public required string RequestId { get; init; }

    public required string Model { get; init; }

    /// <summary>What was ordered; null only for a task that fails because its body was wrong.</summary>
    public VideoOrder? Order { get; init; }

    public required string Prompt { get; init; }
    public required DateTimeOffset SubmittedAt { get; init; }
    public DateTimeOffset? ScheduledAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    [JsonConverter(typeof(JsonStringEnumConverter<TaskState>))]
    public TaskState State { get; init; }

    /// <summary>The end that was decided at the submit, when the body was wrong.</summary>
    public TaskError? BodyError { get; init; }

    public TaskError? Error { get; init; }
    public bool NeverEnds { get; init; }

    /// <summary>Null until the video is ready to be downloaded.</summary>
    public ReadyVideo? Video { get; init; }

    [JsonIgnore]
    public bool IsOpen => State is TaskState.Pending or TaskState.Running;

    /// <summary>Object key of the result (dashscope.md section 4, "object key seen").</summary>
    [JsonIgnore]
    public string ObjectKey => $"1d/{Id[..2]}/{ProviderTime.Date(SubmittedAt)}/{Id[..8]}/{Id}.mp4";
}

/// <summary>What the body asked for, with the defaults of the model filled in.</summary>
/// <param name="Resolution">480P, 720P or 1080P.</param>
/// <param name="Size">Pixels as the body gave them, <c>1280*720</c>; null when it named a resolution.</param>
/// <param name="Ratio">Width to height as the body gave it, <c>16:9</c>.</param>
/// <param name="Seconds">Length of the video.</param>
internal sealed record VideoOrder(
    string Resolution, string? Size, string? Ratio, int Seconds, bool Audio, bool PromptExtend, bool HasPicture);

/// <summary><c>output.code</c> and <c>output.message</c> of a failed task; both may be missing (dashscope.md section 3).</summary>
internal sealed record TaskError(string? Code, string? Message);

/// <summary>A video that can be downloaded.</summary>
/// <param name="Length">Bytes.</param>
/// <param name="Crc64">CRC-64/XZ of the whole.</param>
/// <param name="Md5">Upper-case hex; null for a body that is generated while it is sent.</param>
internal sealed record ReadyVideo(long Length, ulong Crc64, string? Md5, DateTimeOffset ReadyAt);
