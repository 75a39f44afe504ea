using System.Collections.Concurrent;
using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Testing.Files;

/// <summary>Remote links by script: each opening takes the next answer, and the last one stays.</summary>
public sealed class FakeVideoSource : IVideoSource
{
    private readonly Lock gate = new();
    private readonly Queue<Func<RemoteLink, ProvenPrefix?, SourceAnswer>> script = new();
    private readonly ConcurrentQueue<SourceRequest> requests = new();
    private Func<RemoteLink, ProvenPrefix?, SourceAnswer> last =
        (_, _) => new SourceAnswer.Unavailable(null, new Problem("connection_refused", "Nothing was scripted."));

    /// <summary>What was asked, oldest first.</summary>
    public IReadOnlyList<SourceRequest> Requests => [.. requests];

    public FakeVideoSource Then(Func<RemoteLink, ProvenPrefix?, SourceAnswer> answer)
    {
        lock (gate) script.Enqueue(answer);
        return this;
    }

    public FakeVideoSource Then(SourceAnswer answer) => Then((_, _) => answer);

    /// <summary>The whole object, or its rest behind a prefix of the same tag.</summary>
    public FakeVideoSource ThenServe(byte[] bytes, string? etag = SampleVideo.Etag, ulong? crc64 = null) =>
        Then((_, after) => new FakeBodyStream(bytes, Start(after, etag)).Open(bytes.Length, etag, crc64));

    /// <summary>So many bytes of the object in all, then a break.</summary>
    public FakeVideoSource ThenBreakAt(byte[] bytes, int length, string code = "connection_lost", string? etag = SampleVideo.Etag, ulong? crc64 = null) =>
        Then((_, after) => new FakeBodyStream(bytes[..length], Math.Min(length, Start(after, etag))) { BreaksWith = new Problem(code, "The connection broke.") }.Open(bytes.Length, etag, crc64));

    public FakeVideoSource ThenDead(int status = 403, string message = "403 Request has expired.") =>
        Then(new SourceAnswer.Dead(status, new Problem("AccessDenied", message)));

    public FakeVideoSource ThenUnavailable(int? status = 503, string code = "http_503") =>
        Then(new SourceAnswer.Unavailable(status, new Problem(code, "Try again.")));

    public Task<SourceAnswer> OpenAsync(RemoteLink link, ProvenPrefix? after, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        requests.Enqueue(new SourceRequest(link, after));
        lock (gate)
        {
            if (script.TryDequeue(out var next)) last = next;
            return Task.FromResult(last(link, after));
        }
    }

    private static int Start(ProvenPrefix? after, string? etag) => after is not null && after.ETag == etag ? (int)after.Length : 0;
}

public sealed record SourceRequest(RemoteLink Link, ProvenPrefix? After);
