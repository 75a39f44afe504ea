using System.Text.Json;
using Microsoft.Extensions.Options;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Infrastructure.Archive;

/// <summary>The storage cannot be used as it is: not writable, or not the disk that the records are about. The service must not start.</summary>
public sealed class StorageUnavailableException(string message, Exception? inner = null) : IOException(message, inner);

/// <summary>
/// The folder that holds everything we store. It carries a sentinel file with an instance id: a root that has lost it, although the records
/// know one, is a disk that is not mounted, and writing there would hide it.
/// </summary>
public sealed class StorageRoot(IOptions<StorageOptions> options)
{
    public const string SentinelName = ".videoplatform";

    /// <summary>Absolute, without a slash at its end.</summary>
    public string Folder { get; } = Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.Value.Root));

    public string Videos => Path.Combine(Folder, StoragePath.Videos);

    public string Thumbnails => Path.Combine(Folder, StoragePath.Thumbnails);

    /// <summary>Chosen when the root was first used; null until <see cref="OpenAsync"/>.</summary>
    public Guid? InstanceId { get; private set; }

    /// <summary>Where a stored file lies on this machine.</summary>
    public string Locate(StoragePath path) => Locate(path.Value);

    /// <summary>The same for what is no stored file, the trash say. Nothing is checked.</summary>
    internal string Locate(string path) => Path.Combine(Folder, path.Replace('/', Path.DirectorySeparatorChar));

    /// <summary>To be called once before anything is stored: makes the folders, proves that they can be written, and reads or writes the sentinel.</summary>
    /// <param name="isKnown">The records know a root with a sentinel, or name a file of ours: then one without is refused and left as it is.</param>
    /// <exception cref="StorageUnavailableException">The root cannot be used; the message says why and what to do.</exception>
    public async Task OpenAsync(bool isKnown, CancellationToken ct)
    {
        try
        {
            InstanceId = await ReadSentinelAsync(ct);
            if (InstanceId is null && isKnown) throw LostSentinel();

            Directory.CreateDirectory(Videos);
            Directory.CreateDirectory(Thumbnails);
            ProveWritable(Folder);
            ProveWritable(Videos);
            ProveWritable(Thumbnails);
            InstanceId ??= WriteSentinel() ?? await ReadSentinelAsync(ct);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or (IOException and not StorageUnavailableException))
        {
            throw new StorageUnavailableException($"Storage:Root is {Folder}, which cannot be written: {e.Message} Name a folder of this user, for example --Storage:Root=uploads", e);
        }
    }

    /// <summary>What is to be said when the records are about a root with a sentinel, and this one does not carry it.</summary>
    public StorageUnavailableException LostSentinel() => new(
        $"Storage:Root is {Folder}, but it does not carry the file {SentinelName}, which the storage of these records has. " +
        $"Is its disk not mounted? Mount it, or correct Storage:Root; if the storage was moved on purpose, copy {SentinelName} along.");

    /// <summary>Whether the root is still there, with its sentinel: a disk that was taken away is not a place to write to.</summary>
    public bool IsUsable() => File.Exists(Sentinel) && Directory.Exists(Videos);

    /// <exception cref="StorageUnavailableException">It is not; what would be written now would be hidden when it is back.</exception>
    public void ThrowUnlessUsable()
    {
        if (!IsUsable()) throw new StorageUnavailableException($"Storage:Root is {Folder}, but it does not carry the file {SentinelName} any more. Is its disk not mounted?");
    }

    private string Sentinel => Path.Combine(Folder, SentinelName);

    private async Task<Guid?> ReadSentinelAsync(CancellationToken ct)
    {
        if (!File.Exists(Sentinel)) return null;

        try
        {
            if (!FileContent.IsThere(Sentinel)) throw new JsonException("It is empty.");

            await using var file = File.OpenRead(Sentinel);
            return (await JsonSerializer.DeserializeAsync(file, StorageJson.Default.StorageSentinel, ct))?.InstanceId
                ?? throw new JsonException("It says nothing.");
        }
        catch (JsonException e)
        {
            throw new StorageUnavailableException($"{Sentinel} cannot be read as the sentinel of a storage. Restore it from a backup.", e);
        }
    }

    /// <returns>Null when another process was faster: its sentinel counts.</returns>
    private Guid? WriteSentinel()
    {
        var id = Guid.NewGuid();
        var own = $"{Sentinel}-{id:n}";
        DurableFile.Write(own, JsonSerializer.SerializeToUtf8Bytes(new StorageSentinel(1, id), StorageJson.Default.StorageSentinel));
        if (DurableFile.TryMove(own, Sentinel)) return id;

        File.Delete(own);
        return null;
    }

    private static void ProveWritable(string folder)
    {
        var probe = Path.Combine(folder, $".probe-{Guid.NewGuid():n}");
        using (File.Create(probe, 1, FileOptions.DeleteOnClose)) { }
    }
}

/// <summary>What the sentinel file says.</summary>
internal sealed record StorageSentinel(int SchemaVersion, Guid InstanceId);
