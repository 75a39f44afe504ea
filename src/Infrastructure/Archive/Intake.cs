using System.Buffers;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Proof;

namespace VideoPlatform.Infrastructure.Archive;

/// <summary>
/// Takes a body into a part file in one pass: while one block is read from the network, the previous one is summed and written.
/// Two blocks of memory, whatever the length of the body. Every few seconds or megabytes what is here is flushed and noted.
/// </summary>
internal sealed class Intake(PartFile part, SourceAnswer.Opened source, TimeProvider clock) : IDisposable
{
    private const int BlockSize = 256 * 1024;
    private const long CheckpointBytes = 16 * 1024 * 1024;

    private static readonly TimeSpan checkpointEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan blockPatience = TimeSpan.FromSeconds(0.5);   // a slow sender's block is taken as it is

    private readonly IncrementalHash sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Crc64 crc64 = new();
    private readonly byte[] head = new byte[VideoContainer.HeadLength];

    private Task checkpoint = Task.CompletedTask;
    private long checkpointAt;
    private long checkpointTime = clock.GetTimestamp();

    /// <summary>Bytes that are summed and written.</summary>
    public long Length { get; private set; }

    public ulong Crc64 => crc64.Value;

    public string Crc64Hex => crc64.Hex;

    public VideoContainer? Container { get; private set; }

    /// <summary>The sum of everything; to be asked for once, at the end.</summary>
    public string FinishSha256() => Convert.ToHexStringLower(sha256.GetHashAndReset());

    /// <summary>Sums what is in the part file already.</summary>
    public async Task TakeUpAsync(long prefix, CancellationToken ct)
    {
        var block = ArrayPool<byte>.Shared.Rent(BlockSize);
        try
        {
            while (Length < prefix)
            {
                ct.ThrowIfCancellationRequested();
                var count = part.Read(block.AsSpan(0, (int)Math.Min(BlockSize, prefix - Length)), Length);
                if (count == 0) throw new EndOfStreamException("The part file is shorter than its note.");
                await AbsorbAsync(block.AsMemory(0, count), write: false);
            }

            checkpointAt = Length;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    /// <summary>Reads the body to its end, or until <paramref name="goOn"/> says no to what has come. What was read before a failure is written.</summary>
    /// <param name="goOn">Asked after every block.</param>
    public async Task ReceiveAsync(Func<bool> goOn, IProgress<long> received, CancellationToken ct)
    {
        var (reading, writing) = (ArrayPool<byte>.Shared.Rent(BlockSize), ArrayPool<byte>.Shared.Rent(BlockSize));
        var absorbed = Task.CompletedTask;
        try
        {
            while (true)
            {
                var (count, failure) = await FillAsync(reading, ct);
                await absorbed;
                if (Length > 0) received.Report(Length);
                if (!goOn()) return;

                absorbed = count > 0 ? AbsorbAsync(reading.AsMemory(0, count), write: true) : Task.CompletedTask;
                (reading, writing) = (writing, reading);
                if (count > 0 && failure is null)
                {
                    await CheckpointNowAndThenAsync();
                    continue;
                }

                await absorbed;
                if (Length > 0) received.Report(Length);
                failure?.Throw();
                goOn();
                return;
            }
        }
        finally
        {
            // A block that is still being written must not go back to the pool.
            await absorbed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ArrayPool<byte>.Shared.Return(reading);
            ArrayPool<byte>.Shared.Return(writing);
        }
    }

    /// <summary>Waits for a checkpoint that is on its way.</summary>
    public Task SettleAsync() => checkpoint;

    public void Dispose() => sha256.Dispose();

    // The failure comes after the bytes that came before it.
    private async Task<(int Count, ExceptionDispatchInfo? Failure)> FillAsync(byte[] block, CancellationToken ct)
    {
        var count = 0;
        var begun = clock.GetTimestamp();
        try
        {
            // Nothing read means the end, so it is read at least once, however long this process stood still before.
            do
            {
                var read = await source.Body.ReadAsync(block.AsMemory(count, BlockSize - count), ct);
                if (read == 0) break;
                count += read;
            }
            while (count < BlockSize && clock.GetElapsedTime(begun) < blockPatience);
        }
        catch (Exception e) when (e is SourceFailedException or OperationCanceledException)
        {
            return (count, ExceptionDispatchInfo.Capture(e));
        }

        return (count, null);
    }

    private async Task AbsorbAsync(ReadOnlyMemory<byte> block, bool write)
    {
        LookAtHead(block.Span);
        var at = Length;
        await Task.WhenAll(
            Task.Run(() => sha256.AppendData(block.Span)),
            Task.Run(() =>
            {
                if (write) part.Write(block.Span, at);
                crc64.Append(block.Span);
            }));
        Length = at + block.Length;
    }

    private void LookAtHead(ReadOnlySpan<byte> block)
    {
        if (Length >= head.Length) return;

        var known = (int)Length;
        var more = block[..Math.Min(block.Length, head.Length - known)];
        more.CopyTo(head.AsSpan(known));
        Container = VideoContainer.Detect(head.AsSpan(0, known + more.Length));
    }

    private async Task CheckpointNowAndThenAsync()
    {
        if (source.ETag is not { } etag || !checkpoint.IsCompleted || Length == checkpointAt) return;
        if (Length - checkpointAt < CheckpointBytes && clock.GetElapsedTime(checkpointTime) < checkpointEvery) return;

        await checkpoint;
        (checkpointAt, checkpointTime) = (Length, clock.GetTimestamp());
        var note = new PartNote(Length, etag, source.Total);
        checkpoint = Task.Run(() => part.Checkpoint(note));
    }
}
