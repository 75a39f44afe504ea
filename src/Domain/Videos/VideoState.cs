namespace VideoPlatform.Domain.Videos;

/// <summary>One case for each status, with what that status cannot be without. Changed only through <see cref="Video"/>.</summary>
public abstract record VideoState
{
    private VideoState() { }

    public abstract VideoStatus Status { get; }

    /// <summary>When there is something to do next. Null exactly for terminal states.</summary>
    public virtual DateTimeOffset? DueAt => null;

    /// <summary>The provider's task, once there is one.</summary>
    public virtual ProviderTask? Task => null;

    /// <summary>Accepted and durable; nothing was sent.</summary>
    /// <param name="Due">Not before this.</param>
    /// <param name="Attempts">How often it came back from a submit that surely was not taken.</param>
    public sealed record Queued(DateTimeOffset Due, int Attempts) : VideoState
    {
        public override VideoStatus Status => VideoStatus.Queued;

        public override DateTimeOffset? DueAt => Due;
    }

    /// <summary>The paid boundary: written before the provider is called.</summary>
    public sealed record Submitting(SubmitAttempt Attempt) : VideoState
    {
        public override VideoStatus Status => VideoStatus.Submitting;

        public override DateTimeOffset? DueAt => Attempt.At;
    }

    /// <summary>Perhaps paid: the outcome of the submit is unknown.</summary>
    /// <param name="Due">The next look at the provider's list.</param>
    /// <param name="Looks">How many looks found nothing.</param>
    /// <param name="Candidates">More than one possible task: a person chooses.</param>
    public sealed record Unsettled(SubmitAttempt Attempt, DateTimeOffset Due, int Looks, IReadOnlyList<Candidate> Candidates) : VideoState
    {
        public override VideoStatus Status => VideoStatus.Unsettled;

        public override DateTimeOffset? DueAt => Due;
    }

    /// <summary>The provider works on it.</summary>
    /// <param name="Due">The next question.</param>
    /// <param name="Silences">Questions in a row that the provider did not answer.</param>
    public sealed record Processing(ProviderTask Paid, DateTimeOffset Due, int Silences) : VideoState
    {
        public override VideoStatus Status => VideoStatus.Processing;

        public override DateTimeOffset? DueAt => Due;

        public override ProviderTask? Task => Paid;
    }

    /// <summary>The provider has finished; the bytes are on their way.</summary>
    /// <param name="Made">Null in records of the earlier system that name no task.</param>
    /// <param name="Stem">The file's name without its ending, chosen once, so that every attempt, also after a crash, meets the same files. Another only where those are held.</param>
    /// <param name="Due">The next attempt.</param>
    /// <param name="Attempts">Fetches that failed.</param>
    /// <param name="AskedForFreshLink">The task was asked once for another link.</param>
    public sealed record Downloading(ProviderTask? Made, string Stem, DateTimeOffset Due, int Attempts, bool AskedForFreshLink) : VideoState
    {
        public override VideoStatus Status => VideoStatus.Downloading;

        public override DateTimeOffset? DueAt => Due;

        public override ProviderTask? Task => Made;
    }

    public sealed record Completed(ProviderTask? Made) : VideoState
    {
        public override VideoStatus Status => VideoStatus.Completed;

        public override ProviderTask? Task => Made;
    }

    /// <param name="Refused">The task that failed; null when the submit itself was refused.</param>
    public sealed record Failed(ProviderTask? Refused) : VideoState
    {
        public override VideoStatus Status => VideoStatus.Failed;

        public override ProviderTask? Task => Refused;
    }

    public sealed record Cancelled(ProviderTask? Stopped) : VideoState
    {
        public override VideoStatus Status => VideoStatus.Cancelled;

        public override ProviderTask? Task => Stopped;
    }

    public sealed record Expired(ProviderTask? Made) : VideoState
    {
        public override VideoStatus Status => VideoStatus.Expired;

        public override ProviderTask? Task => Made;
    }
}
