using VideoPlatform.Application.Idempotency;
using VideoPlatform.Application.Pictures;
using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.CrashHost;

internal sealed class TrippedPictures(IPictureStore inner, Tripwires tripwires) : IPictureStore
{
    public async Task<Result<ReceivedPicture>> ReceiveAsync(Stream upload, CancellationToken ct)
    {
        var received = await inner.ReceiveAsync(upload, ct);
        tripwires.Pass(KillPoints.PictureStored);
        return received;
    }

    public Stream? Open(Picture picture) => inner.Open(picture);

    public void Delete(Picture picture) => inner.Delete(picture);
}

internal sealed class TrippedIdempotency(IIdempotencyStore inner, Tripwires tripwires) : IIdempotencyStore
{
    public async Task<IdempotencyNote> ReserveAsync(IdempotencyNote note, CancellationToken ct)
    {
        var reserved = await inner.ReserveAsync(note, ct);
        tripwires.Pass(KillPoints.KeyReserved);
        return reserved;
    }

    public async Task AnswerAsync(IdempotencyNote note, StoredAnswer answer, CancellationToken ct)
    {
        await inner.AnswerAsync(note, answer, ct);
        tripwires.Pass(KillPoints.AnswerKept);
    }

    public Task ForgetAsync(string scope, string key, CancellationToken ct) => inner.ForgetAsync(scope, key, ct);
}

internal sealed class TrippedArchive(IVideoArchive inner, Tripwires tripwires) : IVideoArchive
{
    public Task<StoredFile?> FindFinishedAsync(string stem, CancellationToken ct) => inner.FindFinishedAsync(stem, ct);

    public Task<ProvenPrefix?> FindPrefixAsync(string stem, CancellationToken ct) => inner.FindPrefixAsync(stem, ct);

    public Task<ArchiveAnswer> ReceiveAsync(ArchiveOrder order, SourceAnswer.Opened source, IProgress<long> received, CancellationToken ct) =>
        inner.ReceiveAsync(order, source, received, ct);

    public async Task DeleteAsync(StoredFile file, CancellationToken ct)
    {
        tripwires.Pass(KillPoints.ReplacedRemoving);
        await inner.DeleteAsync(file, ct);
        tripwires.Pass(KillPoints.ReplacedRemoved);
    }

    public Task DiscardAsync(string stem, CancellationToken ct) => inner.DiscardAsync(stem, ct);

    public bool IsPresent(StoredFile file) => inner.IsPresent(file);

    public bool IsReachable => inner.IsReachable;
}

internal sealed class TrippedSource(IVideoSource inner, Tripwires tripwires) : IVideoSource
{
    public async Task<SourceAnswer> OpenAsync(RemoteLink link, ProvenPrefix? after, CancellationToken ct)
    {
        var answer = await inner.OpenAsync(link, after, ct);
        tripwires.Pass(KillPoints.LinkOpened);
        return answer is SourceAnswer.Opened opened ? opened with { Body = new TrippedBody(opened.Body, (opened.Total ?? 0) - opened.From, tripwires) } : answer;
    }

    /// <summary>Passes a point when half of the bytes were read, and another at their end.</summary>
    private sealed class TrippedBody(Stream inner, long expected, Tripwires tripwires) : Stream
    {
        private long read;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => read;
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await inner.ReadAsync(buffer, cancellationToken);
            if (read < expected / 2 && read + count >= expected / 2) tripwires.Pass(KillPoints.BodyHalf);
            read += count;
            if (count == 0) tripwires.Pass(KillPoints.BodyWhole);
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
