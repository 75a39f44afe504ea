using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using VideoPlatform.Sandbox.Faults;
using static VideoPlatform.Sandbox.Faults.SandboxFaultKind;

namespace VideoPlatform.Sandbox.Oss;

/// <summary>Sends the bytes of one answer, with the faults that shape a body.</summary>
internal sealed class BodySender(HttpContext context, VideoBody body, long objectLength, StruckFaults struck, CancellationToken ct)
{
    private const int BlockBytes = 128 * 1024;
    private readonly SandboxFault? _fault = struck.Answer;
    private readonly byte[] _block = new byte[BlockBytes];

    public async Task SendAsync(ByteRange range)
    {
        var response = context.Response;
        if (struck.Has(DownloadGzip))
        {
            response.Headers.ContentEncoding = "gzip";
            await using var gzip = new GZipStream(response.Body, CompressionLevel.Fastest, leaveOpen: true);
            await CopyAsync(gzip, range.First, range.Length);
            return;
        }

        var excess = (struck.Find(DownloadLengthTooLong)?.Bytes ?? (struck.Has(DownloadLengthTooLong) ? 1 : 0))
            - (struck.Find(DownloadLengthTooShort)?.Bytes ?? (struck.Has(DownloadLengthTooShort) ? 1 : 0));
        if (_fault?.Kind != DownloadEndless) response.ContentLength = Math.Max(0, range.Length + excess);

        var length = Math.Min(range.Length, range.Length + excess);
        var broken = _fault?.Kind is DownloadTruncated or DownloadReset or DownloadStalled;
        if (broken) length = Math.Clamp(_fault!.Bytes ?? length / 2, 0, length);
        await CopyAsync(response.Body, range.First, length);
        await response.Body.FlushAsync(ct);
        await EndAsync();
    }

    private async Task EndAsync()
    {
        switch (_fault?.Kind)
        {
            case DownloadReset:
                // A reset overtakes what the client has not read yet; a moment lets it read.
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, ct);
                context.Abort();
                break;
            case DownloadStalled:
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
                break;
            case DownloadEndless:
                _block.AsSpan().Clear();
                while (true) await context.Response.Body.WriteAsync(_block, ct);
            default:
                // When fewer bytes were sent than declared, Kestrel closes the connection behind them.
                break;
        }
    }

    private async Task CopyAsync(Stream target, long offset, long length)
    {
        var slow = _fault?.Kind == DownloadSlow ? (int)Math.Clamp(_fault.Bytes ?? 1024, 10, BlockBytes * 10L) : (int?)null;
        var blockBytes = slow is { } rate ? Math.Min(BlockBytes, rate / 10) : BlockBytes;   // slow: ten blocks a second
        while (length > 0)
        {
            var block = _block.AsMemory(0, (int)Math.Min(blockBytes, length));
            await body.ReadAsync(offset, block, ct);
            Flip(block.Span, offset);
            await target.WriteAsync(block, ct);
            (offset, length) = (offset + block.Length, length - block.Length);
            if (slow is null) continue;

            await target.FlushAsync(ct);
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, ct);
        }
    }

    private void Flip(Span<byte> block, long offset)
    {
        if (!struck.Has(DownloadFlippedBit)) return;

        var at = (struck.Find(DownloadFlippedBit)!.Bytes ?? objectLength / 2) - offset;
        if (at >= 0 && at < block.Length) block[(int)at] ^= 1;
    }
}
