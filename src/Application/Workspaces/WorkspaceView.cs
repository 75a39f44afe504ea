using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using VideoPlatform.Application.Videos;
using VideoPlatform.Application.Work;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Workspaces;

/// <summary>A workspace as the public sees it: REST, WebSocket and the page share this one shape (JSON in <c>snake_case</c>).</summary>
public sealed record WorkspaceView(
    string Id, string? Name, PictureView? Image, VideoView? Video, long Version, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    /// <summary>A link runs out and a fetch goes on without a new version.</summary>
    public bool ChangesByItself() => Video is { Status: "downloading" } or { Storage: not "local", RemoteExpiresAt: not null };
}

/// <param name="Url">Where the picture is served: <c>/uploads/…</c>.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
public sealed record PictureView(string Url, string? ContentType, long? Size, int? Width, int? Height);

/// <summary>Where a video is in its life, what was asked for, and what is here.</summary>
/// <param name="Status"><c>queued</c>, <c>submitting</c>, <c>unsettled</c>, <c>processing</c>, <c>downloading</c>, <c>completed</c>, <c>failed</c>, <c>cancelled</c> or <c>expired</c>.</param>
/// <param name="Storage"><c>local</c> (our file), <c>remote</c> (only the provider's link, until <paramref name="RemoteExpiresAt"/>) or <c>none</c>.</param>
/// <param name="Url">The one address that a page should play; null when there is none.</param>
/// <param name="RemoteUrl">The provider's temporary link, dead or alive. Its query is a signature: treat it as a secret.</param>
/// <param name="Duration">Seconds asked for; -1: the model chooses.</param>
/// <param name="Size">Bytes of our file.</param>
/// <param name="Verified">What was proven: <c>checksum</c> (the provider's own) or <c>length</c>.</param>
/// <param name="Progress">While bytes are being fetched.</param>
/// <param name="History">The last twenty transitions, newest last; in <c>GET …/video</c> only.</param>
public sealed record VideoView(
    string Status, string Storage, string? Url, string? RemoteUrl, DateTimeOffset? RemoteExpiresAt, string? ThumbnailUrl,
    string? TaskId, string? Model, string? Prompt, string? NegativePrompt, string? Resolution, int? Duration, int? Seed, bool? PromptExtend, bool? Watermark,
    long? Size, string? ContentType, string? Sha256, string? Verified, MediaView? Media, ProgressView? Progress, ProblemView? Error,
    DateTimeOffset RequestedAt, DateTimeOffset? SubmittedAt, DateTimeOffset? FinishedAt, DateTimeOffset? ArchivedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<HistoryView>? History = null);

/// <param name="Duration">Seconds.</param>
/// <param name="FastStart">Playing can begin before everything is here.</param>
public sealed record MediaView(double Duration, int Width, int Height, string Codec, bool FastStart);

/// <param name="Received">Bytes that are here.</param>
/// <param name="Total">Bytes of the whole, or null when the sender does not say.</param>
public sealed record ProgressView(long Received, long? Total);

/// <param name="Code">The provider's own code where it refused, ours otherwise.</param>
/// <param name="Candidates">While <c>unsettled</c>: the tasks that a person may choose from.</param>
public sealed record ProblemView(
    string Code, string Message,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<CandidateView>? Candidates = null);

public sealed record CandidateView(string TaskId, string Status, DateTimeOffset? CreatedAt, string? Prompt);

public sealed record HistoryView(DateTimeOffset At, string Status, string? Detail);

/// <summary>Makes views: the record as it stands, with what this moment adds to it (the time, the running fetch).</summary>
public sealed class WorkspaceViews(TimeProvider clock, IProgressBoard progress)
{
    private readonly ConditionalWeakTable<Workspace, WorkspaceView> read = [];

    /// <summary>As <see cref="Of(Workspace)"/>; the same view for the same object, as long as nothing but a new version can change it.</summary>
    public WorkspaceView Read(Workspace w)
    {
        if (read.TryGetValue(w, out var known)) return known;

        var view = Of(w);
        if (!view.ChangesByItself()) read.TryAdd(w, view);
        return view;
    }

    public WorkspaceView Of(Workspace w) => new(
        w.Id.Value,
        w.Name,
        w.Picture is { } p ? new PictureView(p.Path.Url, p.ContentType, p.Size, p.Width, p.Height) : null,
        w.Video is { } v ? Of(w.Id, v, withHistory: false) : null,
        w.Version,
        w.CreatedAt,
        w.UpdatedAt);

    public VideoView Of(WorkspaceId id, Video v, bool withHistory)
    {
        var now = clock.Now();
        var running = v.Status is VideoStatus.Downloading ? progress.Find(id) : null;
        return new VideoView(
            v.Status.Word(), v.StorageAt(now).Word(), v.UrlAt(now), v.Link?.Url, v.Link?.ExpiresAt, v.File?.Thumbnail?.Url,
            v.State.Task?.Id, v.Request?.Model, v.Request?.Prompt, v.Request?.NegativePrompt, v.Request?.Resolution, v.Request?.Duration,
            v.Request?.Seed, v.Request?.PromptExtend, v.Request?.Watermark,
            v.File?.Size, v.File?.ContentType, v.File?.Sha256, v.File?.Verified?.Word(),
            v.File?.Media is { } m ? new MediaView(m.Duration, m.Width, m.Height, m.Codec, m.FastStart) : null,
            running is null ? null : new ProgressView(running.Received, running.Total),
            v.ProblemAt(now) is not { } problem ? null : new ProblemView(problem.Code, problem.Message, CandidatesOf(v)),
            v.RequestedAt, v.SubmittedAt, v.FinishedAt, v.File?.ArchivedAt,
            withHistory ? [.. v.History.Select(h => new HistoryView(h.At, h.Status.Word(), h.Detail))] : null);
    }

    private static IReadOnlyList<CandidateView>? CandidatesOf(Video v) =>
        v.State is VideoState.Unsettled { Candidates: { Count: > 0 } candidates }
            ? [.. candidates.Select(c => new CandidateView(c.TaskId, c.Status, c.CreatedAt, c.Prompt))]
            : null;
}
