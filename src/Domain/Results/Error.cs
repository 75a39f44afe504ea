namespace VideoPlatform.Domain.Results;

/// <summary>An expected failure: a stable code for programs, a sentence for people, data in the derived record for tests.</summary>
/// <param name="Kind">What sort of failure it is; the API derives the HTTP status from it alone.</param>
/// <param name="Code">Stable, <c>snake_case</c>; listed in <c>docs/errors.md</c>. One code has one record.</param>
/// <param name="Message">One sentence for people. Never a path, a key or a signed link.</param>
public abstract record Error(ErrorKind Kind, string Code, string Message);

/// <summary>The sorts of expected failure, each with one HTTP status.</summary>
public enum ErrorKind
{
    Invalid,
    Unsupported,
    TooLarge,
    Unauthenticated,
    Forbidden,
    NotFound,
    Conflict,
    Gone,
    Unprocessable,
    TooMany,
    Unavailable,
    StorageFull,
}

/// <summary>Values that break a rule, by field (in <c>snake_case</c>, as the caller wrote them).</summary>
public sealed record ValidationFailed(IReadOnlyDictionary<string, string[]> Fields)
    : Error(ErrorKind.Invalid, "validation_failed", "One or more values are not valid.")
{
    public ValidationFailed(string field, string message)
        : this(new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [message] }) { }
}

/// <summary>There is no such thing.</summary>
/// <param name="What">What was looked for, in words: <c>workspace</c>, <c>video</c>, <c>file</c>.</param>
public sealed record NotFound(string What) : Error(ErrorKind.NotFound, "not_found", $"There is no such {What}.");

/// <summary>The record has moved on since the caller looked at it, or is not in the state that the call is for.</summary>
public sealed record VersionConflict(string Detail) : Error(ErrorKind.Conflict, "version_conflict", Detail);

/// <summary>The storage is not there at the moment, or cannot be read: its disk is not mounted, is another one, or has lost its rights.</summary>
public sealed record StorageGone()
    : Error(ErrorKind.Unavailable, "storage_gone", "The storage is not there, or cannot be read, at the moment. Nothing was changed; try again when it can.");

/// <summary>Too little room on the disk to begin something new.</summary>
public sealed record StorageFull()
    : Error(ErrorKind.StorageFull, "storage_full", "The storage is nearly full. Nothing new is begun until there is room again.");
