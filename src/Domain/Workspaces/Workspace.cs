using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Domain.Workspaces;

/// <summary>A picture and the video that is made from it: the unit that is stored, versioned and worked on.</summary>
public sealed record Workspace
{
    /// <summary>Longest name, in characters (code points of Unicode).</summary>
    public const int MaxNameLength = 200;

    private Workspace(WorkspaceId id, DateTimeOffset createdAt) => (Id, CreatedAt, UpdatedAt) = (id, createdAt, createdAt);

    public WorkspaceId Id { get; }

    public string? Name { get; private init; }

    /// <summary>Null in a record of the earlier system that names none.</summary>
    public Picture? Picture { get; private init; }

    /// <summary>Null until one is asked for.</summary>
    public Video? Video { get; private init; }

    /// <summary>The running claim on the next step, if any.</summary>
    public Lease? Lease { get; private init; }

    /// <summary>Grows by one with every write; what a compare-and-set compares.</summary>
    public long Version { get; private init; } = 1;

    public DateTimeOffset CreatedAt { get; }

    /// <summary>The last change that a person could see.</summary>
    public DateTimeOffset UpdatedAt { get; private init; }

    /// <summary>When a worker may take it: a claimed one when its lease runs out, a terminal one never.</summary>
    public DateTimeOffset? DueAt => Video?.State.DueAt is { } due ? Lease?.Until ?? due : null;

    /// <summary>Whether a name will do: up to <see cref="MaxNameLength"/> characters, none of them a control character.</summary>
    public static Error? RefusesName(string? name) => name switch
    {
        not null when name.EnumerateRunes().Count() > MaxNameLength => new ValidationFailed("name", $"At most {MaxNameLength} characters."),
        not null when name.Any(char.IsControl) => new ValidationFailed("name", "No control characters."),
        _ => null,
    };

    public static Workspace Create(WorkspaceId id, string? name, Picture picture, DateTimeOffset now) =>
        new(id, now) { Name = name, Picture = picture };

    /// <summary>A workspace around a task that was found in the provider's account.</summary>
    public static Workspace Adopt(WorkspaceId id, string? name, ProviderTask task, DateTimeOffset now) =>
        new(id, now) { Name = name, Video = Video.Adopt(task, now) };

    public static Workspace Restore(
        WorkspaceId id, string? name, Picture? picture, Video? video, Lease? lease, long version, DateTimeOffset createdAt, DateTimeOffset updatedAt) =>
        new(id, createdAt) { Name = name, Picture = picture, Video = video, Lease = lease, Version = version, UpdatedAt = updatedAt };

    /// <summary>Asks for a video. The same request id again changes nothing.</summary>
    public Result<Workspace> Ask(VideoRequest request, bool replace, DateTimeOffset now) =>
        Video.Ask(Video, request, replace).Then(video => Next(video, now));

    /// <summary>A worker takes the next step for itself; whoever held it before is fenced out.</summary>
    public Result<Workspace> Claim(Guid token, DateTimeOffset now, DateTimeOffset until) =>
        DueAt is { } due && due <= now ? this with { Lease = new Lease(token, until) } : new VersionConflict("The step was taken by another worker.");

    /// <summary>Holds on to a claim while its work goes on.</summary>
    public Result<Workspace> Renew(Guid token, DateTimeOffset until) =>
        Lease?.Token == token ? this with { Lease = new Lease(token, until) } : Lost();

    /// <summary>A worker changes the video and keeps its claim: the mark before a paid call.</summary>
    public Result<Workspace> Mark(Guid token, DateTimeOffset now, Func<Video, Result<Video>> change) =>
        Lease?.Token == token ? Change(change, now).Then<Workspace>(next => next with { Lease = Lease }) : Lost();

    /// <summary>A worker ends its step: the change is kept and the claim given up.</summary>
    public Result<Workspace> End(Guid token, DateTimeOffset now, Func<Video, Result<Video>> change) =>
        Lease?.Token == token ? Change(change, now).Then<Workspace>(next => next with { Lease = null }) : Lost();

    /// <summary>A worker gives its claim back with nothing done; the step is due at once.</summary>
    public Result<Workspace> Release(Guid token) => Lease?.Token == token ? this with { Lease = null } : Lost();

    /// <summary>A change that needs no claim: a person's decision, or a fact that is true whoever learnt it. A running claim ends with it.</summary>
    public Result<Workspace> Change(Func<Video, Result<Video>> change, DateTimeOffset now) =>
        Video is null ? new NotFound("video") : change(Video).Then(video => Next(video, now));

    /// <summary>A person, or a repair, wants the bytes fetched now. A fetch that is running goes on undisturbed: never two of one video.</summary>
    public Result<Workspace> FetchAgain(string stem, RemoteLink? freshLink, DateTimeOffset now) =>
        Video?.Status is VideoStatus.Downloading && Lease?.Until > now ? this : Change(video => video.FetchAgain(stem, freshLink, now), now);

    /// <summary>What was read from the stored file; a step that runs meanwhile keeps its claim.</summary>
    public Result<Workspace> Describe(StoredFile file, DateTimeOffset now) =>
        Change(video => video.Described(file), now).Then<Workspace>(next => next with { Lease = Lease });

    /// <summary>Our file is not there any more; a step that runs meanwhile (its replacement) keeps its claim.</summary>
    public Result<Workspace> LoseFile(Problem problem, DateTimeOffset now) =>
        Change(video => video.FileLost(problem), now).Then<Workspace>(next => next with { Lease = Lease });

    /// <summary>Whether it may go: never while a paid task may run.</summary>
    public Error? RefusesDeletion() =>
        Video?.Status is VideoStatus.Submitting or VideoStatus.Unsettled or VideoStatus.Processing ? new GenerationInProgress(Video.Status) : null;

    /// <summary>As it is after the write that stores it.</summary>
    public Workspace Stored() => this with { Version = Version + 1 };

    private Result<Workspace> Next(Video video, DateTimeOffset now) =>
        ReferenceEquals(video, Video) ? this : this with { Video = video, Lease = null, UpdatedAt = now };

    private static VersionConflict Lost() => new("The claim on this step ran out and another worker has it.");
}
