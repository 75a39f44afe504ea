namespace VideoPlatform.Domain.Videos;

/// <summary>Where a video is in its life. The lower-case words are public: API, database, events and logs.</summary>
public enum VideoStatus
{
    Queued,
    Submitting,
    Unsettled,
    Processing,
    Downloading,
    Completed,
    Failed,
    Cancelled,
    Expired,
}

/// <summary>Where the bytes of a video can be read now.</summary>
public enum VideoStorage
{
    Local,
    Remote,
    None,
}

/// <summary>What was proven of a stored file's bytes.</summary>
public enum Verification
{
    /// <summary>The byte count is the one that the sender declared.</summary>
    Length,

    /// <summary>The provider's own checksum is ours.</summary>
    Checksum,
}

/// <summary>The public words of the enumerations.</summary>
public static class Words
{
    public static string Word(this VideoStatus status) => status switch
    {
        VideoStatus.Queued => "queued",
        VideoStatus.Submitting => "submitting",
        VideoStatus.Unsettled => "unsettled",
        VideoStatus.Processing => "processing",
        VideoStatus.Downloading => "downloading",
        VideoStatus.Completed => "completed",
        VideoStatus.Failed => "failed",
        VideoStatus.Cancelled => "cancelled",
        VideoStatus.Expired => "expired",
        _ => throw new ArgumentOutOfRangeException(nameof(status)),
    };

    public static string Word(this VideoStorage storage) => storage switch
    {
        VideoStorage.Local => "local",
        VideoStorage.Remote => "remote",
        VideoStorage.None => "none",
        _ => throw new ArgumentOutOfRangeException(nameof(storage)),
    };

    public static string Word(this Verification verified) => verified switch
    {
        Verification.Length => "length",
        Verification.Checksum => "checksum",
        _ => throw new ArgumentOutOfRangeException(nameof(verified)),
    };

    /// <summary>The value behind a public word, or null for any other text (case counts).</summary>
    public static T? Parse<T>(string? word)
        where T : struct, Enum =>
        word is { Length: > 0 } && char.IsAsciiLetterLower(word[0]) && !word.AsSpan().ContainsAnyExceptInRange('a', 'z') && Enum.TryParse<T>(word, ignoreCase: true, out var value)
            ? value
            : null;

    /// <summary>Nothing is scheduled for a terminal video.</summary>
    public static bool IsTerminal(this VideoStatus status) =>
        status is VideoStatus.Completed or VideoStatus.Failed or VideoStatus.Cancelled or VideoStatus.Expired;
}
