using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Domain.Tests;

/// <summary>Valid values for everything, so that a test shows only what matters to it.</summary>
internal static class Given
{
    public const string Stem = "695251e891fab49e9adb49a5_1767177366572";

    public static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);
    public static readonly DateTimeOffset Later = Now.AddMinutes(1);
    public static readonly WorkspaceId Id = WorkspaceId.Parse("695251e891fab49e9adb49a5");
    public static readonly Problem Problem = new("some_reason", "Something is the matter.");
    public static readonly ProviderTask Task = new("task-1", "https://provider.example/api/v1");
    public static readonly SubmitAttempt Attempt = new(Guid.Parse("00000000-0000-0000-0000-00000000000a"), Now, "c0ffee");
    public static readonly Candidate Candidate = new("task-9", "RUNNING", Now, null);

    public static Picture Picture(string? type = "image/png", long? size = 48_213, int? width = 1280, int? height = 720, bool alpha = false) =>
        new(StoragePath.Parse("1767008037365-8206bx2s.png"), type, size, width, height, alpha);

    public static VideoRequest Request(Guid? id = null, string prompt = "the boat drifts away", DateTimeOffset? at = null) =>
        new(id ?? Guid.NewGuid(), "wan2.6-i2v-flash", prompt, null, "720P", 5, null, true, false, at ?? Now);

    /// <param name="expires">Null: the link does not say until when.</param>
    public static RemoteLink Link(DateTimeOffset? expires, string name = "video") =>
        RemoteLink.Parse($"https://results.example/{name}.mp4?{(expires is { } at ? $"Expires={at.ToUnixTimeSeconds()}&" : "")}Signature=x", null)!;

    public static StoredFile File(string name = "695251e891fab49e9adb49a5_1767177366572.mp4") =>
        new(StoragePath.Parse($"videos/{name}"), "video/mp4", 4_513_940, new string('a', 64), "995dc9bbdf1939fa", Verification.Checksum, Later);

    public static Workspace Workspace() => Domain.Workspaces.Workspace.Create(Id, "paper boat", Picture(), Now);

    /// <summary>A workspace that holds this video, with no claim on it.</summary>
    public static Workspace WorkspaceWith(Video video) => Domain.Workspaces.Workspace.Restore(Id, "paper boat", Picture(), video, null, 7, Now, Now);

    public static T Ok<T>(Result<T> result)
        where T : notnull
    {
        Assert.True(result.TryGet(out var value, out var error), error?.ToString());
        return value;
    }

    public static Error Failure<T>(Result<T> result)
        where T : notnull
    {
        Assert.False(result.TryGet(out var value, out var error), $"It succeeded: {value}");
        return error;
    }

    public static TError Failure<T, TError>(Result<T> result)
        where T : notnull
        where TError : Error => Assert.IsType<TError>(Failure(result));
}

/// <summary>One video in each state, come there by the domain's own transitions.</summary>
internal static class AllVideos
{
    public static Video Queued => Given.Ok(Video.Ask(null, Given.Request(), replace: false));

    public static Video Submitting => Given.Ok(Queued.MarkSubmitting(Given.Attempt));

    public static Video Unsettled => Given.Ok(Submitting.Unclear(Given.Attempt.Id, Given.Problem, Given.Later, Given.Now));

    public static Video Processing => Given.Ok(Submitting.Accepted(Given.Attempt.Id, Given.Task, Given.Later, Given.Now));

    public static Video Downloading => DownloadingUntil(Given.Now.AddDays(1));

    public static Video Completed => Given.Ok(Downloading.Stored(Given.File(), Given.Now));

    /// <summary>As it is when its file has vanished from the disk.</summary>
    public static Video Remote => Given.Ok(Completed.FileLost(new Problem("file_missing", "The file is gone.")));

    public static Video Failed => Given.Ok(Processing.TaskFailed(Given.Problem, null, Given.Now));

    public static Video Cancelled => Given.Ok(Queued.CancelQueued(Given.Now));

    public static Video Expired => Given.Ok(Downloading.LinkDied(Given.Problem, Given.Now));

    public static readonly IReadOnlyList<string> Names =
        ["queued", "submitting", "unsettled", "processing", "downloading", "completed", "remote", "failed", "cancelled", "expired"];

    public static Video In(string name) => name switch
    {
        "queued" => Queued,
        "submitting" => Submitting,
        "unsettled" => Unsettled,
        "processing" => Processing,
        "downloading" => Downloading,
        "completed" => Completed,
        "remote" => Remote,
        "failed" => Failed,
        "cancelled" => Cancelled,
        "expired" => Expired,
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

    /// <param name="expires">Null: the link does not say until when.</param>
    public static Video DownloadingUntil(DateTimeOffset? expires) =>
        Given.Ok(Processing.Finished(Given.Link(expires), Given.Stem, Given.Now, Given.Now));
}
