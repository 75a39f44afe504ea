using MongoDB.Bson;
using VideoPlatform.Application.Work;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Infrastructure.Records.Documents;

/// <summary>
/// The member <c>video</c> as we write it: the six names of the earlier system always, null when there is nothing to say;
/// every other member only when it has a value.
/// </summary>
internal static class VideoWriter
{
    public static BsonDocument Write(Workspace workspace, Video video, DateTimeOffset now)
    {
        var document = new BsonDocument
        {
            { "status", video.Status.Word() },
            { "task_id", OrNull(video.State.Task?.Id) },
            { "url", OrNull(video.File?.Path.Url ?? video.Link?.Url) },   // the link even when dead: the earlier backend shows what is there
            { "remote_url", OrNull(video.Link?.Url) },
            { "path", OrNull(video.File?.Path.Value) },
            { "error", OrNull(video.Problem?.Message) },
        };
        Set(document, "error_code", video.Problem?.Code);
        Set(document, "storage", video.StorageAt(now).Word());
        Set(document, "endpoint", video.State.Task?.Endpoint);
        Set(document, "remote_expires_at", video.Link?.ExpiresAt);
        if (video.Link is { IsDead: true }) document["link_dead"] = true;
        Set(document, "requested_at", video.RequestedAt);
        Set(document, "submitted_at", video.SubmittedAt);
        Set(document, "finished_at", video.FinishedAt);
        WriteRequest(document, video.Request);
        WriteFile(document, video.File);
        WriteState(document, video.State);
        WriteWork(document, workspace, video);
        if (video.History.Count > 0) document["history"] = new BsonArray(video.History.Select(WriteEntry));
        return document;
    }

    public static BsonDateTime Date(DateTimeOffset time) => new(time.ToUnixTimeMilliseconds());

    private static void WriteRequest(BsonDocument document, VideoRequest? request)
    {
        if (request is null) return;

        document["request_id"] = request.Id.ToString();
        document["model"] = request.Model;
        document["prompt"] = request.Prompt;
        Set(document, "negative_prompt", request.NegativePrompt);
        document["resolution"] = request.Resolution;
        document["duration"] = request.Duration;
        if (request.Seed is { } seed) document["seed"] = seed;
        document["prompt_extend"] = request.PromptExtend;
        document["watermark"] = request.Watermark;
    }

    private static void WriteFile(BsonDocument document, StoredFile? file)
    {
        if (file is null) return;

        document["content_type"] = file.ContentType;
        if (file.Size is { } size) document["size"] = size;
        Set(document, "sha256", file.Sha256);
        Set(document, "crc64", file.Crc64);
        Set(document, "verified", file.Verified?.Word());
        Set(document, "archived_at", file.ArchivedAt);
        Set(document, "thumbnail", file.Thumbnail?.Value);
        if (file.Media is not { } media) return;

        document["media"] = new BsonDocument
        {
            { "duration", media.Duration }, { "width", media.Width }, { "height", media.Height }, { "codec", media.Codec }, { "fast_start", media.FastStart },
        };
    }

    private static void WriteState(BsonDocument document, VideoState state)
    {
        switch (state)
        {
            case VideoState.Queued queued:
                document["attempts"] = queued.Attempts;
                break;
            case VideoState.Submitting submitting:
                document["attempt"] = WriteAttempt(submitting.Attempt);
                break;
            case VideoState.Unsettled unsettled:
                document["attempt"] = WriteAttempt(unsettled.Attempt);
                document["looks"] = unsettled.Looks;
                if (unsettled.Candidates.Count > 0) document["candidates"] = new BsonArray(unsettled.Candidates.Select(WriteCandidate));
                break;
            case VideoState.Processing processing:
                document["silences"] = processing.Silences;
                break;
            case VideoState.Downloading downloading:
                document["stem"] = downloading.Stem;
                document["attempts"] = downloading.Attempts;
                document["asked_for_fresh_link"] = downloading.AskedForFreshLink;
                break;
            default:
                break;   // a terminal state has nothing of its own but its task
        }
    }

    // What the workers look for. "due_at" is when a worker may take it; while one has it that is the end of its claim,
    // and "not_before" keeps the step's own time for the case that the claim is given back.
    private static void WriteWork(BsonDocument document, Workspace workspace, Video video)
    {
        Set(document, "lane", WorkLanes.LaneOf(video.Status)?.Word());
        Set(document, "due_at", workspace.DueAt);
        if (workspace.Lease is not null) Set(document, "not_before", video.State.DueAt);
    }

    private static BsonDocument WriteAttempt(SubmitAttempt attempt)
    {
        var document = new BsonDocument { { "id", attempt.Id.ToString() }, { "at", Date(attempt.At) }, { "request_hash", attempt.RequestHash } };
        Set(document, "account", attempt.Account);
        return document;
    }

    private static BsonDocument WriteCandidate(Candidate candidate)
    {
        var document = new BsonDocument { { "task_id", candidate.TaskId }, { "status", candidate.Status } };
        Set(document, "created_at", candidate.CreatedAt);
        Set(document, "prompt", candidate.Prompt);
        return document;
    }

    private static BsonDocument WriteEntry(HistoryEntry entry)
    {
        var document = new BsonDocument { { "at", Date(entry.At) }, { "status", entry.Status.Word() } };
        Set(document, "detail", entry.Detail);
        return document;
    }

    private static BsonValue OrNull(string? text) => text is null ? BsonNull.Value : text;

    private static void Set(BsonDocument document, string name, string? text)
    {
        if (text is not null) document[name] = text;
    }

    private static void Set(BsonDocument document, string name, DateTimeOffset? time)
    {
        if (time is { } known) document[name] = Date(known);
    }
}
