using MongoDB.Bson;
using VideoPlatform.Domain.Proof;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Infrastructure.Records.Documents;

/// <summary>The member <c>video</c> of a document, ours or the earlier system's, as a <see cref="Video"/>.</summary>
internal static class VideoReader
{
    /// <summary>What a problem of the earlier system is called: it kept a text and no code.</summary>
    public const string EarlierProblem = "earlier_system";

    /// <summary>A request of the earlier system whose submit may or may not have been paid for.</summary>
    public const string SubmitUnknown = "submit_unknown";

    // The earlier system's word for everything before the end (records-and-migration.md, "The document").
    private const string Pending = "pending";

    /// <returns>Null when the member says nothing at all.</returns>
    /// <exception cref="UnreadableRecordException">What it says cannot be.</exception>
    public static Video? Read(BsonDocument video, WorkspaceId id, bool claimed)
    {
        var task = video.Text("task_id") is { } taskId ? new ProviderTask(taskId, video.Text("endpoint")) : null;
        var file = ReadFile(video);
        var link = ReadLink(video);
        var word = video.Text("status");
        if (word is null && task is null && file is null && link is null) return null;

        var requestedAt = video.Time("requested_at") ?? id.CreatedAt;
        var due = (claimed ? video.Time("not_before") ?? video.Time("due_at") : video.Time("due_at") ?? video.Time("not_before")) ?? requestedAt;
        var problem = ReadProblem(video);
        VideoState state;
        switch (word == Pending ? VideoStatus.Processing : Words.Parse<VideoStatus>(word))
        {
            case VideoStatus.Queued:
                state = new VideoState.Queued(due, video.Small("attempts") ?? 0);
                break;
            case VideoStatus.Submitting:
                state = new VideoState.Submitting(ReadAttempt(video));
                break;
            case VideoStatus.Unsettled:
                state = new VideoState.Unsettled(ReadAttempt(video), due, video.Small("looks") ?? 0, ReadCandidates(video));
                break;
            case VideoStatus.Processing when task is not null:
                state = new VideoState.Processing(task, due, video.Small("silences") ?? 0);
                break;
            case VideoStatus.Processing:
                // Never submitted again on our own: nobody knows whether it was paid for.
                state = new VideoState.Failed(null);
                problem = new Problem(SubmitUnknown, "The earlier system left this request without a task; whether it was paid for is not known.");
                break;
            case VideoStatus.Downloading:
                var stem = video.Text("stem") ?? throw new UnreadableRecordException("video.stem is missing");
                state = new VideoState.Downloading(task, stem, due, video.Small("attempts") ?? 0, video.Flag("asked_for_fresh_link") ?? false);
                break;
            case VideoStatus.Completed:
                state = new VideoState.Completed(task);
                break;
            case VideoStatus.Failed:
                state = new VideoState.Failed(task);
                break;
            case VideoStatus.Cancelled:
                state = new VideoState.Cancelled(task);
                break;
            case VideoStatus.Expired:
                state = new VideoState.Expired(task);
                break;
            default:
                throw new UnreadableRecordException("video.status is not a known word");
        }

        var restored = Video.Restore(
            ReadRequest(video, requestedAt), state, file, link, problem, requestedAt, video.Time("submitted_at"), video.Time("finished_at"), ReadHistory(video));
        return restored.TryGet(out var read, out var error) ? read : throw new UnreadableRecordException(Detail(error));
    }

    // The earlier system may have kept a prompt or a model under these names; without our id that is no request of ours.
    private static VideoRequest? ReadRequest(BsonDocument video, DateTimeOffset requestedAt) =>
        video.Unique("request_id") is { } id && video.Text("model") is { } model && video.Text("prompt") is { } prompt
            ? new VideoRequest(
                id, model, prompt, video.Text("negative_prompt"), video.Text("resolution") ?? "", video.Small("duration") ?? 0, video.Small("seed"),
                video.Flag("prompt_extend") ?? false, video.Flag("watermark") ?? false, requestedAt)
            : null;

    private static StoredFile? ReadFile(BsonDocument video)
    {
        if (!StoragePath.TryParse(video.Text("path"), out var path) && !StoragePath.TryParse(OurUrl(video), out path)) return null;

        return new StoredFile(
            path, video.Text("content_type") ?? ContentTypeOf(path), video.Whole("size"), video.Text("sha256"), video.Text("crc64"),
            Words.Parse<Verification>(video.Text("verified")), video.Time("archived_at"), ReadMedia(video),
            StoragePath.TryParse(video.Text("thumbnail"), out var thumbnail) ? thumbnail : null);
    }

    private static string? OurUrl(BsonDocument video) =>
        video.Text("url") is { } url && url.StartsWith(StoragePath.PublicPrefix, StringComparison.Ordinal) ? url : null;

    // The earlier system asked for MP4 and got MP4; the other two endings are what the archive can give a file.
    private static string ContentTypeOf(StoragePath path) => (VideoContainer.ByExtension(path.FileName) ?? VideoContainer.Mp4).ContentType;

    private static MediaFacts? ReadMedia(BsonDocument video) =>
        video.Inner("media") is { } media && media.Real("duration") is { } duration && media.Small("width") is { } width
        && media.Small("height") is { } height && media.Text("codec") is { } codec
            ? new MediaFacts(duration, width, height, codec, media.Flag("fast_start") ?? false)
            : null;

    private static RemoteLink? ReadLink(BsonDocument video)
    {
        var (until, dead) = (video.Time("remote_expires_at"), video.Flag("link_dead") ?? false);
        return RemoteLink.Restore(video.Text("remote_url"), until, dead) ?? RemoteLink.Restore(video.Text("url"), until, dead);
    }

    private static Problem? ReadProblem(BsonDocument video)
    {
        var text = video.Text("error") ?? video.Inner("error")?.Text("message");
        return video.Text("error_code") is { } code ? new Problem(code, text ?? "")
            : text is not null ? new Problem(EarlierProblem, text)
            : null;
    }

    private static SubmitAttempt ReadAttempt(BsonDocument video) =>
        video.Inner("attempt") is { } attempt && attempt.Unique("id") is { } id && attempt.Time("at") is { } at
            ? new SubmitAttempt(id, at, attempt.Text("request_hash") ?? "", attempt.Text("account"))
            : throw new UnreadableRecordException("video.attempt is missing");

    private static Candidate[] ReadCandidates(BsonDocument video) =>
    [
        .. from candidate in video.Inners("candidates")
           let task = candidate.Text("task_id")
           where task is not null
           select new Candidate(task, candidate.Text("status") ?? "", candidate.Time("created_at"), candidate.Text("prompt")),
    ];

    private static HistoryEntry[] ReadHistory(BsonDocument video) =>
    [
        .. from entry in video.Inners("history")
           let at = entry.Time("at")
           let status = Words.Parse<VideoStatus>(entry.Text("status"))
           where at is not null && status is not null
           select new HistoryEntry(at.Value, status.Value, entry.Text("detail")),
    ];

    private static string Detail(Error error) =>
        error is ValidationFailed invalid ? string.Join(' ', invalid.Fields.SelectMany(field => field.Value)) : error.Message;
}
