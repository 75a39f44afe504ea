using System.Buffers.Binary;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using SkiaSharp;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Proof;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Infrastructure.Media;
using VideoPlatform.Infrastructure.Tests.Archive;
using VideoPlatform.Infrastructure.Work;
using VideoPlatform.Testing.Files;
using VideoPlatform.Testing.Records;
using VideoPlatform.Testing.UseCases;

namespace VideoPlatform.Infrastructure.Tests.Media;

public sealed class MediaTests : IDisposable
{
    private const string Stem = "695251e891fab49e9adb49a5_1767177366572";

    private readonly TempStorage storage = TempStorage.Open();
    private readonly FfmpegTools tools = new(NullLogger<FfmpegTools>.Instance);

    private FfprobeMediaReader Reader => new(storage.Root, tools, TimeProvider.System, NullLogger<FfprobeMediaReader>.Instance);

    private FfmpegPosterMaker Posters => new(storage.Root, tools, TimeProvider.System, NullLogger<FfmpegPosterMaker>.Instance);

    public void Dispose() => storage.Dispose();

    [Theory]
    [InlineData("mp4", "libx264", "+faststart", true)]
    [InlineData("mp4", "libx264", "", false)]
    [InlineData("mov", "libx264", "+faststart", true)]
    [InlineData("webm", "libvpx", "", true)]
    public async Task A_video_is_described_by_its_container(string ending, string encoder, string flags, bool fastStart)
    {
        var file = Film(ending, encoder, flags);

        var facts = await Reader.ReadAsync(file, CancellationToken.None);

        Assert.NotNull(facts);
        Assert.Equal((960, 540, fastStart), (facts.Width, facts.Height, facts.FastStart));
        Assert.Equal(encoder == "libvpx" ? "vp8" : "h264", facts.Codec);
        Assert.Equal(1.0, facts.Duration, 0.11);
    }

    [Fact]
    public async Task A_poster_is_the_first_frame_at_most_640_wide()
    {
        var file = Film("mp4", "libx264", "");

        var poster = await Posters.MakeAsync(file, CancellationToken.None);

        Assert.Equal($"thumbnails/{Stem}.jpg", poster!.Value);
        using var codec = SKCodec.Create(storage.Root.Locate(poster));
        Assert.Equal((SKEncodedImageFormat.Jpeg, 640, 360), (codec.EncodedFormat, codec.Info.Width, codec.Info.Height));
        Assert.Equal([poster.Value, file.Path.Value], storage.Files);

        for (var twice = 0; twice < 2; twice++) Posters.Delete(poster);
        Assert.Equal([file.Path.Value], storage.Files);
    }

    [Fact]
    public async Task A_poster_that_exists_is_kept()
    {
        var file = Film("mp4", "libx264", "");
        await File.WriteAllTextAsync(Path.Combine(storage.Root.Thumbnails, Stem + ".jpg"), "mine");

        await Posters.MakeAsync(file, CancellationToken.None);

        Assert.Equal("mine", await File.ReadAllTextAsync(Path.Combine(storage.Root.Thumbnails, Stem + ".jpg")));
    }

    [Fact]
    public async Task Bytes_that_no_tool_understands_have_no_facts_and_no_poster()
    {
        var file = Place("mp4", [0, 0, 0, 16, .. "ftypisom"u8, 0, 0, 0, 0, .. new byte[4000]]);

        Assert.Null(await Reader.ReadAsync(file, CancellationToken.None));
        Assert.Null(await Posters.MakeAsync(file, CancellationToken.None));
        Assert.Equal([file.Path.Value], storage.Files);
    }

    [Fact]
    public async Task A_playlist_that_names_other_files_is_not_followed()
    {
        var other = Film("mp4", "libx264", "");
        var playlist = Place("webm", System.Text.Encoding.UTF8.GetBytes($"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n#EXTINF:1,\nconcat:{storage.Root.Locate(other.Path)}\n#EXT-X-ENDLIST\n"));

        Assert.Null(await Reader.ReadAsync(playlist, CancellationToken.None));
    }

    [Fact]
    public async Task A_tool_that_hangs_is_ended_with_all_that_it_has_started()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "This is not Linux.");
        var clock = new FakeTimeProvider();
        var video = Place("mp4", new byte[100]);
        var pipe = Path.Combine(storage.Root.Folder, "pipe");
        await NamedPipe.MakeAsync(pipe, TestContext.Current.CancellationToken);
        var hanging = Tools($"exec cat {pipe}", $"cat {pipe}; true");

        var reading = new FfprobeMediaReader(storage.Root, hanging, clock, NullLogger<FfprobeMediaReader>.Instance).ReadAsync(video, CancellationToken.None);
        var drawing = new FfmpegPosterMaker(storage.Root, hanging, clock, NullLogger<FfmpegPosterMaker>.Instance).MakeAsync(video, CancellationToken.None);
        while (Running(pipe) < 2 && !reading.IsCompleted && !drawing.IsCompleted) await Task.Yield();
        while (!reading.IsCompleted || !drawing.IsCompleted)
        {
            clock.Advance(FfmpegPosterMaker.MaxTime);
            await Task.Yield();
        }

        Assert.Null(await reading);
        Assert.Null(await drawing);
        for (var looks = 0; looks < 1000 && Running(pipe) > 0; looks++) await Task.Yield();   // killed, but nobody waits for a grandchild
        Assert.Equal(0, Running(pipe));
    }

    [Fact]
    public async Task A_pipe_in_the_place_of_a_video_is_shown_to_no_tool()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "This is not Linux.");
        var pipe = Place("mp4", []);
        File.Delete(storage.Root.Locate(pipe.Path));
        await NamedPipe.MakeAsync(storage.Root.Locate(pipe.Path), TestContext.Current.CancellationToken);
        var started = Path.Combine(storage.Root.Folder, "started");
        var noting = Tools($"touch {started}", $"touch {started}");

        Assert.Null(await new FfprobeMediaReader(storage.Root, noting, TimeProvider.System, NullLogger<FfprobeMediaReader>.Instance).ReadAsync(pipe, CancellationToken.None));
        Assert.Null(await new FfmpegPosterMaker(storage.Root, noting, TimeProvider.System, NullLogger<FfmpegPosterMaker>.Instance).MakeAsync(pipe, CancellationToken.None));
        Assert.False(File.Exists(started));
    }

    [Fact]
    public async Task The_memory_of_the_poster_maker_is_bounded()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "This is not Linux.");
        var limited = Tools("exit 1", "for last; do :; done\nulimit -v > \"${last#file:}\"");

        var poster = await new FfmpegPosterMaker(storage.Root, limited, TimeProvider.System, NullLogger<FfmpegPosterMaker>.Instance).MakeAsync(Place("mp4", new byte[100]), CancellationToken.None);

        Assert.Equal(FfmpegPosterMaker.MaxMemory / 1024, long.Parse(await File.ReadAllTextAsync(storage.Root.Locate(poster!))));
    }

    [Fact]
    public async Task A_missing_tool_is_told_in_one_line_when_the_work_begins()
    {
        var log = new RecordedLog();
        using var logs = LoggerFactory.Create(builder => builder.AddProvider(log));
        var none = new FfmpegTools(searchPath: "", logs.CreateLogger<FfmpegTools>());
        await using var services = new ServiceCollection().AddSingleton<IWorkspaceRepository>(new InMemoryWorkspaceRepository()).BuildServiceProvider();
        using var describer = new Describer(services, none, TimeProvider.System, NullLogger<Describer>.Instance);

        await describer.StartAsync(CancellationToken.None);
        none.TellMissing();
        await describer.StopAsync(CancellationToken.None);

        Assert.Equal(["ffmpeg or ffprobe is not on PATH: videos get no media facts or no posters"], log.At(LogLevel.Warning));
    }

    [Fact]
    public async Task Without_the_tools_everything_else_goes_on()
    {
        var none = new FfmpegTools(searchPath: "", NullLogger<FfmpegTools>.Instance);
        var file = Place("mp4", new byte[100]);

        Assert.Null(await new FfprobeMediaReader(storage.Root, none, TimeProvider.System, NullLogger<FfprobeMediaReader>.Instance).ReadAsync(file, CancellationToken.None));
        Assert.Null(await new FfmpegPosterMaker(storage.Root, none, TimeProvider.System, NullLogger<FfmpegPosterMaker>.Instance).MakeAsync(file, CancellationToken.None));
    }

    [Theory]
    [InlineData("ftyp:16 moov:8 mdat:8", true)]
    [InlineData("ftyp:16 mdat:8 moov:8", false)]
    [InlineData("ftyp:16 free:40 uuid:100 moov:8", true)]
    [InlineData("ftyp:16", false)]
    [InlineData("ftyp:4 moov:8", false)]
    [InlineData("", false)]
    public void The_order_of_the_outermost_boxes_is_read(string boxes, bool expected) => Assert.Equal(expected, IndexComesFirst(Boxes(boxes)));

    [Fact]
    public void A_box_with_a_long_size_is_stepped_over()
    {
        byte[] wide = [0, 0, 0, 1, .. "free"u8, 0, 0, 0, 0, 0, 0, 0, 24, .. new byte[8]];

        Assert.True(IndexComesFirst([.. wide, .. Boxes("moov:8")]));
    }

    [Fact]
    public void Random_boxes_are_walked_without_a_crash_or_an_endless_way()
    {
        var random = new Random(11);
        for (var round = 0; round < 200; round++)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            for (var i = 0; i + 8 <= bytes.Length; i += 8) BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(i), random.Next(-2, 24));

            IndexComesFirst(bytes);
        }
    }

    private bool IndexComesFirst(byte[] bytes)
    {
        var path = Path.Combine(storage.Root.Folder, "boxes");
        File.WriteAllBytes(path, bytes);
        using var handle = File.OpenHandle(path);
        return TopLevelBoxes.IndexComesFirst(handle);
    }

    private static byte[] Boxes(string boxes) =>
    [
        .. boxes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(box => box.Split(':')).SelectMany(box =>
        {
            var bytes = new byte[Math.Max(8, int.Parse(box[1]))];
            BinaryPrimitives.WriteInt32BigEndian(bytes, int.Parse(box[1]));
            System.Text.Encoding.ASCII.GetBytes(box[0]).CopyTo(bytes, 4);
            return bytes;
        }),
    ];

    // Scripts in the place of the tools.
    private FfmpegTools Tools(string ffprobe, string ffmpeg)
    {
        var folder = Directory.CreateDirectory(Path.Combine(storage.Root.Folder, "tools")).FullName;
        foreach (var (name, script) in (ReadOnlySpan<(string, string)>)[("ffprobe", ffprobe), ("ffmpeg", ffmpeg)])
        {
            var tool = Path.Combine(folder, name);
            File.WriteAllText(tool, $"#!/bin/sh\n[ \"$1\" = -version ] && exit\n{script}\n");
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(tool, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        return new FfmpegTools(folder, NullLogger<FfmpegTools>.Instance);
    }

    // Processes that were given this file.
    private static int Running(string path) => Directory.EnumerateDirectories("/proc").Count(process => CommandOf(process).Contains(path, StringComparison.Ordinal));

    private static string CommandOf(string process)
    {
        try
        {
            return File.Exists(Path.Combine(process, "cmdline")) ? File.ReadAllText(Path.Combine(process, "cmdline")) : "";
        }
        catch (IOException)
        {
            return "";   // it has ended meanwhile
        }
    }

    private StoredFile Film(string ending, string encoder, string flags)
    {
        Assert.SkipWhen(tools.Ffmpeg is null || tools.Ffprobe is null, "ffmpeg is not installed.");
        var file = Place(ending, []);
        using var filming = Process.Start(new ProcessStartInfo(tools.Ffmpeg,
        [
            "-v", "error", "-nostdin", "-f", "lavfi", "-i", "testsrc=duration=1:size=960x540:rate=10", "-pix_fmt", "yuv420p", "-c:v", encoder,
            .. flags.Length > 0 ? ["-movflags", flags] : (string[])[], "-y", storage.Root.Locate(file.Path),
        ]) { UseShellExecute = false })!;
        filming.WaitForExit();
        Assert.Equal(0, filming.ExitCode);
        return file;
    }

    private StoredFile Place(string ending, byte[] bytes)
    {
        var path = StoragePath.Parse($"videos/{Stem}.{ending}");
        File.WriteAllBytes(storage.Root.Locate(path), bytes);
        return new StoredFile(path, VideoContainer.ByExtension(path.FileName)!.ContentType, bytes.Length, null, null, null, null);
    }
}
