using System.Text.Json.Nodes;
using VideoPlatform.Application.Maintenance.Library;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Infrastructure.Maintenance;
using VideoPlatform.Infrastructure.Tests.Archive;
using VideoPlatform.Testing.Files;
using VideoPlatform.Testing.Library;
using VideoPlatform.Testing.Records;

namespace VideoPlatform.Infrastructure.Tests.Maintenance;

/// <summary>The library on a disk.</summary>
public sealed class FileLibraryTests : LibraryContract, IDisposable
{
    private readonly TempStorage storage = TempStorage.Open();

    protected override ILibraryFiles Files => new LibraryFiles(storage.Root);

    protected override ISidecars Sidecars => new Sidecars(storage.Root);

    protected override ITrash Trash => new Trash(storage.Root, Clock);

    public void Dispose() => storage.Dispose();

    [Fact]
    public void A_link_is_no_file_of_ours()
    {
        var outside = Path.Combine(storage.Root.Folder, "records.db");
        File.WriteAllText(outside, "secret");
        File.CreateSymbolicLink(Path.Combine(storage.Root.Videos, "a_1.mp4"), outside);

        Assert.Empty(Files.Enumerate());
        Assert.Null(Files.Find("videos/a_1.mp4"));
    }

    [Fact]
    public async Task Pipes_in_the_place_of_a_video_and_its_sidecar_are_not_waited_for()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no such pipe.");
        var video = StoragePath.Parse("videos/a_1.mp4");
        await NamedPipe.MakeAsync(storage.Root.Locate(video), TestContext.Current.CancellationToken);
        await NamedPipe.MakeAsync(storage.Root.Locate(video) + ".json", TestContext.Current.CancellationToken);

        Assert.Null(Files.Detect(video.Value));
        Assert.Null(await Files.SumAsync(video.Value, TestContext.Current.CancellationToken));
        Assert.IsType<SidecarAnswer.Unreadable>(await Sidecars.ReadAsync(video, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("schema_version")]
    [InlineData("file")]
    [InlineData("stem")]
    [InlineData("workspace_created_at")]
    [InlineData("requested_at")]
    [InlineData("archived_at")]
    [InlineData("size")]
    [InlineData("sha256")]
    [InlineData("crc64")]
    [InlineData("content_type")]
    [InlineData("image.path")]
    [InlineData("parameters.resolution")]
    [InlineData("parameters.duration")]
    public async Task A_sidecar_without_what_every_one_says_cannot_be_understood(string member)
    {
        Assert.IsType<SidecarAnswer.Unreadable>(await ReadWithoutAsync(member, gone: true));
        Assert.IsType<SidecarAnswer.Unreadable>(await ReadWithoutAsync(member, gone: false));
    }

    [Theory]
    [InlineData("workspace_name")]
    [InlineData("image")]
    [InlineData("request_id")]
    [InlineData("parameters")]
    [InlineData("parameters.seed")]
    [InlineData("task_id")]
    [InlineData("submitted_at")]
    [InlineData("verified")]
    public async Task A_sidecar_may_lack_what_not_every_one_says(string member)
    {
        Assert.IsType<SidecarAnswer.Read>(await ReadWithoutAsync(member, gone: true));
        Assert.IsType<SidecarAnswer.Read>(await ReadWithoutAsync(member, gone: false));
    }

    [Fact]
    public async Task A_file_that_cannot_be_looked_for_is_not_told_as_missing()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights there.");
        Directory.Delete(storage.Root.Videos);
        File.CreateSymbolicLink(storage.Root.Videos, storage.Root.Videos);   // leads to itself

        Assert.ThrowsAny<IOException>(() => Files.Find("videos/a_1.mp4"));
        await Assert.ThrowsAnyAsync<IOException>(() => Sidecars.ReadAsync(StoragePath.Parse("videos/a_1.mp4"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Folders_in_the_trash_that_somebody_else_made_stay()
    {
        var foreign = Path.Combine(storage.Root.Folder, ".trash", "keep");
        Directory.CreateDirectory(foreign);

        Assert.Equal(0, Trash.Empty(DateOnly.MaxValue));
        Assert.True(Directory.Exists(foreign));
    }

    [Fact]
    public void A_root_without_its_sentinel_says_so()
    {
        Assert.True(Files.HasSentinel);

        File.Delete(Path.Combine(storage.Root.Folder, ".videoplatform"));

        Assert.False(Files.HasSentinel);
    }

    [Fact]
    public void Commands_that_share_keep_out_the_one_that_is_alone()
    {
        var (mine, other) = (new MaintenanceLock(storage.Root), new MaintenanceLock(storage.Root));

        using (mine.TryTake(alone: false))
        {
            using var shared = other.TryTake(alone: false);
            Assert.NotNull(shared);
            Assert.Null(other.TryTake(alone: true));
        }

        using (var alone = mine.TryTake(alone: true))
        {
            Assert.NotNull(alone);
            Assert.Null(other.TryTake(alone: false));
            Assert.Null(other.TryTake(alone: true));
        }

        using var afterwards = other.TryTake(alone: true);
        Assert.NotNull(afterwards);
    }

    private async Task<SidecarAnswer> ReadWithoutAsync(string member, bool gone)
    {
        var ct = TestContext.Current.CancellationToken;
        var workspace = SampleWorkspaces.Completed();
        var file = workspace.Video!.File!;
        await Sidecars.WriteAsync(workspace, file, ct);
        var path = storage.Root.Locate(file.Path) + ".json";
        var sidecar = JsonNode.Parse(await File.ReadAllBytesAsync(path, ct))!;
        var names = member.Split('.');
        var holder = names[..^1].Aggregate(sidecar, (node, name) => node[name]!).AsObject();
        Assert.True(holder.Remove(names[^1]));
        if (!gone) holder[names[^1]] = null;
        await File.WriteAllTextAsync(path, sidecar.ToJsonString(), ct);
        return await Sidecars.ReadAsync(file.Path, ct);
    }

    protected override void Put(string path, byte[] bytes, DateTimeOffset modifiedAt)
    {
        var file = Path.Combine(storage.Root.Folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, bytes);
        File.SetLastWriteTimeUtc(file, modifiedAt.UtcDateTime);
    }
}

/// <summary>The library that use-case tests rely on.</summary>
public sealed class InMemoryLibraryTests : LibraryContract
{
    private readonly InMemoryLibrary library;

    public InMemoryLibraryTests() => library = new InMemoryLibrary(new InMemoryVideoArchive(Clock), Clock);

    protected override ILibraryFiles Files => library;

    protected override ISidecars Sidecars => library;

    protected override ITrash Trash => library;

    protected override void Put(string path, byte[] bytes, DateTimeOffset modifiedAt) => library.Put(path, bytes, modifiedAt);
}
