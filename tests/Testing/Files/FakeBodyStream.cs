using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Testing.Files;

/// <summary>A remote body: gives its bytes in pieces, then ends, breaks, or waits for ever.</summary>
public sealed class FakeBodyStream : Stream
{
    private readonly byte[] bytes;
    private readonly int from;
    private readonly TaskCompletionSource drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int at;

    /// <param name="from">Where in the bytes it begins.</param>
    public FakeBodyStream(byte[] bytes, int from = 0) => (this.bytes, this.from, at) = (bytes, from, from);

    /// <summary>How it breaks after its last byte; null: it just ends.</summary>
    public Problem? BreaksWith { get; init; }

    /// <summary>After its last byte nothing comes, not even an end.</summary>
    public bool HangsAtEnd { get; init; }

    /// <summary>It begins again and again.</summary>
    public bool IsEndless { get; init; }

    /// <summary>Largest piece, in bytes.</summary>
    public int Piece { get; init; } = 16 * 1024;

    /// <summary>Called before each piece is given.</summary>
    public Action OnRead { get; init; } = () => { };

    /// <summary>Bytes that were read so far.</summary>
    public long Given { get; private set; }

    /// <summary>Ends when the last byte was given and more was asked for.</summary>
    public Task Drained => drained.Task;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        OnRead();
        if (at == bytes.Length && IsEndless) at = 0;
        var count = Math.Min(Math.Min(Piece, buffer.Length), bytes.Length - at);
        if (count == 0)
        {
            drained.TrySetResult();
            if (HangsAtEnd) await new TaskCompletionSource<int>().Task.WaitAsync(cancellationToken);
            if (BreaksWith is not null) throw new SourceFailedException(BreaksWith);
            return 0;
        }

        bytes.AsSpan(at, count).CopyTo(buffer.Span);
        at += count;
        Given += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>The body as an opened source.</summary>
    public SourceAnswer.Opened Open(long? total, string? etag = SampleVideo.Etag, ulong? crc64 = null) => new(this, from, total, etag, crc64, new Nothing());

    private sealed class Nothing : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
