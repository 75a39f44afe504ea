using VideoPlatform.Application.Configuration;
using VideoPlatform.Infrastructure.Archive;

namespace VideoPlatform.Infrastructure.Tests.Archive;

/// <summary>A storage root of one test, removed with it.</summary>
public sealed class TempStorage : IDisposable
{
    public TempStorage()
    {
        Options = new StorageOptions { Root = Path.Combine(Path.GetTempPath(), "videoplatform-tests", Guid.NewGuid().ToString("n")) };
        Root = new StorageRoot(Microsoft.Extensions.Options.Options.Create(Options));
    }

    public StorageOptions Options { get; }

    public StorageRoot Root { get; }

    /// <summary>Every file below the root, relative, sorted; without the sentinel.</summary>
    public IReadOnlyList<string> Files =>
        [.. Directory.EnumerateFiles(Root.Folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Root.Folder, f)).Where(f => f != StorageRoot.SentinelName).Order(StringComparer.Ordinal)];

    public static TempStorage Open()
    {
        var storage = new TempStorage();
        storage.Root.OpenAsync(isKnown: false, CancellationToken.None).GetAwaiter().GetResult();
        return storage;
    }

    public void Dispose()
    {
        if (Directory.Exists(Root.Folder)) Directory.Delete(Root.Folder, recursive: true);
    }
}
