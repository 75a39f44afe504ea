using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Infrastructure.Archive;
using VideoPlatform.Testing.Files;

namespace VideoPlatform.Infrastructure.Tests.Archive;

/// <summary>What only the archive on a disk does.</summary>
public sealed class ArchiveFilesTests : IDisposable
{
    private static readonly ArchiveOrder order = SampleVideo.Order().Build();
    private static readonly Problem broken = new("connection_lost", "Broken.");

    private readonly TempStorage storage = TempStorage.Open();
    private readonly FakeTimeProvider clock = new(ArchiveOrderBuilder.At);

    public void Dispose() => storage.Dispose();

    [Fact]
    public async Task A_stored_video_has_its_sidecar_beside_it_and_nothing_else()
    {
        await StoreAsync(SampleVideo.Mp4(5000));

        Assert.Equal([$"videos/{order.Stem}.mp4", $"videos/{order.Stem}.mp4.json"], storage.Files);
    }

    [Fact]
    public async Task The_sidecar_says_what_the_record_would()
    {
        var video = SampleVideo.Mp4(5000);
        await StoreAsync(video);

        using var sidecar = JsonDocument.Parse(await File.ReadAllBytesAsync(InVideos(order.Stem + ".mp4.json")));

        var root = sidecar.RootElement;
        Assert.Equal(1, root.GetProperty("schema_version").GetInt32());
        Assert.Equal("695251e891fab49e9adb49a5", root.GetProperty("workspace_id").GetString());
        Assert.Equal("paper boat", root.GetProperty("workspace_name").GetString());
        Assert.Equal("the boat drifts away", root.GetProperty("prompt").GetString());
        Assert.Equal("wan2.6-i2v-flash", root.GetProperty("model").GetString());
        Assert.Equal("720P", root.GetProperty("parameters").GetProperty("resolution").GetString());
        Assert.Equal((5000, video.Sha256, $"{video.Crc64:x16}"), (root.GetProperty("size").GetInt64(), root.GetProperty("sha256").GetString(), root.GetProperty("crc64").GetString()));
        Assert.Equal(("video/mp4", "checksum"), (root.GetProperty("content_type").GetString(), root.GetProperty("verified").GetString()));
        Assert.All(["task_id", "requested_at", "submitted_at", "finished_at", "archived_at", "image"], name => Assert.True(root.TryGetProperty(name, out _), name));
    }

    [Fact]
    public async Task A_broken_fetch_leaves_its_part_and_its_note_and_no_final_name()
    {
        await ReceiveAsync(Archive(), new FakeBodyStream(SampleVideo.Mp4(5000).Bytes[..3000]) { BreaksWith = broken }.Open(5000));

        Assert.Equal([$"videos/{order.Stem}.part", $"videos/{order.Stem}.part.json"], storage.Files);
    }

    [Theory]
    [InlineData("{\"schema_version\":1}")]
    [InlineData("not json")]
    [InlineData("")]
    public async Task A_video_whose_sidecar_is_damaged_is_not_adopted(string text)
    {
        await StoreAsync(SampleVideo.Mp4(5000));
        await File.WriteAllTextAsync(InVideos(order.Stem + ".mp4.json"), text);

        Assert.Null(await Archive().FindFinishedAsync(order.Stem, CancellationToken.None));
    }

    [Fact]
    public async Task A_video_whose_bytes_have_changed_is_not_adopted()
    {
        var video = SampleVideo.Mp4(5000);
        await StoreAsync(video);
        video.Bytes[4000] ^= 1;
        await File.WriteAllBytesAsync(InVideos(order.Stem + ".mp4"), video.Bytes);

        Assert.Null(await Archive().FindFinishedAsync(order.Stem, CancellationToken.None));
    }

    [Fact]
    public async Task A_sidecar_without_its_video_counts_for_nothing()
    {
        await StoreAsync(SampleVideo.Mp4(5000));
        File.Delete(InVideos(order.Stem + ".mp4"));

        Assert.Null(await Archive().FindFinishedAsync(order.Stem, CancellationToken.None));
        Assert.Equal($"{order.Stem}.mp4", (await StoreAsync(SampleVideo.Mp4(6000))).Path.FileName);
    }

    [Fact]
    public async Task A_video_that_had_to_take_another_name_is_found_by_its_stem()
    {
        await File.WriteAllTextAsync(InVideos(order.Stem + ".mp4"), "something else");
        var stored = await StoreAsync(SampleVideo.Mp4(5000));

        Assert.Equal($"videos/{order.Workspace.Id}_1767177366573.mp4", stored.Path.Value);
        Assert.Equal(stored, await Archive().FindFinishedAsync(order.Stem, CancellationToken.None));
        Assert.Equal("something else", await File.ReadAllTextAsync(InVideos(order.Stem + ".mp4")));
    }

    [Theory]
    [InlineData("{\"length\":4000,\"etag\":\"\",\"total\":5000}")]
    [InlineData("{\"length\":0,\"etag\":\"x\",\"total\":5000}")]
    [InlineData("{\"length\":-5,\"etag\":\"x\",\"total\":5000}")]
    [InlineData("{\"length\":")]
    [InlineData("null")]
    public async Task A_note_that_proves_nothing_is_not_gone_on_from(string note)
    {
        await ReceiveAsync(Archive(), new FakeBodyStream(SampleVideo.Mp4(5000).Bytes[..3000]) { BreaksWith = broken }.Open(5000));
        await File.WriteAllTextAsync(InVideos(order.Stem + ".part.json"), note);

        Assert.Null(await Archive().FindPrefixAsync(order.Stem, CancellationToken.None));
    }

    [Fact]
    public async Task A_part_that_lost_its_end_is_gone_on_from_where_it_ends()
    {
        var video = SampleVideo.Mp4(5000);
        await ReceiveAsync(Archive(), new FakeBodyStream(video.Bytes[..3000]) { BreaksWith = broken }.Open(5000));
        using (var part = File.OpenHandle(InVideos(order.Stem + ".part"), access: FileAccess.ReadWrite)) RandomAccess.SetLength(part, 2000);

        var prefix = await Archive().FindPrefixAsync(order.Stem, CancellationToken.None);
        var answer = await ReceiveAsync(Archive(), new FakeBodyStream(video.Bytes, 2000).Open(5000, crc64: video.Crc64));

        Assert.Equal(2000, prefix!.Length);
        Assert.IsType<ArchiveAnswer.Stored>(answer);
    }

    [Fact]
    public async Task Bytes_behind_the_note_are_not_believed()
    {
        var video = SampleVideo.Mp4(5000);
        await ReceiveAsync(Archive(), new FakeBodyStream(video.Bytes[..3000]) { BreaksWith = broken }.Open(5000));
        await File.AppendAllTextAsync(InVideos(order.Stem + ".part"), "written before a crash, never flushed");

        var answer = await ReceiveAsync(Archive(), new FakeBodyStream(video.Bytes, 3000).Open(5000, crc64: video.Crc64));

        Assert.Equal(video.Bytes, await File.ReadAllBytesAsync(storage.Root.Locate(Assert.IsType<ArchiveAnswer.Stored>(answer).File.Path)));
    }

    [Fact(Timeout = 60_000)]
    public async Task What_is_here_after_two_seconds_survives_a_killed_process()
    {
        var video = SampleVideo.Mp4(2_000_000);
        var reads = 0;
        var body = new FakeBodyStream(video.Bytes[..1_500_000])
        {
            HangsAtEnd = true,
            OnRead = () => clock.Advance(reads++ < 4 ? TimeSpan.FromSeconds(1) : TimeSpan.Zero),
        };
        using var killing = new CancellationTokenSource();
        var fetch = Archive().ReceiveAsync(order, body.Open(2_000_000, crc64: video.Crc64), new Progress<long>(), killing.Token);
        await body.Drained;
        while (!File.Exists(InVideos(order.Stem + ".part.json")))   // noted beside the fetch, which hangs
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        using var afterwards = CopyAsACrashWouldLeaveIt();
        var successor = Archive(afterwards);
        var prefix = await successor.FindPrefixAsync(order.Stem, CancellationToken.None);
        var answer = await ReceiveAsync(successor, new FakeBodyStream(video.Bytes, (int)prefix!.Length).Open(2_000_000, crc64: video.Crc64));

        Assert.InRange(prefix.Length, 16 * 1024, 1_500_000);
        Assert.Equal(video.Bytes, await File.ReadAllBytesAsync(afterwards.Root.Locate(Assert.IsType<ArchiveAnswer.Stored>(answer).File.Path)));
        await killing.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetch);
    }

    /// <summary>Of a body without a length nothing but its end says how long it is.</summary>
    [Fact]
    public async Task A_process_that_stands_still_between_two_reads_does_not_take_that_for_the_end()
    {
        var video = SampleVideo.Mp4(2_000_000);
        var archive = new FileVideoArchive(storage.Root, new FakeStorageSpace(), Options.Create(new DownloadOptions()), new HaltingClock());

        var answer = await ReceiveAsync(archive, new FakeBodyStream(video.Bytes).Open(null));

        Assert.Equal(video.Bytes, await File.ReadAllBytesAsync(storage.Root.Locate(Assert.IsType<ArchiveAnswer.Stored>(answer).File.Path)));
    }

    [Fact]
    public async Task A_part_that_another_process_holds_is_left_alone()
    {
        using var other = File.OpenHandle(InVideos(order.Stem + ".part"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);

        var answer = await ReceiveAsync(Archive(), new FakeBodyStream(SampleVideo.Mp4(5000).Bytes).Open(5000));
        await Archive().DiscardAsync(order.Stem, CancellationToken.None);

        Assert.Equal("already_receiving", Assert.IsType<ArchiveAnswer.Held>(answer).Problem.Code);
        Assert.Equal([$"videos/{order.Stem}.part"], storage.Files);
    }

    [Fact]
    public async Task Deleting_a_video_takes_its_sidecar_and_its_poster_along()
    {
        var stored = await StoreAsync(SampleVideo.Mp4(5000));
        await File.WriteAllTextAsync(Path.Combine(storage.Root.Thumbnails, order.Stem + ".jpg"), "poster");

        await Archive().DeleteAsync(stored, CancellationToken.None);

        Assert.Empty(storage.Files);
    }

    [Fact]
    public async Task Many_videos_at_once_do_not_disturb_each_other()
    {
        var archive = Archive();
        var orders = Enumerable.Range(0, 24).Select(i => new ArchiveOrderBuilder { Id = WorkspaceId.Parse($"{i:x24}") }.Build()).ToList();

        var answers = await Task.WhenAll(orders.Select((o, i) =>
            archive.ReceiveAsync(o, new FakeBodyStream(SampleVideo.Mp4(300_000 + i, i).Bytes).Open(300_000 + i, crc64: SampleVideo.Mp4(300_000 + i, i).Crc64), new Progress<long>(), CancellationToken.None)));

        Assert.All(answers, a => Assert.IsType<ArchiveAnswer.Stored>(a));
        Assert.Equal(48, storage.Files.Count);
    }

    [Theory]
    [InlineData("../escape")]
    [InlineData("a/b")]
    [InlineData(".hidden")]
    [InlineData("")]
    public async Task A_stem_that_is_no_file_name_is_refused(string stem) =>
        await Assert.ThrowsAsync<ArgumentException>(() => Archive().FindFinishedAsync(stem, CancellationToken.None));

    [Fact]
    public async Task A_root_that_has_lost_its_sentinel_is_not_written_to_until_it_is_back()
    {
        var (sentinel, aside) = (Path.Combine(storage.Root.Folder, StorageRoot.SentinelName), storage.Root.Folder + ".aside");
        File.Move(sentinel, aside);
        var (gone, reachable, files) = (await ReceiveAsync(Archive(), new FakeBodyStream(SampleVideo.Mp4(5000).Bytes).Open(5000)), Archive().IsReachable, storage.Files);
        File.Move(aside, sentinel);

        Assert.Equal("storage_gone", Assert.IsType<ArchiveAnswer.Unproven>(gone).Problem.Code);
        Assert.False(reachable);
        Assert.Empty(files);
        Assert.True(Archive().IsReachable);
        await StoreAsync(SampleVideo.Mp4(5000));
    }

    [Fact]
    public async Task A_disk_that_fills_up_keeps_what_is_here_and_the_fetch_goes_on_when_there_is_room()
    {
        using var disk = SmallDisk.TryMount(3 * 1024 * 1024);
        Assert.SkipWhen(disk is null, "A small disk (tmpfs) cannot be mounted here.");
        var root = new StorageRoot(Options.Create(new StorageOptions { Root = disk.Folder }));
        await root.OpenAsync(isKnown: false, CancellationToken.None);
        var video = SampleVideo.Mp4(4_000_000);
        var archive = new FileVideoArchive(root, new FakeStorageSpace(), Options.Create(new DownloadOptions()), clock);

        var full = await ReceiveAsync(archive, new FakeBodyStream(video.Bytes).Open(4_000_000, crc64: video.Crc64));
        var prefix = await archive.FindPrefixAsync(order.Stem, CancellationToken.None);
        disk.Grow(16 * 1024 * 1024);
        var answer = await ReceiveAsync(archive, new FakeBodyStream(video.Bytes, (int)prefix!.Length).Open(4_000_000, crc64: video.Crc64));

        Assert.IsType<ArchiveAnswer.DiskFull>(full);
        Assert.InRange(prefix.Length, 2_000_000, 3 * 1024 * 1024);
        Assert.Equal(video.Bytes, await File.ReadAllBytesAsync(root.Locate(Assert.IsType<ArchiveAnswer.Stored>(answer).File.Path)));
    }

    [Fact]
    public async Task The_space_on_the_disk_is_asked_for_once_a_second()
    {
        using var disk = SmallDisk.TryMount(3 * 1024 * 1024);
        Assert.SkipWhen(disk is null, "A small disk (tmpfs) cannot be mounted here.");
        var options = Options.Create(new StorageOptions { Root = disk.Folder, MinFreeBytes = 2 * 1024 * 1024 });
        var space = new DiskStorageSpace(new StorageRoot(options), options, clock);

        var before = (space.FreeBytes, space.HasRoom);
        await File.WriteAllBytesAsync(Path.Combine(disk.Folder, "some"), new byte[2 * 1024 * 1024]);
        var soon = (space.FreeBytes, space.HasRoom);
        clock.Advance(TimeSpan.FromSeconds(1));
        var later = (space.FreeBytes, space.HasRoom);

        Assert.Equal((3 * 1024 * 1024, true), before);
        Assert.Equal(before, soon);
        Assert.Equal((1024 * 1024, false), later);
    }

    private FileVideoArchive Archive(TempStorage? at = null) =>
        new((at ?? storage).Root, new FakeStorageSpace(), Options.Create(new DownloadOptions()), clock);

    private TempStorage CopyAsACrashWouldLeaveIt()
    {
        var copy = TempStorage.Open();
        foreach (var file in storage.Files.Where(file => !file.EndsWith(".json.part", StringComparison.Ordinal)))   // a note that is just being written gets its name in a moment
            File.WriteAllBytes(Path.Combine(copy.Root.Folder, file), ReadShared(Path.Combine(storage.Root.Folder, file)));
        return copy;
    }

    // The running fetch has locked its part file; the lock binds only those who ask for one.
    private static byte[] ReadShared(string path)
    {
        var copy = path + ".copy";
        using (var copying = Process.Start("cp", [path, copy])) copying.WaitForExit();
        var bytes = File.ReadAllBytes(copy);
        File.Delete(copy);
        return bytes;
    }

    private string InVideos(string name) => Path.Combine(storage.Root.Videos, name);

    private static Task<ArchiveAnswer> ReceiveAsync(FileVideoArchive archive, SourceAnswer.Opened source) =>
        archive.ReceiveAsync(order, source, new Progress<long>(), CancellationToken.None);

    private async Task<StoredFile> StoreAsync(SampleVideo video) =>
        Assert.IsType<ArchiveAnswer.Stored>(await ReceiveAsync(Archive(), new FakeBodyStream(video.Bytes).Open(video.Bytes.Length, crc64: video.Crc64))).File;

    /// <summary>Between any two looks at it a minute has passed.</summary>
    private sealed class HaltingClock : TimeProvider
    {
        private long minutes;

        public override long GetTimestamp() => Interlocked.Increment(ref minutes) * 60 * TimestampFrequency;
    }
}
