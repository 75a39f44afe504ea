using System.Buffers.Binary;
using System.Security.Cryptography;
using VideoPlatform.Domain.Proof;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Testing.Files;

/// <summary>Bytes that begin like a video and go on like noise, the same for the same seed, and an order to archive them.</summary>
public sealed class SampleVideo
{
    public const string Etag = "\"5B3C1A2E053D763E1B002CC607C5A0FE\"";

    private SampleVideo(byte[] bytes) => Bytes = bytes;

    public byte[] Bytes { get; }

    public ulong Crc64
    {
        get
        {
            var crc = new Crc64();
            crc.Append(Bytes);
            return crc.Value;
        }
    }

    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(Bytes));

    public static SampleVideo Mp4(int length, int seed = 1) => Noise(length, seed, "isom"u8);

    public static SampleVideo QuickTime(int length, int seed = 1) => Noise(length, seed, "qt  "u8);

    public static ArchiveOrderBuilder Order() => new();

    private static SampleVideo Noise(int length, int seed, ReadOnlySpan<byte> brand)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        BinaryPrimitives.WriteUInt32BigEndian(bytes, 16);
        "ftyp"u8.CopyTo(bytes.AsSpan(4));
        brand.CopyTo(bytes.AsSpan(8));
        return new SampleVideo(bytes);
    }
}

/// <summary>A workspace whose video is asked for, and the stem that its file gets.</summary>
public sealed class ArchiveOrderBuilder
{
    public static readonly DateTimeOffset At = new(2026, 1, 1, 10, 36, 6, 572, TimeSpan.Zero);

    public WorkspaceId Id { get; init; } = WorkspaceId.Parse("695251e891fab49e9adb49a5");

    public long Milliseconds { get; init; } = 1767177366572;

    public string Stem => $"{Id}_{Milliseconds}";

    public Application.Videos.ArchiveOrder Build()
    {
        var picture = new Picture(StoragePath.Parse("1767008037365-8206bx2s.png"), "image/png", 48213, 1280, 720, false);
        var request = new VideoRequest(
            Guid.Parse("0193f1f0-0000-7000-8000-000000000001"), "wan2.6-i2v-flash", "the boat drifts away", null, "720P", 5, null, true, false, At);
        var asked = Workspace.Create(Id, "paper boat", picture, At).Ask(request, replace: false, At);
        return new(Stem, asked.TryGet(out var workspace, out var error) ? workspace : throw new InvalidOperationException(error.Message));
    }
}
