using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Application.Pictures;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Infrastructure.Archive;

namespace VideoPlatform.Infrastructure.Pictures;

/// <summary>Pictures as files in the storage root, <c>{unix ms}-{8 random base36}.{ext}</c>, <c>….part</c> while they come.</summary>
internal sealed class SkiaPictureStore(StorageRoot root, PictureInspector inspector, IOptions<UploadOptions> options, TimeProvider clock) : IPictureStore
{
    private const int BlockSize = 64 * 1024;
    private const string Base36 = "0123456789abcdefghijklmnopqrstuvwxyz";

    public async Task<Result<ReceivedPicture>> ReceiveAsync(Stream upload, CancellationToken ct)
    {
        if (!root.IsUsable()) return new StorageGone();
        var part = Path.Combine(root.Folder, NewName() + DurableFile.PartEnding);
        try
        {
            var written = await WriteAsync(upload, part, ct);
            if (!written.TryGet(out var body, out var tooLarge)) return tooLarge;
            if (body.Size == 0) return new ValidationFailed("image", "The file is empty.");

            var inspected = await inspector.InspectAsync(part, ct);
            return inspected.Then<ReceivedPicture>(facts => new ReceivedPicture(
                new Picture(OnDisk(() => GiveName(part, facts.Extension)), facts.ContentType, body.Size, facts.Width, facts.Height, facts.HasAlpha), body.Sha256));
        }
        catch (IOException e) when (e.IsDiskFull())
        {
            return new StorageFull();
        }
        finally
        {
            File.Delete(part);
        }
    }

    public Stream? Open(Picture picture)
    {
        var path = root.Locate(picture.Path);
        try
        {
            if (FileContent.IsThere(path))
                return new FileStream(path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.Read | FileShare.Delete, Options = FileOptions.Asynchronous | FileOptions.SequentialScan });
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // As one that was not there before it was opened.
        }

        root.ThrowUnlessUsable();
        return null;
    }

    public void Delete(Picture picture) => File.Delete(root.Locate(picture.Path));

    /// <summary>Writes, sums and flushes; stops reading with the first byte too many.</summary>
    private async Task<Result<Written>> WriteAsync(Stream upload, string part, CancellationToken ct)
    {
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var file = OnDisk(() => File.OpenHandle(part, FileMode.CreateNew, FileAccess.Write, FileShare.None));
        var block = ArrayPool<byte>.Shared.Rent(BlockSize);
        try
        {
            long size = 0;
            int read;
            while ((read = await upload.ReadAsync(block.AsMemory(0, BlockSize), ct)) > 0)
            {
                if (size + read > options.Value.MaxBytes) return new ImageTooLarge(options.Value.MaxBytes);
                sha256.AppendData(block, 0, read);
                OnDisk(() => RandomAccess.Write(file, block.AsSpan(0, read), size));
                size += read;
            }

            if (size > 0) OnDisk(() => RandomAccess.FlushToDisk(file));
            return new Written(size, Convert.ToHexStringLower(sha256.GetHashAndReset()));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    private StoragePath GiveName(string part, string extension)
    {
        StoragePath path;
        do path = StoragePath.Parse($"{NewName()}.{extension}");
        while (!DurableFile.TryMove(part, root.Locate(path)));

        DurableFile.FlushFolder(root.Folder);
        return path;
    }

    private static void OnDisk(Action step) => OnDisk(() =>
    {
        step();
        return true;
    });

    /// <summary>The caller's body breaks with the same exceptions as the disk: whose fault it was must be told apart.</summary>
    private static T OnDisk<T>(Func<T> step)
    {
        try
        {
            return step();
        }
        catch (Exception e) when (e is UnauthorizedAccessException || (e is IOException io && !io.IsDiskFull()))
        {
            throw new StorageUnavailableException($"A picture could not be written: {e.Message}", e);
        }
    }

    private string NewName() => $"{clock.GetUtcNow().ToUnixTimeMilliseconds()}-{RandomNumberGenerator.GetString(Base36, 8)}";

    private sealed record Written(long Size, string Sha256);
}
