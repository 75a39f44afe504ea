using VideoPlatform.Domain.Results;

namespace VideoPlatform.Domain.Videos;

/// <summary>A paid task may be running, so this must wait.</summary>
public sealed record GenerationInProgress(VideoStatus Status)
    : Error(ErrorKind.Conflict, "generation_in_progress", $"The video is {Status.Word()}; wait for its end, or cancel it.");

/// <summary>There is a video already, and the caller did not ask to replace it.</summary>
public sealed record VideoExists()
    : Error(ErrorKind.Conflict, "video_exists", "This workspace has a video. Ask with \"replace\": true to make another in its place.");

/// <summary>Too late, or too early, to cancel. What is paid for goes on and is kept.</summary>
public sealed record NotCancellable(string Detail) : Error(ErrorKind.Conflict, "not_cancellable", Detail);

/// <summary>The bytes are gone: the link died before they were here.</summary>
public sealed record VideoExpired()
    : Error(ErrorKind.Gone, "video_expired", "The provider's link expired before the video was stored. It can only be made again.");

/// <summary>There is a request, but no bytes of it yet.</summary>
public sealed record VideoNotStored(VideoStatus Status)
    : Error(ErrorKind.NotFound, "video_not_stored", $"There is nothing to play: the video is {Status.Word()}.");

/// <summary>The picture is not one that can be taken: format, integrity, dimensions or transparency.</summary>
public sealed record UnsupportedImage(string Detail) : Error(ErrorKind.Unsupported, "unsupported_image", Detail);

/// <summary>The picture's file has too many bytes.</summary>
/// <param name="MaxBytes">The limit that it broke.</param>
public sealed record ImageTooLarge(long MaxBytes)
    : Error(ErrorKind.TooLarge, "image_too_large", $"The picture is larger than {MaxBytes} bytes.");

/// <summary>The provider cannot be reached or declines to answer now.</summary>
public sealed record ProviderUnavailable : Error
{
    private static readonly TimeSpan aMoment = TimeSpan.FromSeconds(10);

    /// <param name="asked">What the provider itself asked for; null: it did not say.</param>
    public ProviderUnavailable(string detail, TimeSpan? asked)
        : base(ErrorKind.Unavailable, "provider_unavailable", detail) => RetryAfter = asked ?? aMoment;

    /// <summary>When it makes sense to ask again.</summary>
    public TimeSpan RetryAfter { get; }
}
