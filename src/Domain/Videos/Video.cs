using VideoPlatform.Domain.Results;

namespace VideoPlatform.Domain.Videos;

/// <summary>
/// One video from the request to the kept file: what was asked, where it is in its life, and where its bytes are.
/// Immutable; every change is a method that returns the next value or says why not.
/// </summary>
public sealed record Video
{
    /// <summary>How many history lines are kept, newest last.</summary>
    public const int MaxHistory = 20;

    private Video(VideoRequest? request, VideoState state, DateTimeOffset requestedAt) =>
        (Request, State, RequestedAt) = (request, state, requestedAt);

    /// <summary>Null only in records of the earlier system.</summary>
    public VideoRequest? Request { get; private init; }

    public VideoState State { get; private init; }

    public VideoStatus Status => State.Status;

    /// <summary>Our own file. During a replacement it is still the old one.</summary>
    public StoredFile? File { get; private init; }

    /// <summary>The provider's link, dead or alive.</summary>
    public RemoteLink? Link { get; private init; }

    /// <summary>Why it stands where it stands. Cleared by success.</summary>
    public Problem? Problem { get; private init; }

    public DateTimeOffset RequestedAt { get; private init; }

    public DateTimeOffset? SubmittedAt { get; private init; }

    /// <summary>When the provider had finished, well or not.</summary>
    public DateTimeOffset? FinishedAt { get; private init; }

    /// <summary>The last <see cref="MaxHistory"/> transitions, newest last.</summary>
    public IReadOnlyList<HistoryEntry> History { get; private init; } = [];

    // ---- where the bytes are -------------------------------------------------------------------------------

    /// <summary>The fallback rule: our own file, else the remote link while it lives, else nothing.</summary>
    public VideoStorage StorageAt(DateTimeOffset now) =>
        File is not null ? VideoStorage.Local
        : Link is not null && Link.LivesAt(now) ? VideoStorage.Remote
        : VideoStorage.None;

    /// <summary>The one address that a page should play, by the same rule.</summary>
    public string? UrlAt(DateTimeOffset now) => StorageAt(now) switch
    {
        VideoStorage.Local => File!.Path.Url,
        VideoStorage.Remote => Link!.Url,
        _ => null,
    };

    /// <summary>Why it stands where it stands, or why a finished video is not here: what time does to a link is written nowhere.</summary>
    public Problem? ProblemAt(DateTimeOffset now) =>
        Problem ?? (Status, StorageAt(now)) switch
        {
            (VideoStatus.Completed, VideoStorage.Remote) => new Problem("remote_only", "Only the provider's link is known; the video has not been fetched."),
            (VideoStatus.Completed, VideoStorage.None) => new Problem("link_expired", "The video was never fetched, and its link has died."),
            _ => null,
        };

    /// <summary>Its fetch has failed more than once, so it may not be an accident.</summary>
    public bool IsFailing => State is VideoState.Downloading { Attempts: > 1 };

    // ---- asking --------------------------------------------------------------------------------------------

    /// <summary>A first video, or another one in place of the previous; the old bytes stay until the new ones are here.</summary>
    public static Result<Video> Ask(Video? previous, VideoRequest request, bool replace)
    {
        if (previous?.Request?.Id == request.Id) return previous;
        if (previous is { Status: VideoStatus.Completed } && !replace) return new VideoExists();
        if (previous is not null && !previous.Status.IsTerminal()) return new GenerationInProgress(previous.Status);

        // A replacement that failed or was cancelled has left the old file: only who says so may put another in its place.
        if (previous?.File is not null && !replace) return new VideoExists();

        return new Video(request, new VideoState.Queued(request.RequestedAt, 0), request.RequestedAt)
        {
            File = previous?.File,
            Link = previous?.Link,
            History = Lengthen(previous?.History ?? [], new HistoryEntry(request.RequestedAt, VideoStatus.Queued, null)),
        };
    }

    /// <summary>A task that is known to exist and that no record of ours knows: it enters as <c>processing</c>.</summary>
    public static Video Adopt(ProviderTask task, DateTimeOffset now) =>
        new(null, new VideoState.Processing(task, now, 0), now)
        {
            SubmittedAt = now,
            History = [new HistoryEntry(now, VideoStatus.Processing, "Adopted from the provider's account.")],
        };

    // ---- submitting ----------------------------------------------------------------------------------------

    /// <summary>The mark that is written before the provider is called.</summary>
    public Result<Video> MarkSubmitting(SubmitAttempt attempt) =>
        State is VideoState.Queued ? To(new VideoState.Submitting(attempt), attempt.At) with { Problem = null } : NotFor("submit");

    /// <summary>The submit surely did not happen, or was turned away for now: it waits for another try.</summary>
    public Result<Video> BackToQueue(Guid attempt, Problem because, DateTimeOffset due, DateTimeOffset now) =>
        IsAbout(attempt) ? To(new VideoState.Queued(due, 1), now, because.Message) with { Problem = because } : NotFor("return to the queue");

    /// <summary>Nothing was tried yet (the picture could not be handed over, the queue stands still): it waits on.</summary>
    /// <param name="counts">It was a try that failed; the next one waits longer for it.</param>
    public Result<Video> WaitOn(Problem because, DateTimeOffset due, bool counts) =>
        State is VideoState.Queued queued
            ? this with { State = new VideoState.Queued(due, counts ? queued.Attempts + 1 : queued.Attempts), Problem = because }
            : NotFor("wait");

    /// <summary>The provider said yes. Also true when a slower process learns it after others have begun to doubt.</summary>
    public Result<Video> Accepted(Guid attempt, ProviderTask task, DateTimeOffset nextQuestion, DateTimeOffset now)
    {
        if (State.Task?.Id == task.Id) return this;   // others found it out meanwhile, and have gone on from there
        if (!IsAbout(attempt)) return NotFor("accept a task");

        return To(new VideoState.Processing(task, nextQuestion, 0), now) with { SubmittedAt = AttemptAt, Problem = null };
    }

    /// <summary>The provider said no to the submit itself.</summary>
    public Result<Video> Refused(Guid attempt, Problem problem, DateTimeOffset now) =>
        IsAbout(attempt) ? To(new VideoState.Failed(null), now, problem.Message) with { Problem = problem, FinishedAt = now } : NotFor("be refused");

    /// <summary>Nobody knows whether the provider took it. It is never sent again until that is known.</summary>
    public Result<Video> Unclear(Guid attempt, Problem problem, DateTimeOffset firstLook, DateTimeOffset now) =>
        State is VideoState.Submitting s && s.Attempt.Id == attempt
            ? To(new VideoState.Unsettled(s.Attempt, firstLook, 0, []), now, problem.Message) with { Problem = problem }
            : NotFor("become unsettled");

    // ---- settling ------------------------------------------------------------------------------------------

    /// <summary>A look at the provider's list told nothing yet.</summary>
    /// <param name="counts">The look was complete, and its silence counts as one of the looks that prove absence. One that was not takes no candidate back.</param>
    public Result<Video> LookedInVain(DateTimeOffset nextLook, bool counts, Problem problem) =>
        State is VideoState.Unsettled u
            ? this with { State = u with { Due = nextLook, Looks = counts ? u.Looks + 1 : u.Looks, Candidates = counts ? [] : u.Candidates }, Problem = problem }
            : NotFor("look again");

    /// <summary>Several tasks could be ours: a person chooses.</summary>
    public Result<Video> NeedsPerson(IReadOnlyList<Candidate> candidates, Problem problem, DateTimeOffset nextLook) =>
        State is VideoState.Unsettled u
            ? this with { State = u with { Due = nextLook, Candidates = candidates }, Problem = problem }
            : NotFor("list candidates");

    /// <summary>The task was found, by us or by a person.</summary>
    public Result<Video> SettledAs(ProviderTask task, string how, DateTimeOffset now) =>
        State is VideoState.Unsettled u
            ? To(new VideoState.Processing(task, now, 0), now, how) with { SubmittedAt = u.Attempt.At, Problem = null }
            : NotFor("settle");

    /// <summary>The task does not exist: the request may be sent again.</summary>
    public Result<Video> SettledAsAbsent(string how, DateTimeOffset now) =>
        State is VideoState.Unsettled
            ? To(new VideoState.Queued(now, 0), now, how) with { Problem = null }
            : NotFor("settle");

    /// <summary>It cannot be found out any more, and no person can choose: it ends, and is not sent again on our own.</summary>
    public Result<Video> NeverSettled(Problem problem, DateTimeOffset now) =>
        State is VideoState.Unsettled
            ? To(new VideoState.Failed(null), now, problem.Message) with { Problem = problem, FinishedAt = now }
            : NotFor("settle");

    // ---- processing ----------------------------------------------------------------------------------------

    public Result<Video> StillProcessing(DateTimeOffset nextQuestion) =>
        State is VideoState.Processing p
            ? this with { State = p with { Due = nextQuestion, Silences = 0 }, Problem = null }
            : NotFor("go on processing");

    /// <summary>The provider did not answer. That is never a verdict.</summary>
    public Result<Video> ProviderSilent(Problem problem, DateTimeOffset nextQuestion) =>
        State is VideoState.Processing p
            ? this with { State = p with { Due = nextQuestion, Silences = p.Silences + 1 }, Problem = problem }
            : NotFor("wait for the provider");

    /// <summary>The provider has finished: the bytes are to be fetched under this name.</summary>
    public Result<Video> Finished(RemoteLink link, string stem, DateTimeOffset? finishedAt, DateTimeOffset now) =>
        State is VideoState.Processing p
            ? To(new VideoState.Downloading(p.Paid, stem, now, 0, false), now) with { Link = link, FinishedAt = finishedAt ?? now, Problem = null }
            : NotFor("finish");

    /// <summary>The provider said that the task failed.</summary>
    public Result<Video> TaskFailed(Problem problem, DateTimeOffset? finishedAt, DateTimeOffset now) =>
        State is VideoState.Processing p
            ? To(new VideoState.Failed(p.Paid), now, problem.Message) with { Problem = problem, FinishedAt = finishedAt ?? now }
            : NotFor("fail");

    /// <summary>The provider stopped the task before it made anything.</summary>
    public Result<Video> TaskCancelled(DateTimeOffset now) =>
        State is VideoState.Processing p
            ? To(new VideoState.Cancelled(p.Paid), now) with { FinishedAt = now, Problem = null }
            : NotFor("be cancelled by the provider");

    /// <summary>The provider does not know the task any more. It was accepted, so it is expired and not failed.</summary>
    public Result<Video> TaskGone(Problem problem, DateTimeOffset now) =>
        State is VideoState.Processing p
            ? To(new VideoState.Expired(p.Paid), now, problem.Message) with { Problem = problem }
            : NotFor("expire");

    /// <summary>A person stops what was not sent yet.</summary>
    public Result<Video> CancelQueued(DateTimeOffset now) => State switch
    {
        VideoState.Queued => To(new VideoState.Cancelled(null), now) with { Problem = null },
        VideoState.Submitting or VideoState.Unsettled =>
            new NotCancellable("The request may have reached the provider already; it can be cancelled once that is known."),
        VideoState.Downloading => new NotCancellable("The video is made and paid for; it is being fetched."),
        _ => new NotCancellable($"The video is {Status.Word()}."),
    };

    // ---- downloading ---------------------------------------------------------------------------------------

    /// <summary>One fetch failed; the paid task is untouched.</summary>
    public Result<Video> FetchFailed(Problem problem, DateTimeOffset nextTry) =>
        State is VideoState.Downloading d
            ? this with { State = d with { Due = nextTry, Attempts = d.Attempts + 1 }, Problem = problem }
            : NotFor("try the fetch again");

    /// <summary>The link is dead, but whether the task has another could not be asked yet. Nobody is sent to it any more.</summary>
    public Result<Video> LinkRefused(Problem problem, DateTimeOffset nextTry) =>
        FetchFailed(problem, nextTry).Then<Video>(failed => failed with { Link = Link?.Dead() });

    /// <summary>The fetch waits for something else (room on the disk), which is not its fault.</summary>
    public Result<Video> FetchPaused(Problem problem, DateTimeOffset nextTry) =>
        State is VideoState.Downloading d ? this with { State = d with { Due = nextTry }, Problem = problem } : NotFor("pause the fetch");

    /// <summary>The unfinished file is in the hands of somebody who has no claim any more and does not let go: the next attempt begins another.</summary>
    public Result<Video> FetchApart(string stem, DateTimeOffset now) =>
        State is VideoState.Downloading d ? this with { State = d with { Stem = stem, Due = now } } : NotFor("be fetched into another file");

    /// <summary>The link had died, and the task gave another.</summary>
    public Result<Video> FreshLink(RemoteLink link, DateTimeOffset now) =>
        State is VideoState.Downloading d
            ? this with { State = d with { Due = now, AskedForFreshLink = true }, Link = link }
            : NotFor("take a fresh link");

    /// <summary>The bytes are proven, on disk and under their final name.</summary>
    public Result<Video> Stored(StoredFile file, DateTimeOffset now) =>
        State is VideoState.Downloading d
            ? To(new VideoState.Completed(d.Made), now) with { File = file, Problem = null }
            : NotFor("be stored");

    /// <summary>The link died before the bytes were here.</summary>
    public Result<Video> LinkDied(Problem problem, DateTimeOffset now) => State switch
    {
        VideoState.Downloading d => To(new VideoState.Expired(d.Made), now, problem.Message) with { Link = Link?.Dead(), Problem = problem },
        VideoState.Completed c when File is null =>
            To(new VideoState.Expired(c.Made), now, problem.Message) with { Link = Link?.Dead(), Problem = problem },
        _ => NotFor("expire"),
    };

    /// <summary>A person, or a repair, wants the bytes fetched now; a fresh link may have been found for it.</summary>
    public Result<Video> FetchAgain(string stem, RemoteLink? freshLink, DateTimeOffset now)
    {
        if (State is VideoState.Downloading d) return this with { State = d with { Due = now } };
        if (!Status.IsTerminal()) return new GenerationInProgress(Status);
        if (Status is VideoStatus.Failed or VideoStatus.Cancelled) return NotFor("be fetched: the provider made nothing");
        if (Status is VideoStatus.Completed && File is not null) return NotFor("be fetched again: the file is here");

        var link = freshLink ?? Link;
        if (link is null || !link.LivesAt(now)) return new VideoExpired();

        // Why a completed one is fetched again (its file is gone, say) stays in view until it is here; an expired one has just been found alive.
        var because = Status is VideoStatus.Completed ? Problem : null;
        return To(new VideoState.Downloading(State.Task, stem, now, 0, freshLink is not null), now, because?.Message) with { Link = link, Problem = because };
    }

    // ---- the kept file -------------------------------------------------------------------------------------

    /// <summary>What was read from the file after it was stored.</summary>
    public Result<Video> Described(StoredFile file) =>
        File is not null && File.Path == file.Path ? this with { File = file } : NotFor("be described: the file is another");

    /// <summary>A file of ours was found that the record did not name.</summary>
    public Result<Video> FileFound(StoredFile file, DateTimeOffset now) => State switch
    {
        VideoState.Completed => this with { File = file, Problem = null },
        VideoState.Downloading or VideoState.Expired => To(new VideoState.Completed(State.Task), now, "A file of ours was found.") with { File = file, Problem = null },
        _ => NotFor("take a file"),
    };

    /// <summary>Our file is not there, or is not what it was. The record falls back to the link and says so.</summary>
    public Result<Video> FileLost(Problem problem) =>
        File is not null ? this with { File = null, Problem = problem } : NotFor("lose a file");

    /// <summary>The link is known to be dead, or its outcome was noted, without any change of status.</summary>
    public Result<Video> Noted(Problem problem) => this with { Problem = problem };

    // ---- restoring -----------------------------------------------------------------------------------------

    /// <summary>As it was stored. Refuses what could not have come from the transitions above.</summary>
    public static Result<Video> Restore(
        VideoRequest? request, VideoState state, StoredFile? file, RemoteLink? link, Problem? problem,
        DateTimeOffset requestedAt, DateTimeOffset? submittedAt, DateTimeOffset? finishedAt, IReadOnlyList<HistoryEntry> history)
    {
        var flaw = state switch
        {
            VideoState.Queued or VideoState.Submitting or VideoState.Unsettled when request is null => "no request is recorded",
            VideoState.Downloading when link is null => "no link is recorded",
            _ => null,
        };
        if (flaw is not null) return new ValidationFailed("video", $"A {state.Status.Word()} video cannot be restored: {flaw}.");

        return new Video(request, state, requestedAt)
        {
            File = file,
            Link = link,
            Problem = problem,
            SubmittedAt = submittedAt,
            FinishedAt = finishedAt,
            History = history,
        };
    }

    private DateTimeOffset? AttemptAt => Attempt?.At;

    private SubmitAttempt? Attempt => State switch
    {
        VideoState.Submitting s => s.Attempt,
        VideoState.Unsettled u => u.Attempt,
        _ => null,
    };

    private bool IsAbout(Guid attempt) => Attempt?.Id == attempt;

    private Video To(VideoState state, DateTimeOffset at, string? detail = null) =>
        this with { State = state, History = Lengthen(History, new HistoryEntry(at, state.Status, detail)) };

    private VersionConflict NotFor(string what) => new($"A {Status.Word()} video cannot {what}.");

    private static IReadOnlyList<HistoryEntry> Lengthen(IReadOnlyList<HistoryEntry> history, HistoryEntry entry) =>
        [.. history.Skip(Math.Max(0, history.Count - MaxHistory + 1)), entry];
}
