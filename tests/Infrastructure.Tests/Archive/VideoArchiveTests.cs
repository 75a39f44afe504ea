using Microsoft.Extensions.Options;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Infrastructure.Archive;
using VideoPlatform.Testing.Files;

namespace VideoPlatform.Infrastructure.Tests.Archive;

public sealed class FileVideoArchiveTests : VideoArchiveContract, IDisposable
{
    private readonly TempStorage storage = TempStorage.Open();
    private FileVideoArchive archive;

    public FileVideoArchiveTests() => archive = Create();

    protected override IVideoArchive Archive => archive;

    protected override IReadOnlyList<string> FinalNames =>
        [.. storage.Files.Select(Path.GetFileName).OfType<string>().Where(f => !f.EndsWith(".part", StringComparison.Ordinal) && !f.EndsWith(".json", StringComparison.Ordinal))];

    public void Dispose() => storage.Dispose();

    protected override void Restart() => archive = Create();

    protected override byte[] Read(StoragePath path) => File.ReadAllBytes(storage.Root.Locate(path));

    private FileVideoArchive Create() => new(storage.Root, Space, Options.Create(new DownloadOptions { MaxBytes = MaxBytes }), Clock);
}

public sealed class InMemoryVideoArchiveTests : VideoArchiveContract
{
    private readonly InMemoryVideoArchive archive;

    public InMemoryVideoArchiveTests() => archive = new InMemoryVideoArchive(Clock, Space, MaxBytes);

    protected override IVideoArchive Archive => archive;

    protected override IReadOnlyList<string> FinalNames => [.. archive.Files.Keys];

    protected override void Restart() { }

    protected override byte[] Read(StoragePath path) => archive.Files[path.FileName];
}
