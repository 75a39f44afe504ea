using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Idempotency;

/// <summary>Remembers, for at least 24 hours and across restarts, what an <c>Idempotency-Key</c> stood for and what was answered.</summary>
public interface IIdempotencyStore
{
    /// <summary>Notes the key with the ids that the call will use, or returns what was noted first. One caller's note wins.</summary>
    Task<IdempotencyNote> ReserveAsync(IdempotencyNote note, CancellationToken ct);

    /// <summary>Keeps the note with its answer, also where the note was forgotten since it was reserved. The first answer stays, with its note.</summary>
    Task AnswerAsync(IdempotencyNote note, StoredAnswer answer, CancellationToken ct);

    /// <summary>Takes a note back whose call was refused, so that the key may be used with a corrected body.</summary>
    Task ForgetAsync(string scope, string key, CancellationToken ct);
}

/// <param name="Scope">Which call, on which resource.</param>
/// <param name="Key">1 to 255 visible ASCII characters.</param>
/// <param name="Fingerprint">SHA-256 (hex) of the body.</param>
/// <param name="WorkspaceId">The workspace that the call creates or is about.</param>
/// <param name="RequestId">The id that the video request gets.</param>
/// <param name="Answer">Null until the call was answered.</param>
public sealed record IdempotencyNote(
    string Scope, string Key, string Fingerprint, WorkspaceId WorkspaceId, Guid RequestId, DateTimeOffset CreatedAt, StoredAnswer? Answer = null);

/// <param name="Body">JSON as it was sent.</param>
public sealed record StoredAnswer(int Status, string? Location, string Body);
