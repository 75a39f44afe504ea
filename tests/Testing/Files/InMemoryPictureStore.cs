using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using VideoPlatform.Application.Pictures;
using VideoPlatform.Domain.Models;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Testing.Files;

/// <summary>The picture store without a disk. It knows PNG only, and believes a file that begins and ends like one.</summary>
public sealed class InMemoryPictureStore(TimeProvider clock, long maxBytes = 20_971_520) : IPictureStore
{
    private readonly ConcurrentDictionary<string, byte[]> files = new(StringComparer.Ordinal);
    private int count;

    public IReadOnlyDictionary<string, byte[]> Files => files;

    /// <summary>The disk has no room left.</summary>
    public bool IsFull { get; set; }

    public async Task<Result<ReceivedPicture>> ReceiveAsync(Stream upload, CancellationToken ct)
    {
        if (IsFull) return new StorageFull();

        using var received = new MemoryStream();
        var block = new byte[16 * 1024];
        int read;
        while ((read = await upload.ReadAsync(block, ct)) > 0)
        {
            received.Write(block, 0, read);
            if (received.Length > maxBytes) return new ImageTooLarge(maxBytes);
        }

        var bytes = received.ToArray();
        if (bytes.Length == 0) return new ValidationFailed("image", "The file is empty.");
        if (bytes.Length < 57 || !bytes.AsSpan(12, 4).SequenceEqual("IHDR"u8)) return new UnsupportedImage("The file is no picture that can be read.");

        var (width, height) = (BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(20)));
        if (width is < VideoModel.MinSide or > VideoModel.MaxSide || height is < VideoModel.MinSide or > VideoModel.MaxSide)
            return new UnsupportedImage($"The picture has {width} × {height} pixels; each side must have {VideoModel.MinSide} to {VideoModel.MaxSide}.");
        if (!bytes.AsSpan(bytes.Length - 8, 4).SequenceEqual("IEND"u8)) return new UnsupportedImage("The picture is cut off or damaged.");

        var path = StoragePath.Parse($"{clock.GetUtcNow().ToUnixTimeMilliseconds()}-{Interlocked.Increment(ref count):d8}.png");
        files[path.Value] = bytes;
        return new ReceivedPicture(
            new Picture(path, "image/png", bytes.Length, width, height, HasAlpha: bytes[25] is 4 or 6), Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    public Stream? Open(Picture picture) => files.TryGetValue(picture.Path.Value, out var bytes) ? new MemoryStream(bytes, writable: false) : null;

    public void Delete(Picture picture) => files.TryRemove(picture.Path.Value, out _);
}
