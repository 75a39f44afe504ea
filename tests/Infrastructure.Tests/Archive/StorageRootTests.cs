using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using VideoPlatform.Application.Pictures;
using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Infrastructure.Archive;
using VideoPlatform.Testing.Files;

namespace VideoPlatform.Infrastructure.Tests.Archive;

public sealed class StorageRootTests : IDisposable
{
    private readonly TempStorage storage = new();

    public void Dispose() => storage.Dispose();

    [Fact]
    public async Task A_new_root_gets_its_folders_and_its_sentinel()
    {
        await storage.Root.OpenAsync(isKnown: false, CancellationToken.None);

        Assert.True(Directory.Exists(storage.Root.Videos));
        Assert.True(Directory.Exists(storage.Root.Thumbnails));
        Assert.NotNull(storage.Root.InstanceId);
        Assert.Contains(storage.Root.InstanceId.Value.ToString(), await File.ReadAllTextAsync(Sentinel), StringComparison.Ordinal);
        Assert.Empty(storage.Files);
    }

    [Fact]
    public async Task The_instance_stays_the_same()
    {
        await storage.Root.OpenAsync(isKnown: false, CancellationToken.None);
        var again = new StorageRoot(Options.Create(storage.Options));

        await again.OpenAsync(isKnown: true, CancellationToken.None);

        Assert.Equal(storage.Root.InstanceId, again.InstanceId);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_root_without_its_sentinel_is_refused_when_the_records_know_one(bool folderExists)
    {
        if (folderExists) Directory.CreateDirectory(storage.Root.Folder);

        var refused = await Assert.ThrowsAsync<StorageUnavailableException>(() => storage.Root.OpenAsync(isKnown: true, CancellationToken.None));

        Assert.Contains("not mounted", refused.Message, StringComparison.Ordinal);
        Assert.Contains("copy .videoplatform along", refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(storage.Root.Videos));
        Assert.False(File.Exists(Sentinel));
    }

    [Fact]
    public async Task The_folder_of_an_earlier_system_is_taken_over_while_the_records_know_none()
    {
        Directory.CreateDirectory(storage.Root.Folder);
        await File.WriteAllTextAsync(Path.Combine(storage.Root.Folder, "1767008037365-8206bx2s.png"), "old");

        await storage.Root.OpenAsync(isKnown: false, CancellationToken.None);

        Assert.True(File.Exists(Sentinel));
        Assert.Equal(["1767008037365-8206bx2s.png"], storage.Files);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"instance_id\":")]
    public async Task A_damaged_sentinel_is_refused(string text)
    {
        Directory.CreateDirectory(storage.Root.Folder);
        await File.WriteAllTextAsync(Sentinel, text);

        await Assert.ThrowsAsync<StorageUnavailableException>(() => storage.Root.OpenAsync(isKnown: false, CancellationToken.None));
    }

    [Fact]
    public async Task A_pipe_in_the_place_of_the_sentinel_is_refused_and_not_waited_for()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no such pipe.");
        Directory.CreateDirectory(storage.Root.Folder);
        await NamedPipe.MakeAsync(Sentinel, TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<StorageUnavailableException>(() => storage.Root.OpenAsync(isKnown: false, CancellationToken.None));
    }

    [Fact]
    public async Task A_root_that_cannot_be_written_is_refused_by_name()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(storage.Root.Folder)!);
        await File.WriteAllTextAsync(storage.Root.Folder, "a file where the folder should be");
        try
        {
            var refused = await Assert.ThrowsAsync<StorageUnavailableException>(() => storage.Root.OpenAsync(isKnown: false, CancellationToken.None));

            Assert.Contains("Storage:Root", refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(storage.Root.Folder);
        }
    }

    [Fact]
    public void A_stored_path_lies_below_the_root() =>
        Assert.Equal(Path.Combine(storage.Root.Folder, "videos", "a.mp4"), storage.Root.Locate(StoragePath.Parse("videos/a.mp4")));

    [Fact]
    public void A_rename_never_replaces()
    {
        Directory.CreateDirectory(storage.Root.Folder);
        var (from, to) = (Path.Combine(storage.Root.Folder, "from"), Path.Combine(storage.Root.Folder, "to"));
        File.WriteAllText(from, "new");
        File.WriteAllText(to, "old");

        Assert.False(DurableFile.TryMove(from, to));
        Assert.Equal(("new", "old"), (File.ReadAllText(from), File.ReadAllText(to)));

        File.Delete(to);
        Assert.True(DurableFile.TryMove(from, to));
        Assert.Equal((false, "new"), (File.Exists(from), File.ReadAllText(to)));
        Assert.ThrowsAny<IOException>(() => DurableFile.TryMove(from, to + "2"));
    }

    [Fact]
    public async Task Every_port_is_registered_once()
    {
        await using var services = new ServiceCollection()
            .AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance).AddSingleton(typeof(ILogger<>), typeof(Logger<>)).AddOptions()
            .AddFiles().BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });

        Assert.All(
            [typeof(IVideoArchive), typeof(IVideoSource), typeof(IPictureStore), typeof(IStorageSpace), typeof(IMediaReader), typeof(IPosterMaker), typeof(StorageRoot)],
            port => Assert.Single(services.GetServices(port)));
    }

    private string Sentinel => Path.Combine(storage.Root.Folder, StorageRoot.SentinelName);
}
