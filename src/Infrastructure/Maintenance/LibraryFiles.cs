using System.Buffers;
using System.Security.Cryptography;
using VideoPlatform.Application.Maintenance.Library;
using VideoPlatform.Domain.Proof;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Infrastructure.Archive;
using VideoPlatform.Infrastructure.Media;

namespace VideoPlatform.Infrastructure.Maintenance;

internal sealed class LibraryFiles(StorageRoot root) : ILibraryFiles
{
    private const int BlockSize = 256 * 1024;

    // In the root itself only what can be a picture of ours is: a database or a note of the operator may lie beside them.
    private static readonly string[] pictureEndings = [".png", ".jpg", ".jpeg", ".bmp", ".webp", DurableFile.PartEnding];

    public bool HasSentinel => File.Exists(Path.Combine(root.Folder, StorageRoot.SentinelName));

    public IEnumerable<LibraryFile> Enumerate(Action<string>? unreadable = null) =>
        Enumerate(root.Folder, "", name => pictureEndings.Contains(Path.GetExtension(name)), unreadable)
            .Concat(Enumerate(root.Videos, StoragePath.Videos + "/", _ => true, unreadable))
            .Concat(Enumerate(root.Thumbnails, StoragePath.Thumbnails + "/", _ => true, unreadable));

    public LibraryFile? Find(string path) => new FileInfo(root.Locate(path)) is var file && FileContent.Exists(file) ? Describe(file, path) : null;

    public IReadOnlyList<string> VideosOf(WorkspaceId id) =>
        !Directory.Exists(root.Videos) ? [] :
        [
            .. Directory.EnumerateFiles(root.Videos, $"{id}_*").Select(file => Path.GetFileName(file)!)
                .Where(name => VideoContainer.ByExtension(name) is not null)
                .OrderByDescending(name => name, StringComparer.Ordinal)
                .Select(name => $"{StoragePath.Videos}/{name}"),
        ];

    public VideoContainer? Detect(string path)
    {
        if (!FileContent.IsThere(root.Locate(path))) return null;

        using var file = File.OpenHandle(root.Locate(path));
        Span<byte> head = stackalloc byte[VideoContainer.HeadLength];
        var length = RandomAccess.Read(file, head, 0);
        var container = VideoContainer.Detect(head[..length]);
        return container is null || (container != VideoContainer.WebM && TopLevelBoxes.EndIsMissing(file)) ? null : container;
    }

    public async Task<FileSums?> SumAsync(string path, CancellationToken ct)
    {
        if (!FileContent.IsThere(root.Locate(path))) return null;

        using var file = File.OpenHandle(root.Locate(path), options: FileOptions.SequentialScan);
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var crc64 = new Crc64();
        var block = ArrayPool<byte>.Shared.Rent(BlockSize);
        try
        {
            long size = 0;
            int read;
            while ((read = await RandomAccess.ReadAsync(file, block, size, ct)) > 0)
            {
                sha256.AppendData(block, 0, read);
                crc64.Append(block.AsSpan(0, read));
                size += read;
            }

            return new FileSums(size, Convert.ToHexStringLower(sha256.GetHashAndReset()), crc64.Hex);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    private static IEnumerable<LibraryFile> Enumerate(string folder, string prefix, Func<string, bool> isOurs, Action<string>? unreadable)
    {
        var directory = new DirectoryInfo(folder);
        if (!directory.Exists) yield break;

        IEnumerator<FileInfo>? files = null;
        try
        {
            while (TryNext() is { } file)
                if (file.Name[0] != '.' && isOurs(file.Name) && Describe(file, prefix + file.Name) is { } found) yield return found;
        }
        finally
        {
            files?.Dispose();
        }

        FileInfo? TryNext()
        {
            try
            {
                files ??= directory.EnumerateFiles().GetEnumerator();
                return files.MoveNext() ? files.Current : null;
            }
            catch (Exception e) when (unreadable is not null && e is IOException or UnauthorizedAccessException)
            {
                unreadable(prefix.Length == 0 ? "." : prefix.TrimEnd('/'));
                return null;
            }
        }
    }

    private static LibraryFile? Describe(FileInfo file, string path)
    {
        try
        {
            return file.Exists && !file.Attributes.HasFlag(FileAttributes.ReparsePoint) ? new LibraryFile(path, file.Length, file.LastWriteTimeUtc) : null;
        }
        catch (FileNotFoundException)
        {
            return null;   // it went between two looks
        }
    }
}
