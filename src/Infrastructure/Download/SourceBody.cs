using System.Runtime.CompilerServices;
using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Infrastructure.Download;

/// <summary>The body of an answer: every way in which it can break is one <see cref="SourceFailedException"/>. Reading forward only.</summary>
internal sealed class SourceBody(Stream inner, Silence silence) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    // A fast sender's body is read tens of thousands of times: the pooled builder spares each of them an allocation.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var begun = inner.ReadAsync(buffer, silence.Token);
            return begun.IsCompletedSuccessfully ? begun.Result : await silence.WatchAsync(begun, cancellationToken);
        }
        catch (SourceFailedException)
        {
            throw;
        }
        catch (HttpIOException e) when (e.HttpRequestError is HttpRequestError.ResponseEnded)
        {
            throw new SourceFailedException(new Problem("truncated", "The body ended before its declared end."), e);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)   // the latter for chunks that are none
        {
            throw new SourceFailedException(new Problem("connection_lost", "The connection broke while the body was read."), e);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("A remote body is read asynchronously.");

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>What has to be given back when a body is no longer read.</summary>
internal sealed class SourceConnection(HttpResponseMessage response, Silence silence) : IAsyncDisposable
{
    public ValueTask DisposeAsync()
    {
        response.Dispose();
        silence.Dispose();
        return ValueTask.CompletedTask;
    }
}
