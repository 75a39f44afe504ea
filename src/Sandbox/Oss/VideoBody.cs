using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace VideoPlatform.Sandbox.Oss;

/// <summary>The bytes of one stored object, readable from any offset.</summary>
internal abstract class VideoBody : IDisposable
{
    /// <summary>Fills the whole buffer; the caller stays within the length.</summary>
    public abstract ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken ct);

    public abstract void Dispose();
}

/// <summary>A file of the state folder.</summary>
internal sealed class FileBody(string path) : VideoBody
{
    private readonly SafeFileHandle _file = File.OpenHandle(path, options: FileOptions.Asynchronous);

    public override async ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken ct)
    {
        while (buffer.Length > 0)
        {
            var read = await RandomAccess.ReadAsync(_file, buffer, offset, ct);
            if (read == 0) throw new EndOfStreamException($"{path} became shorter.");
            (offset, buffer) = (offset + read, buffer[read..]);
        }
    }

    public override void Dispose() => _file.Dispose();
}

/// <summary>
/// A body that is computed: a 16-byte <c>ftyp</c> box, the 16-byte head of an <c>mdat</c> box, then 8-byte words that
/// hold their own offset, so that no part can be taken for another.
/// </summary>
internal sealed class GeneratedBody(long length) : VideoBody
{
    public const int HeadBytes = 32;

    public override ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken ct)
    {
        Fill(offset, buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override void Dispose()
    {
    }

    public static ulong Checksum(long length)
    {
        var (crc, body, block) = (new Crc64(), new GeneratedBody(length), new byte[1 << 16]);
        for (long offset = 0; offset < length; offset += block.Length)
        {
            var part = block.AsSpan(0, (int)Math.Min(block.Length, length - offset));
            body.Fill(offset, part);
            crc.Append(part);
        }

        return crc.Value;
    }

    private void Fill(long offset, Span<byte> target)
    {
        Span<byte> word = stackalloc byte[8];
        while (target.Length > 0)
        {
            var skip = (int)(offset % 8);
            if (skip == 0 && target.Length >= 8 && offset >= HeadBytes)
            {
                BinaryPrimitives.WriteInt64LittleEndian(target, offset);
                offset += 8;
                target = target[8..];
                continue;
            }

            WordAt(offset - skip, word);
            var count = Math.Min(8 - skip, target.Length);
            word.Slice(skip, count).CopyTo(target);
            offset += count;
            target = target[count..];
        }
    }

    private void WordAt(long offset, Span<byte> word)
    {
        switch (offset)
        {
            case 0: "\0\0\0\u0010ftyp"u8.CopyTo(word); break;
            case 8: "isom\0\0\u0002\0"u8.CopyTo(word); break;
            case 16: "\0\0\0\u0001mdat"u8.CopyTo(word); break;   // size 1: the real size follows in 64 bits
            case 24: BinaryPrimitives.WriteInt64BigEndian(word, length - 16); break;
            default: BinaryPrimitives.WriteInt64LittleEndian(word, offset); break;
        }
    }
}
