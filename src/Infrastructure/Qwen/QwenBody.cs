using System.Buffers;
using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;

namespace VideoPlatform.Infrastructure.Qwen;

/// <summary>How the picture's bytes go into a body.</summary>
internal enum PictureEncoding
{
    Base64,
    Raw,
}

/// <summary>
/// A body of known length that is written while it is sent: head, picture, tail. Memory does not grow with the picture.
/// It leaves once: whatever asks for it a second time, gets nothing, so no handler below can repeat a paid request.
/// </summary>
internal sealed class QwenBody : HttpContent
{
    private const int Block = 48 * 1024;   // a multiple of 3, so that only the last block is padded

    private readonly ReadOnlyMemory<byte> head;
    private readonly ReadOnlyMemory<byte> tail;
    private readonly Stream? picture;
    private readonly PictureEncoding encoding;
    private readonly Func<bool> mayLeave;

    /// <param name="mayLeave">Asked once, right before the first byte is written.</param>
    /// <param name="picture">Read from its position to its end; not disposed.</param>
    public QwenBody(string contentType, Func<bool> mayLeave, ReadOnlyMemory<byte> head, Stream? picture = null, PictureEncoding encoding = default, ReadOnlyMemory<byte> tail = default)
    {
        (this.mayLeave, this.head, this.picture, this.encoding, this.tail) = (mayLeave, head, picture, encoding, tail);
        PictureLength = picture is null ? 0 : picture.Length - picture.Position;
        Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
    }

    /// <summary>Bytes of the file.</summary>
    public long PictureLength { get; }

    /// <summary>From here on the other side may have received something. Until then it surely has not.</summary>
    public bool Began { get; private set; }

    /// <summary>It was not allowed to leave any more.</summary>
    public bool WasHeldBack { get; private set; }

    /// <summary>Told after each block.</summary>
    public Action? Progress { get; set; }

    protected override bool TryComputeLength(out long length)
    {
        length = head.Length + (encoding is PictureEncoding.Base64 ? (PictureLength + 2) / 3 * 4 : PictureLength) + tail.Length;
        return true;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (Began || WasHeldBack) throw new IOException("This body has left already.");
        if (!mayLeave())
        {
            WasHeldBack = true;
            throw new IOException("This body may not leave any more.");
        }

        Began = true;
        await stream.WriteAsync(head, cancellationToken);
        if (picture is not null) await WritePictureAsync(picture, stream, cancellationToken);
        await stream.WriteAsync(tail, cancellationToken);
    }

    private async Task WritePictureAsync(Stream source, Stream target, CancellationToken ct)
    {
        var raw = ArrayPool<byte>.Shared.Rent(Block);
        var text = ArrayPool<byte>.Shared.Rent(Base64.GetMaxEncodedToUtf8Length(Block));
        try
        {
            for (var left = PictureLength; left > 0;)
            {
                var size = (int)Math.Min(left, Block);
                await source.ReadExactlyAsync(raw.AsMemory(0, size), ct);   // a file that shrank ends the request
                await target.WriteAsync(encoding is PictureEncoding.Raw ? raw.AsMemory(0, size) : Encode(raw, size, text), ct);
                left -= size;
                Progress?.Invoke();
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(raw);
            ArrayPool<byte>.Shared.Return(text);
        }
    }

    private static ReadOnlyMemory<byte> Encode(byte[] raw, int size, byte[] text)
    {
        Base64.EncodeToUtf8(raw.AsSpan(0, size), text, out _, out var written);
        return text.AsMemory(0, written);
    }
}
