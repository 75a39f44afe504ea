using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Application.Videos;

/// <summary>The far end of a fetch: opens remote links, and only those that the configuration allows (host, scheme, address, every redirect).</summary>
public interface IVideoSource
{
    /// <summary>Opens a link, from the start or behind a proven prefix. Reading the body fails with <see cref="SourceFailedException"/>.</summary>
    Task<SourceAnswer> OpenAsync(RemoteLink link, ProvenPrefix? after, CancellationToken ct);
}

/// <summary>The part of a file that is here, flushed, and known to belong to one version of the remote object.</summary>
/// <param name="Length">In bytes, greater than zero.</param>
/// <param name="ETag">The strong entity tag under which it was received; it goes into <c>If-Range</c>.</param>
/// <param name="Total">Length of the whole object, if it was declared.</param>
public sealed record ProvenPrefix(long Length, string ETag, long? Total);

/// <summary>What a link answered.</summary>
public abstract record SourceAnswer
{
    private SourceAnswer() { }

    /// <summary>The bytes, from <paramref name="From"/> on. To be disposed by the caller.</summary>
    /// <param name="From">0, or the prefix's length when the sender resumes the very same object there.</param>
    /// <param name="Total">Length of the whole object; null when the sender does not say.</param>
    /// <param name="ETag">Strong tags only.</param>
    /// <param name="Crc64">Of the whole object, as the provider declares it.</param>
    public sealed record Opened(Stream Body, long From, long? Total, string? ETag, ulong? Crc64, IAsyncDisposable Connection) : SourceAnswer, IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Connection.DisposeAsync();
    }

    /// <summary>403 or 404: this link is dead.</summary>
    /// <param name="HttpStatus">403 or 404.</param>
    public sealed record Dead(int HttpStatus, Problem Problem) : SourceAnswer;

    /// <summary>The configuration forbids it (host, address, scheme, size): no retry will help until it changes.</summary>
    public sealed record Forbidden(Problem Problem) : SourceAnswer;

    /// <summary>Anything else; to be tried again.</summary>
    /// <param name="HttpStatus">Null when there was no answer.</param>
    public sealed record Unavailable(int? HttpStatus, Problem Problem) : SourceAnswer;
}

/// <summary>A body ended before its end: reset, stall, truncation. What was read before is good.</summary>
public sealed class SourceFailedException(Problem problem, Exception? inner = null) : IOException(problem.Message, inner)
{
    public Problem Problem { get; } = problem;
}
