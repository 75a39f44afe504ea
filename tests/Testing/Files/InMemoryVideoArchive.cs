using System.Collections.Concurrent;
using System.Security.Cryptography;
using VideoPlatform.Application.Pictures;
using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Proof;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Testing.Files;

/// <summary>The archive without a disk; it proves as strictly as the real one.</summary>
public sealed class InMemoryVideoArchive(TimeProvider clock, IStorageSpace? space = null, long maxBytes = 2_147_483_648) : IVideoArchive
{
    private readonly ConcurrentDictionary<string, Kept> finals = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Part> parts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> busy = new(StringComparer.Ordinal);
    private readonly IStorageSpace space = space ?? new FakeStorageSpace();

    /// <summary>Final names and their bytes.</summary>
    public IReadOnlyDictionary<string, byte[]> Files => finals.ToDictionary(f => f.Key, f => f.Value.Bytes, StringComparer.Ordinal);

    /// <summary>Takes a file away, as an accident would.</summary>
    public void Lose(StoragePath path) => finals.TryRemove(path.FileName, out _);

    /// <summary>What the disk says to every fetch; null: it works.</summary>
    public Exception? Broken { get; set; }

    public Task<StoredFile?> FindFinishedAsync(string stem, CancellationToken ct) =>
        Broken is not null ? Task.FromException<StoredFile?>(Broken) : Task.FromResult(finals.Values.FirstOrDefault(kept => kept.Stem == stem)?.File);

    public Task<ProvenPrefix?> FindPrefixAsync(string stem, CancellationToken ct) =>
        Task.FromResult(parts.TryGetValue(stem, out var part) ? part.Prefix : null);

    public async Task<ArchiveAnswer> ReceiveAsync(ArchiveOrder order, SourceAnswer.Opened source, IProgress<long> received, CancellationToken ct)
    {
        if (!IsReachable) return Unproven("storage_gone");
        if (!busy.TryAdd(order.Stem, 0)) return new ArchiveAnswer.Held(new Problem("already_receiving", "Another fetch of this video is running."));
        try
        {
            return await TakeAsync(order, source, received, ct);
        }
        finally
        {
            busy.TryRemove(order.Stem, out _);
        }
    }

    public Task DeleteAsync(StoredFile file, CancellationToken ct)
    {
        finals.TryRemove(file.Path.FileName, out _);
        return Task.CompletedTask;
    }

    public Task DiscardAsync(string stem, CancellationToken ct)
    {
        if (!busy.ContainsKey(stem)) parts.TryRemove(stem, out _);
        return Task.CompletedTask;
    }

    public bool IsPresent(StoredFile file) =>
        IsReachable && finals.TryGetValue(file.Path.FileName, out var kept) && (file.Size is null || kept.Bytes.Length == file.Size);

    /// <summary>Taken away for a while with all that is in it.</summary>
    public bool IsReachable { get; set; } = true;

    private async Task<ArchiveAnswer> TakeAsync(ArchiveOrder order, SourceAnswer.Opened source, IProgress<long> received, CancellationToken ct)
    {
        if (!parts.TryRemove(order.Stem, out var part) && source.From > 0) return Unproven("prefix_lost");
        if (source.From > 0 && (part!.Prefix?.ETag != source.ETag || part.Bytes.Length < source.From)) return Unproven("prefix_lost");
        if (source.Total > maxBytes) return TooLarge();
        if (source.From > 0) parts[order.Stem] = part!;
        if (space.FreeBytes < source.Total - source.From) return new ArchiveAnswer.DiskFull(new Problem("storage_full", "The disk is full."));

        using var bytes = new MemoryStream();
        if (source.From > 0) bytes.Write(part!.Bytes.AsSpan(0, (int)source.From));
        try
        {
            var block = new byte[64 * 1024];
            int read;
            while ((read = await source.Body.ReadAsync(block, ct)) > 0)
            {
                bytes.Write(block, 0, read);
                received.Report(bytes.Length);
                if (bytes.Length > Math.Min(maxBytes, source.Total ?? long.MaxValue)) break;
            }
        }
        catch (SourceFailedException e)
        {
            Keep(order.Stem, bytes.ToArray(), source);
            return new ArchiveAnswer.Unproven(e.Problem);
        }
        catch (OperationCanceledException)
        {
            Keep(order.Stem, bytes.ToArray(), source);
            throw;
        }

        return Judge(order, bytes.ToArray(), source);
    }

    private ArchiveAnswer Judge(ArchiveOrder order, byte[] bytes, SourceAnswer.Opened source)
    {
        parts.TryRemove(order.Stem, out _);
        if (bytes.Length > maxBytes) return TooLarge();
        if (bytes.Length == 0) return Unproven("empty");
        if (VideoContainer.Detect(bytes.AsSpan(0, Math.Min(bytes.Length, VideoContainer.HeadLength))) is not { } container) return Unproven("not_a_video");
        if (bytes.Length > source.Total) return Unproven("wrong_length");
        if (bytes.Length < source.Total)
        {
            Keep(order.Stem, bytes, source);
            return Unproven("truncated");
        }

        var crc = new Crc64();
        crc.Append(bytes);
        if (source.Crc64 is { } declared && declared != crc.Value) return Unproven("wrong_checksum");

        var at = order.Stem.LastIndexOf('_') + 1;
        for (var milliseconds = long.Parse(order.Stem[at..]); ; milliseconds++)
        {
            var path = StoragePath.Parse($"{StoragePath.Videos}/{order.Stem[..at]}{milliseconds}.{container.Extension}");
            var file = new StoredFile(
                path, container.ContentType, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)), crc.Hex,
                source.Crc64 is null ? Verification.Length : Verification.Checksum,
                DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds()));
            if (finals.TryAdd(path.FileName, new Kept(order.Stem, bytes, file))) return new ArchiveAnswer.Stored(file);
        }
    }

    private void Keep(string stem, byte[] bytes, SourceAnswer.Opened source)
    {
        var length = Math.Min(bytes.Length, (source.Total ?? long.MaxValue) - 1);
        if (source.ETag is { } etag && length > 0) parts[stem] = new Part(bytes, new ProvenPrefix(length, etag, source.Total));
    }

    private static ArchiveAnswer.Unproven Unproven(string code) => new(new Problem(code, "The bytes could not be proven."));

    private static ArchiveAnswer.TooLarge TooLarge() => new(new Problem("too_large", "The video is larger than allowed."));

    private sealed record Kept(string Stem, byte[] Bytes, StoredFile File);

    private sealed record Part(byte[] Bytes, ProvenPrefix? Prefix);
}
