using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Application.Pictures;
using VideoPlatform.Application.Videos;
using VideoPlatform.Application.Work;
using VideoPlatform.Domain.Proof;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Infrastructure.Archive;

/// <summary>The archive as plain files: <c>videos/{stem}.mp4</c>, its sidecar <c>videos/{stem}.mp4.json</c>, and <c>videos/{stem}.part</c> while it comes.</summary>
internal sealed class FileVideoArchive(StorageRoot root, IStorageSpace space, IOptions<DownloadOptions> options, TimeProvider clock) : IVideoArchive
{
    private const int MaxNames = 100;   // tried for one stem, a millisecond apart

    private readonly ConcurrentDictionary<string, byte> busy = new(StringComparer.Ordinal);

    public async Task<StoredFile?> FindFinishedAsync(string stem, CancellationToken ct)
    {
        ThrowUnlessSafe(stem);
        foreach (var name in NamesFrom(stem))
        {
            var taken = VideoContainer.All.Select(container => $"{name}.{container.Extension}").Where(file => File.Exists(InVideos(file))).ToList();
            if (taken.Count == 0) return null;

            foreach (var file in taken)
                if (await ProveAgainAsync(stem, file, ct) is { } stored) return stored;
        }

        return null;
    }

    public Task<ProvenPrefix?> FindPrefixAsync(string stem, CancellationToken ct)
    {
        ThrowUnlessSafe(stem);
        return Task.FromResult(PartFile.FindPrefix(root.Videos, stem));
    }

    public async Task<ArchiveAnswer> ReceiveAsync(ArchiveOrder order, SourceAnswer.Opened source, IProgress<long> received, CancellationToken ct)
    {
        ThrowUnlessSafe(order.Stem);
        if (!root.IsUsable()) return StorageGone();
        if (!busy.TryAdd(order.Stem, 0)) return AlreadyReceiving();
        try
        {
            using var part = PartFile.TryOpen(root.Videos, order.Stem);
            if (part is null) return AlreadyReceiving();

            // Another process may have finished since the caller looked. From here on, while we hold the part file, none can.
            return await FindFinishedAsync(order.Stem, ct) is { } finished && IsOf(finished, source)
                ? Discard(part, new ArchiveAnswer.Stored(finished))
                : await ReceiveAsync(part, order, source, received, ct);
        }
        finally
        {
            busy.TryRemove(order.Stem, out _);
        }
    }

    public Task DeleteAsync(StoredFile file, CancellationToken ct)
    {
        var video = root.Locate(file.Path);
        File.Delete(video);
        File.Delete(VideoSidecar.PathOf(video));
        File.Delete(Path.Combine(root.Thumbnails, Path.GetFileNameWithoutExtension(file.Path.FileName) + ".jpg"));
        if (file.Thumbnail is { } thumbnail) File.Delete(root.Locate(thumbnail));
        return Task.CompletedTask;
    }

    public Task DiscardAsync(string stem, CancellationToken ct)
    {
        ThrowUnlessSafe(stem);
        if (!busy.TryAdd(stem, 0)) return Task.CompletedTask;
        try
        {
            PartFile.Discard(root.Videos, stem);
        }
        finally
        {
            busy.TryRemove(stem, out _);
        }

        return Task.CompletedTask;
    }

    public bool IsPresent(StoredFile file)
    {
        var found = new FileInfo(root.Locate(file.Path));
        return found.Exists && (file.Size is null || found.Length == file.Size);
    }

    public bool IsReachable => root.IsUsable();

    private async Task<ArchiveAnswer> ReceiveAsync(PartFile part, ArchiveOrder order, SourceAnswer.Opened source, IProgress<long> received, CancellationToken ct)
    {
        if (!TryPrepare(part, order.Stem, source)) return Discard(part, new ArchiveAnswer.Unproven(new Problem("prefix_lost", "What was here to go on from is gone.")));
        if (source.Total > options.Value.MaxBytes) return Discard(part, TooLarge());
        if (space.FreeBytes < source.Total - source.From) return NoRoom();

        using var intake = new Intake(part, source, clock);
        var keepsPrefix = true;
        try
        {
            await intake.TakeUpAsync(source.From, ct);
            await intake.ReceiveAsync(() => IsAcceptable(intake, source), received, ct);
            await intake.SettleAsync();
            if (Refuse(intake, source) is { } refusal)
            {
                keepsPrefix = false;
                return Discard(part, refusal);
            }

            if (intake.Length < source.Total) return new ArchiveAnswer.Unproven(new Problem("truncated", $"{intake.Length} of {source.Total} bytes came."));

            var file = await FinishAsync(part, intake, order, source);
            keepsPrefix = false;
            return new ArchiveAnswer.Stored(file);
        }
        catch (SourceFailedException e)
        {
            return new ArchiveAnswer.Unproven(e.Problem);
        }
        catch (IOException e) when (e.IsDiskFull())
        {
            return NoRoom();
        }
        finally
        {
            if (keepsPrefix) await KeepPrefixAsync(part, intake, source);
        }
    }

    private static bool IsOf(StoredFile file, SourceAnswer.Opened source) =>
        file.Size == source.Total && (source.Crc64 is not { } declared || file.Crc64 == declared.ToString("x16", CultureInfo.InvariantCulture));

    private bool TryPrepare(PartFile part, string stem, SourceAnswer.Opened source)
    {
        if (source.From == 0)
        {
            part.StartOver();
            return true;
        }

        if (PartFile.FindPrefix(root.Videos, stem) is not { } prefix || prefix.Length < source.From || prefix.ETag != source.ETag) return false;
        part.GoOnFrom(prefix with { Length = source.From });
        return true;
    }

    // Asked after every block: an endless body or a page of text is not read to its end.
    private bool IsAcceptable(Intake intake, SourceAnswer.Opened source) =>
        intake.Length <= Math.Min(options.Value.MaxBytes, source.Total ?? long.MaxValue)
        && (intake.Container is not null || intake.Length < VideoContainer.HeadLength);

    /// <returns>Why these bytes are not to be gone on from, or null. A short body is not among the reasons: it is good as far as it goes.</returns>
    private ArchiveAnswer? Refuse(Intake intake, SourceAnswer.Opened source)
    {
        if (intake.Length > options.Value.MaxBytes) return TooLarge();

        Problem? problem = intake switch
        {
            { Length: 0 } => new("empty", "The body is empty."),
            { Container: null } => new("not_a_video", "The bytes are no video."),
            _ when intake.Length > source.Total => new("wrong_length", $"More bytes came than the {source.Total} that were declared."),
            _ when source.Crc64 is { } declared && !(intake.Length < source.Total) && declared != intake.Crc64 =>
                new("wrong_checksum", $"The sum of the bytes is {intake.Crc64Hex}; {declared:x16} was declared."),
            _ => null,
        };
        return problem is null ? null : new ArchiveAnswer.Unproven(problem);
    }

    private async Task<StoredFile> FinishAsync(PartFile part, Intake intake, ArchiveOrder order, SourceAnswer.Opened source)
    {
        var container = intake.Container!;
        var sha256 = intake.FinishSha256();
        var flushed = Task.Run(part.Flush);
        try
        {
            foreach (var name in NamesFrom(order.Stem))
            {
                var path = StoragePath.Parse($"{StoragePath.Videos}/{name}.{container.Extension}");
                var file = new StoredFile(
                    path, container.ContentType, intake.Length, sha256, intake.Crc64Hex,
                    source.Crc64 is null ? Verification.Length : Verification.Checksum, clock.Now());
                var video = root.Locate(path);
                if (File.Exists(video)) continue;

                var sidecar = VideoSidecar.PathOf(video);
                DurableFile.Write(sidecar, VideoSidecar.Describe(order.Stem, order.Workspace, file).ToBytes());
                await flushed;
                if (!part.TryMoveTo(video)) continue;

                // Let go of at once: whoever takes over from a process that sleeps here must be able to read what is whole.
                part.ForgetNote();
                part.Dispose();
                DurableFile.FlushFolder(root.Videos);
                return file;
            }
        }
        finally
        {
            await flushed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        throw new IOException($"No free name was found for {order.Stem}.");
    }

    private async Task<StoredFile?> ProveAgainAsync(string stem, string fileName, CancellationToken ct)
    {
        var path = InVideos(fileName);
        if (await VideoSidecar.ReadAsync(path, ct) is not { } sidecar) return null;
        if (sidecar.Stem != stem || sidecar.File != fileName || !stem.StartsWith(sidecar.WorkspaceId + "_", StringComparison.Ordinal)) return null;
        if (VideoContainer.ByExtension(fileName)?.ContentType != sidecar.ContentType || Words.Parse<Verification>(sidecar.Verified) is not { } verified) return null;

        if (!FileContent.IsThere(path)) return null;

        await using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.Read, BufferSize = 0, Options = FileOptions.SequentialScan });
        if (file.Length != sidecar.Size || Convert.ToHexStringLower(await SHA256.HashDataAsync(file, ct)) != sidecar.Sha256) return null;

        // The attempt that wrote it may have been stopped before this.
        DurableFile.FlushFolder(root.Videos);
        return new StoredFile(
            StoragePath.Parse($"{StoragePath.Videos}/{fileName}"), sidecar.ContentType, sidecar.Size, sidecar.Sha256, sidecar.Crc64, verified, sidecar.ArchivedAt);
    }

    private static async Task KeepPrefixAsync(PartFile part, Intake intake, SourceAnswer.Opened source)
    {
        // A failed checkpoint leaves the one before it.
        await intake.SettleAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (part.IsReleased || source.ETag is not { } etag || intake.Length <= source.From) return;

        try
        {
            part.Checkpoint(new PartNote(intake.Length, etag, source.Total));
        }
        catch (IOException e) when (e.IsDiskFull())
        {
            MakeRoomForNote(part, intake.Length, etag, source.Total);
        }
    }

    // On a disk without a free block the end of the part file is given up for the note.
    private static void MakeRoomForNote(PartFile part, long length, string etag, long? total)
    {
        const long room = 128 * 1024;
        if (length <= room) return;

        try
        {
            part.CutTo(length - room);
            part.Checkpoint(new PartNote(length - room, etag, total));
        }
        catch (IOException e) when (e.IsDiskFull())
        {
            // Others were faster with the room; the last checkpoint holds as far as the file goes.
        }
    }

    private static ArchiveAnswer Discard(PartFile part, ArchiveAnswer answer)
    {
        part.Discard();
        return answer;
    }

    private ArchiveAnswer.TooLarge TooLarge() =>
        new(new Problem("too_large", $"The video has more than the {options.Value.MaxBytes} bytes that are allowed (Downloads:MaxBytes)."));

    private static ArchiveAnswer.Held AlreadyReceiving() => new(new Problem("already_receiving", "Another fetch of this video is running."));

    private static ArchiveAnswer.Unproven StorageGone() => new(new Problem("storage_gone", "The storage folder is gone, or is not the one that it was; the fetch goes on when it is back."));

    private static ArchiveAnswer.DiskFull NoRoom() => new(new Problem("storage_full", "The disk is full; the fetch goes on when there is room."));

    private string InVideos(string fileName) => Path.Combine(root.Videos, fileName);

    private static void ThrowUnlessSafe(string stem)
    {
        if (stem.Contains('/', StringComparison.Ordinal) || !StoragePath.TryParse(stem, out _)) throw new ArgumentException("The stem is no file name.", nameof(stem));
    }

    /// <summary>The stem, then the next milliseconds: <c>{workspace id}_{unix ms}</c>.</summary>
    private static IEnumerable<string> NamesFrom(string stem)
    {
        var at = stem.LastIndexOf('_') + 1;
        var isTimed = long.TryParse(stem.AsSpan(at), NumberStyles.None, CultureInfo.InvariantCulture, out var first) && at > 0;
        for (var i = 0; i < MaxNames; i++)
            yield return i == 0 ? stem : isTimed ? $"{stem[..at]}{first + i}" : $"{stem}_{i}";
    }
}
