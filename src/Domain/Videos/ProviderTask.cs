namespace VideoPlatform.Domain.Videos;

/// <summary>A paid task, and the endpoint that accepted it: on another host it may not be found.</summary>
/// <param name="Id">The provider's <c>task_id</c>.</param>
/// <param name="Endpoint">Base address that accepted it. Null in records of the earlier system: the configured one is asked.</param>
public sealed record ProviderTask(string Id, string? Endpoint);

/// <summary>One submit that may have been paid for. What is learnt about it is true whoever learns it, so it is also the fence of its outcome.</summary>
/// <param name="Id">Unique for every attempt.</param>
/// <param name="At">The mark was written at this time, before the provider was called.</param>
/// <param name="RequestHash"><see cref="VideoRequest.Hash"/>.</param>
/// <param name="Account">Tells where it went from anywhere else it could have gone: only there can it be proven absent. Null: not known.</param>
public sealed record SubmitAttempt(Guid Id, DateTimeOffset At, string RequestHash, string? Account = null);

/// <summary>A task in the provider's list that may be the answer to an unsettled submit.</summary>
/// <param name="Prompt">The provider shows it for finished tasks only.</param>
public sealed record Candidate(string TaskId, string Status, DateTimeOffset? CreatedAt, string? Prompt);

/// <summary>Why a video stands where it stands: the provider's own code and message where it refused, ours otherwise.</summary>
/// <param name="Code">Stable for programs. Never a link, a path or a key in either.</param>
public sealed record Problem(string Code, string Message);

/// <summary>One line of a video's history.</summary>
public sealed record HistoryEntry(DateTimeOffset At, VideoStatus Status, string? Detail);
