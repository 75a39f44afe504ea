using VideoPlatform.Domain.Models;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Videos;

/// <summary>
/// The paid service. Answers are values, also the bad ones: an implementation throws only for bugs, and
/// <see cref="OperationCanceledException"/> only where it says so. Nothing in an answer holds a key or a signed link, except <see cref="RemoteLink"/>.
/// </summary>
public interface IVideoProvider
{
    /// <summary>Makes the picture reachable for the provider: inline if it is small, else in the provider's temporary store (48 h). Free of charge, may be repeated.</summary>
    Task<PictureHandover> HandOverAsync(Picture picture, VideoModel model, CancellationToken ct);

    /// <summary>
    /// Sends the paid request, once: never a retry, and nothing at all after <paramref name="sendBefore"/>, which is checked at the last moment
    /// before the body leaves. It is not cancelled by a caller who leaves; it ends by answer, failure or time-out.
    /// </summary>
    Task<SubmitAnswer> SubmitAsync(VideoRequest request, VideoModel model, PictureHandover.Ready picture, DateTimeOffset sendBefore);

    /// <summary>Asks for one task, at the endpoint that accepted it. May be repeated.</summary>
    Task<TaskAnswer> QueryAsync(ProviderTask task, CancellationToken ct);

    /// <summary>One page of the account's tasks of the last 24 hours, at the configured endpoint. May be repeated.</summary>
    Task<TaskListAnswer> ListAsync(TaskListQuery query, CancellationToken ct);

    /// <summary>Asks to cancel; only a task that waits can be cancelled. May be repeated.</summary>
    Task<CancelAnswer> CancelAsync(ProviderTask task, CancellationToken ct);
}

/// <summary>How the provider will get the picture.</summary>
public abstract record PictureHandover
{
    private PictureHandover() { }

    /// <param name="Url"><c>oss://…</c>, or null: the picture goes inline as a data URI, streamed from the file.</param>
    public sealed record Ready(Picture Picture, string? Url) : PictureHandover;

    /// <summary>It did not work this time; it may be tried again. Nothing was paid.</summary>
    public sealed record Unavailable(Problem Problem, TimeSpan? RetryAfter) : PictureHandover;

    /// <summary>The provider refuses the account (key, bill, permission): the queue stands still until that changes.</summary>
    public sealed record Blocked(Problem Problem) : PictureHandover;

    /// <summary>It will never work with this picture (its file is gone or unreadable).</summary>
    public sealed record Impossible(Problem Problem) : PictureHandover;
}

/// <summary>What is known after a submit.</summary>
public abstract record SubmitAnswer
{
    private SubmitAnswer() { }

    /// <summary>Paid for, with its task.</summary>
    public sealed record Accepted(ProviderTask Task) : SubmitAnswer;

    /// <summary>An explicit no to this request (4xx): it is not repeated.</summary>
    public sealed record Refused(Problem Problem) : SubmitAnswer;

    /// <summary>Too many requests or running tasks: not taken, to be tried later.</summary>
    public sealed record Throttled(Problem Problem, TimeSpan? RetryAfter) : SubmitAnswer;

    /// <summary>The account is refused (key, bill, permission): not taken; the queue stands still until that changes.</summary>
    public sealed record Blocked(Problem Problem) : SubmitAnswer;

    /// <summary>Surely nothing reached the provider (name not resolved, connection refused, too late to send).</summary>
    public sealed record NotSent(Problem Problem) : SubmitAnswer;

    /// <summary>Anything else: time-out, reset, 5xx, an answer that cannot be read. It may have been taken.</summary>
    public sealed record Unclear(Problem Problem) : SubmitAnswer;
}

/// <summary>What the provider says of one task.</summary>
public abstract record TaskAnswer
{
    private TaskAnswer() { }

    /// <summary>Waiting or running, or a word that we do not know (then <paramref name="Word"/> is that word).</summary>
    /// <param name="IsPending">It has not begun, so it might still be cancelled.</param>
    public sealed record Working(string Word, bool IsPending) : TaskAnswer;

    /// <param name="Link">Null when the provider says success without a usable link.</param>
    /// <param name="Prompt"><c>orig_prompt</c>, if shown.</param>
    public sealed record Succeeded(RemoteLink? Link, DateTimeOffset? EndedAt, string? Prompt) : TaskAnswer;

    public sealed record Failed(Problem Problem, DateTimeOffset? EndedAt) : TaskAnswer;

    public sealed record Cancelled(DateTimeOffset? EndedAt) : TaskAnswer;

    /// <summary><c>UNKNOWN</c> or 404: the record of the task is older than 24 hours, or never was.</summary>
    public sealed record Gone : TaskAnswer;

    /// <summary>No answer that says anything about the task (5xx, time-out, throttling, a refused key, a body that cannot be read).</summary>
    public sealed record Silent(Problem Problem, TimeSpan? RetryAfter) : TaskAnswer;
}

/// <param name="Model">Only tasks of this model; null for all.</param>
/// <param name="Page">From 1.</param>
public sealed record TaskListQuery(string? Model, int Page, int PageSize);

public abstract record TaskListAnswer
{
    private TaskListAnswer() { }

    /// <param name="TotalPages">As the provider says; 0 for an empty list.</param>
    /// <param name="ClockAhead">How far the provider's clock is before ours, to about a second; null when it does not tell its time.</param>
    public sealed record Page(IReadOnlyList<ListedTask> Tasks, int TotalPages, TimeSpan? ClockAhead = null) : TaskListAnswer;

    public sealed record Silent(Problem Problem, TimeSpan? RetryAfter) : TaskListAnswer;
}

/// <param name="Status">The provider's word: <c>PENDING</c>, <c>RUNNING</c>, <c>SUCCEEDED</c>, …</param>
/// <param name="CreatedAt"><c>gmt_create</c>.</param>
public sealed record ListedTask(string Id, string Status, string? Model, DateTimeOffset? CreatedAt, DateTimeOffset? EndedAt);

public abstract record CancelAnswer
{
    private CancelAnswer() { }

    public sealed record Accepted : CancelAnswer;

    public sealed record Refused(Problem Problem) : CancelAnswer;

    public sealed record Silent(Problem Problem, TimeSpan? RetryAfter) : CancelAnswer;
}
