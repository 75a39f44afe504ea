using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Testing.Records;

/// <summary>Workspaces in every state, made by the domain's own transitions. Times are whole milliseconds, as a database keeps them.</summary>
public static class SampleWorkspaces
{
    public const string Model = "wan2.6-i2v-flash";

    public static DateTimeOffset Start { get; } = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    public static Workspace Empty(DateTimeOffset? at = null) => Workspace.Create(
        WorkspaceId.New(at ?? Start), "paper boat", new Picture(StoragePath.Parse("1767008037365-8206bx2s.png"), "image/png", 48213, 1280, 720, true), at ?? Start);

    public static VideoRequest Request(DateTimeOffset? at = null, string model = Model, string prompt = "the boat drifts away") =>
        new(Guid.NewGuid(), model, prompt, "blurred", "720P", 5, 42, true, false, at ?? Start);

    public static Workspace Queued(DateTimeOffset? at = null, string model = Model) => Ok(Empty(at).Ask(Request(at, model), replace: false, at ?? Start));

    public static Workspace Submitting(DateTimeOffset? at = null, string model = Model) =>
        Then(Queued(at, model), at, video => video.MarkSubmitting(new SubmitAttempt(Guid.NewGuid(), at ?? Start, "c0ffee", "0123456789abcdef")));

    public static Workspace Unsettled(DateTimeOffset? at = null, DateTimeOffset? due = null, string model = Model) =>
        Then(Submitting(at, model), at, video =>
            video.Unclear(((VideoState.Submitting)video.State).Attempt.Id, new Problem("timeout", "No answer."), due ?? at ?? Start, at ?? Start));

    public static Workspace Processing(DateTimeOffset? at = null, DateTimeOffset? due = null, string? task = null, string model = Model) =>
        Then(Submitting(at, model), at, video => video.Accepted(
            ((VideoState.Submitting)video.State).Attempt.Id,
            new ProviderTask(task ?? Guid.NewGuid().ToString(), "https://dashscope.aliyuncs.com/api/v1"), due ?? at ?? Start, at ?? Start));

    /// <param name="expires">When the link dies; null for a link that does not say.</param>
    public static Workspace Downloading(DateTimeOffset? at = null, DateTimeOffset? expires = null, string? task = null) =>
        Then(Processing(at, task: task), at, video => video.Finished(Link(expires), "695251e891fab49e9adb49a5_1767177366572", at ?? Start, at ?? Start));

    public static Workspace Completed(DateTimeOffset? at = null, long size = 4513940, string? task = null) =>
        Then(Downloading(at, (at ?? Start).AddDays(1), task), at, video => video.Stored(File(at ?? Start, size), at ?? Start));

    /// <summary>As the earlier system left them: finished, and only the provider's link kept.</summary>
    public static Workspace CompletedRemote(DateTimeOffset? expires, DateTimeOffset? at = null)
    {
        var empty = Empty(at);
        var video = Ok(Video.Restore(
            null, new VideoState.Completed(new ProviderTask(Guid.NewGuid().ToString(), null)), null, Link(expires), null, at ?? Start, null, null, []));
        return Workspace.Restore(empty.Id, empty.Name, empty.Picture, video, null, 1, empty.CreatedAt, empty.UpdatedAt);
    }

    public static Workspace Failed(DateTimeOffset? at = null) =>
        Then(Processing(at), at, video => video.TaskFailed(new Problem("DataInspectionFailed", "The picture was refused."), at ?? Start, at ?? Start));

    public static Workspace Cancelled(DateTimeOffset? at = null) => Then(Queued(at), at, video => video.CancelQueued(at ?? Start));

    public static Workspace Expired(DateTimeOffset? at = null) =>
        Then(Downloading(at, (at ?? Start).AddDays(1)), at, video => video.LinkDied(new Problem("video_expired", "403"), at ?? Start));

    public static StoredFile File(DateTimeOffset at, long size) => new(
        StoragePath.Parse("videos/695251e891fab49e9adb49a5_1767177366572.mp4"), "video/mp4", size, new string('a', 64), "995dc9bbdf1939fa",
        Verification.Checksum, at, new MediaFacts(5.04, 1280, 720, "h264", true), StoragePath.Parse("thumbnails/695251e891fab49e9adb49a5_1767177366572.jpg"));

    public static RemoteLink Link(DateTimeOffset? expires, string name = "video") => RemoteLink.Parse(
        $"https://dashscope-result-bj.oss-accelerate.aliyuncs.com/1d/{name}.mp4" + (expires is { } until ? $"?Expires={until.ToUnixTimeSeconds()}&Signature=x" : ""), null)!;

    public static T Ok<T>(Result<T> result)
        where T : notnull => result.Match(value => value, error => throw new InvalidOperationException(error.ToString()));

    private static Workspace Then(Workspace workspace, DateTimeOffset? at, Func<Video, Result<Video>> change) => Ok(workspace.Change(change, at ?? Start));
}
