using Microsoft.Extensions.Time.Testing;
using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Testing.Files;

/// <summary>The promises of <see cref="IVideoArchive"/>, for every implementation.</summary>
public abstract class VideoArchiveContract
{
    /// <summary>The largest video that the archive under test may take.</summary>
    protected const int MaxBytes = 4 * 1024 * 1024;

    private static readonly ArchiveOrder order = SampleVideo.Order().Build();

    protected FakeTimeProvider Clock { get; } = new(ArchiveOrderBuilder.At);

    protected FakeStorageSpace Space { get; } = new();

    /// <summary>The archive under test; made anew by <see cref="Restart"/>.</summary>
    protected abstract IVideoArchive Archive { get; }

    /// <summary>As after a new start of the process: memory is gone, the disk is not.</summary>
    protected abstract void Restart();

    /// <summary>Every video's final name.</summary>
    protected abstract IReadOnlyList<string> FinalNames { get; }

    protected abstract byte[] Read(StoragePath path);

    [Theory]
    [InlineData(16)]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(1_000_003)]
    [InlineData(MaxBytes)]
    public async Task A_body_that_proves_itself_is_stored_under_its_final_name(int length)
    {
        var video = SampleVideo.Mp4(length);

        var stored = await StoreAsync(video, video.Crc64);

        Assert.Equal($"videos/{order.Stem}.mp4", stored.Path.Value);
        Assert.Equal(video.Bytes, Read(stored.Path));
        Assert.Equal(
            (length, video.Sha256, $"{video.Crc64:x16}", "video/mp4", Verification.Checksum, Clock.GetUtcNow()),
            (stored.Size!.Value, stored.Sha256, stored.Crc64, stored.ContentType, stored.Verified!.Value, stored.ArchivedAt!.Value));
        Assert.True(Archive.IsPresent(stored));
        Assert.Null(await Archive.FindPrefixAsync(order.Stem, CancellationToken.None));
    }

    [Fact]
    public async Task Without_a_declared_sum_the_length_is_what_is_proven()
    {
        var stored = await StoreAsync(SampleVideo.Mp4(5000), crc64: null);

        Assert.Equal(Verification.Length, stored.Verified);
    }

    [Fact]
    public async Task The_ending_follows_the_bytes()
    {
        var stored = await StoreAsync(SampleVideo.QuickTime(5000), crc64: null);

        Assert.Equal(($"{order.Stem}.mov", "video/quicktime"), (stored.Path.FileName, stored.ContentType));
    }

    [Fact]
    public async Task A_finished_file_is_found_again_after_a_restart()
    {
        var stored = await StoreAsync(SampleVideo.Mp4(5000), crc64: null);
        Restart();

        var found = await Archive.FindFinishedAsync(order.Stem, CancellationToken.None);

        Assert.Equal(stored, found);
    }

    [Fact]
    public async Task Nothing_is_found_where_nothing_was_stored()
    {
        Assert.Null(await Archive.FindFinishedAsync(order.Stem, CancellationToken.None));
        Assert.Null(await Archive.FindPrefixAsync(order.Stem, CancellationToken.None));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(300_000)]
    [InlineData(999_999)]
    public async Task A_broken_fetch_goes_on_where_it_stopped_also_after_a_restart(int brokenAt)
    {
        var video = SampleVideo.Mp4(1_000_000);
        var broken = await Receive(new FakeBodyStream(video.Bytes[..brokenAt]) { BreaksWith = new Problem("connection_lost", "Broken.") }.Open(1_000_000, crc64: video.Crc64));
        Restart();

        var prefix = await Archive.FindPrefixAsync(order.Stem, CancellationToken.None);
        var answer = await Receive(new FakeBodyStream(video.Bytes, (int)prefix!.Length).Open(1_000_000, crc64: video.Crc64));

        Assert.Equal("connection_lost", ProblemOf<ArchiveAnswer.Unproven>(broken).Code);
        Assert.Equal(new ProvenPrefix(brokenAt, SampleVideo.Etag, 1_000_000), prefix);
        Assert.Equal(video.Bytes, Read(Assert.IsType<ArchiveAnswer.Stored>(answer).File.Path));
    }

    [Fact]
    public async Task A_fetch_that_broke_after_its_last_byte_keeps_something_to_ask_for()
    {
        var video = SampleVideo.Mp4(5000);

        await Receive(new FakeBodyStream(video.Bytes) { BreaksWith = new Problem("connection_lost", "Broken.") }.Open(5000));

        Assert.Equal(4999, (await Archive.FindPrefixAsync(order.Stem, CancellationToken.None))!.Length);
    }

    [Fact]
    public async Task A_broken_fetch_may_break_again_and_again()
    {
        var video = SampleVideo.Mp4(50_000);
        for (var at = 10_000; at < 50_000; at += 10_000)
        {
            var from = (int)((await Archive.FindPrefixAsync(order.Stem, CancellationToken.None))?.Length ?? 0);
            await Receive(new FakeBodyStream(video.Bytes[..at], from) { BreaksWith = new Problem("stalled", "Silence.") }.Open(50_000));
            Restart();
        }

        var answer = await Receive(new FakeBodyStream(video.Bytes, 40_000).Open(50_000, crc64: video.Crc64));

        Assert.Equal(video.Bytes, Read(Assert.IsType<ArchiveAnswer.Stored>(answer).File.Path));
    }

    [Fact]
    public async Task A_source_that_starts_over_is_taken_from_the_start()
    {
        var (old, other) = (SampleVideo.Mp4(60_000, seed: 1), SampleVideo.Mp4(50_000, seed: 2));
        await Receive(new FakeBodyStream(old.Bytes[..55_000]) { BreaksWith = new Problem("stalled", "Silence.") }.Open(60_000));

        var answer = await Receive(new FakeBodyStream(other.Bytes).Open(50_000, "\"other\"", other.Crc64));

        Assert.Equal(other.Bytes, Read(Assert.IsType<ArchiveAnswer.Stored>(answer).File.Path));
    }

    [Fact]
    public async Task A_rest_of_another_version_is_never_joined()
    {
        var video = SampleVideo.Mp4(60_000);
        await Receive(new FakeBodyStream(video.Bytes[..30_000]) { BreaksWith = new Problem("stalled", "Silence.") }.Open(60_000));

        var answer = await Receive(new FakeBodyStream(video.Bytes, 30_000).Open(60_000, "\"other\""));

        Assert.Equal("prefix_lost", ProblemOf<ArchiveAnswer.Unproven>(answer).Code);
        await NothingIsKept();
    }

    [Fact]
    public async Task A_rest_without_its_beginning_is_never_stored()
    {
        var answer = await Receive(new FakeBodyStream(SampleVideo.Mp4(60_000).Bytes, 30_000).Open(60_000));

        Assert.Equal("prefix_lost", ProblemOf<ArchiveAnswer.Unproven>(answer).Code);
        await NothingIsKept();
    }

    [Fact]
    public async Task Without_a_strong_tag_nothing_can_be_gone_on_from()
    {
        await Receive(new FakeBodyStream(SampleVideo.Mp4(30_000).Bytes) { BreaksWith = new Problem("stalled", "Silence.") }.Open(60_000, etag: null));

        await NothingIsKept();
    }

    [Fact]
    public async Task A_short_body_is_not_stored_but_gone_on_from()
    {
        var answer = await Receive(new FakeBodyStream(SampleVideo.Mp4(30_000).Bytes).Open(60_000));

        Assert.Equal("truncated", ProblemOf<ArchiveAnswer.Unproven>(answer).Code);
        Assert.Equal(30_000, (await Archive.FindPrefixAsync(order.Stem, CancellationToken.None))!.Length);
        Assert.Empty(FinalNames);
    }

    [Fact]
    public async Task A_page_of_text_is_not_stored_whatever_it_claims()
    {
        var page = new FakeBodyStream("<html><body>Please log in.</body></html>"u8.ToArray());

        var answer = await Receive(page.Open(40));

        Assert.Equal("not_a_video", ProblemOf<ArchiveAnswer.Unproven>(answer).Code);
        await NothingIsKept();
    }

    [Fact]
    public async Task An_empty_body_is_not_stored()
    {
        var answer = await Receive(new FakeBodyStream([]).Open(0));

        Assert.Equal("empty", ProblemOf<ArchiveAnswer.Unproven>(answer).Code);
        await NothingIsKept();
    }

    [Fact]
    public async Task A_wrong_sum_is_not_stored_and_not_gone_on_from()
    {
        var video = SampleVideo.Mp4(60_000);

        var answer = await Receive(new FakeBodyStream(video.Bytes).Open(60_000, crc64: video.Crc64 ^ 1));

        Assert.Equal("wrong_checksum", ProblemOf<ArchiveAnswer.Unproven>(answer).Code);
        await NothingIsKept();
    }

    [Fact]
    public async Task More_bytes_than_declared_are_not_stored()
    {
        var answer = await Receive(new FakeBodyStream(SampleVideo.Mp4(60_001).Bytes).Open(60_000));

        Assert.Equal("wrong_length", ProblemOf<ArchiveAnswer.Unproven>(answer).Code);
        await NothingIsKept();
    }

    [Fact]
    public async Task A_body_that_is_declared_too_large_is_not_read()
    {
        var body = new FakeBodyStream(SampleVideo.Mp4(60_000).Bytes);

        var answer = await Receive(body.Open(MaxBytes + 1));

        Assert.Equal("too_large", ProblemOf<ArchiveAnswer.TooLarge>(answer).Code);
        Assert.Equal(0, body.Given);
        await NothingIsKept();
    }

    [Fact]
    public async Task An_endless_body_is_left_soon_after_the_limit()
    {
        var body = new FakeBodyStream(SampleVideo.Mp4(60_000).Bytes) { IsEndless = true };

        var answer = await Receive(body.Open(total: null));

        Assert.Equal("too_large", ProblemOf<ArchiveAnswer.TooLarge>(answer).Code);
        Assert.InRange(body.Given, MaxBytes, MaxBytes + (1024 * 1024));
        await NothingIsKept();
    }

    [Fact]
    public async Task A_taken_name_is_left_alone_and_the_next_millisecond_used()
    {
        var (first, second) = (SampleVideo.Mp4(5000, seed: 1), SampleVideo.Mp4(6000, seed: 2));
        var one = await StoreAsync(first, first.Crc64);

        var two = await StoreAsync(second, second.Crc64);

        Assert.Equal($"{order.Workspace.Id}_1767177366573.mp4", two.Path.FileName);
        Assert.Equal(first.Bytes, Read(one.Path));
        Assert.Equal(second.Bytes, Read(two.Path));
    }

    [Fact]
    public async Task One_stem_is_received_by_one_caller_at_a_time()
    {
        var video = SampleVideo.Mp4(60_000);
        var slow = new FakeBodyStream(video.Bytes[..30_000]) { HangsAtEnd = true };
        using var leaving = new CancellationTokenSource();
        var first = Archive.ReceiveAsync(order, slow.Open(60_000), new Progress(), leaving.Token);
        await slow.Drained;

        var second = await Receive(new FakeBodyStream(video.Bytes).Open(60_000));

        Assert.Equal("already_receiving", Assert.IsType<ArchiveAnswer.Held>(second).Problem.Code);
        Assert.Empty(FinalNames);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
    }

    [Fact]
    public async Task A_cancelled_fetch_keeps_what_is_here()
    {
        var video = SampleVideo.Mp4(60_000);
        var slow = new FakeBodyStream(video.Bytes[..30_000]) { HangsAtEnd = true };
        using var leaving = new CancellationTokenSource();
        var fetch = Archive.ReceiveAsync(order, slow.Open(60_000), new Progress(), leaving.Token);
        await slow.Drained;

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetch);
        Assert.Equal(30_000, (await Archive.FindPrefixAsync(order.Stem, CancellationToken.None))!.Length);
    }

    [Fact]
    public async Task A_body_for_which_there_is_no_room_is_not_begun_and_the_prefix_stays()
    {
        var video = SampleVideo.Mp4(60_000);
        await Receive(new FakeBodyStream(video.Bytes[..30_000]) { BreaksWith = new Problem("stalled", "Silence.") }.Open(60_000));
        Space.FreeBytes = 29_999;

        var answer = await Receive(new FakeBodyStream(video.Bytes, 30_000).Open(60_000));

        Assert.Equal("storage_full", ProblemOf<ArchiveAnswer.DiskFull>(answer).Code);
        Assert.Equal(30_000, (await Archive.FindPrefixAsync(order.Stem, CancellationToken.None))!.Length);
    }

    [Fact]
    public async Task The_last_report_is_the_whole_length()
    {
        var video = SampleVideo.Mp4(1_000_000);
        var progress = new Progress();

        await Archive.ReceiveAsync(order, new FakeBodyStream(video.Bytes).Open(1_000_000), progress, CancellationToken.None);

        Assert.Equal(1_000_000, progress.Reports[^1]);
        Assert.Equal(progress.Reports.Order(), progress.Reports);
    }

    [Fact]
    public async Task A_deleted_video_is_gone_and_deleting_it_again_is_no_failure()
    {
        var stored = await StoreAsync(SampleVideo.Mp4(5000), crc64: null);

        await Archive.DeleteAsync(stored, CancellationToken.None);
        await Archive.DeleteAsync(stored, CancellationToken.None);

        Assert.False(Archive.IsPresent(stored));
        Assert.Null(await Archive.FindFinishedAsync(order.Stem, CancellationToken.None));
        Assert.Empty(FinalNames);
    }

    [Fact]
    public async Task A_discarded_fetch_leaves_nothing()
    {
        await Receive(new FakeBodyStream(SampleVideo.Mp4(30_000).Bytes) { BreaksWith = new Problem("stalled", "Silence.") }.Open(60_000));

        await Archive.DiscardAsync(order.Stem, CancellationToken.None);
        await Archive.DiscardAsync(order.Stem, CancellationToken.None);

        await NothingIsKept();
    }

    [Fact]
    public async Task A_file_of_another_size_does_not_count_as_present()
    {
        var stored = await StoreAsync(SampleVideo.Mp4(5000), crc64: null);

        Assert.False(Archive.IsPresent(stored with { Size = 5001 }));
        Assert.True(Archive.IsPresent(stored with { Size = null }));
    }

    protected Task<ArchiveAnswer> Receive(SourceAnswer.Opened source) => Archive.ReceiveAsync(order, source, new Progress(), CancellationToken.None);

    protected async Task<StoredFile> StoreAsync(SampleVideo video, ulong? crc64) =>
        Assert.IsType<ArchiveAnswer.Stored>(await Receive(new FakeBodyStream(video.Bytes).Open(video.Bytes.Length, crc64: crc64))).File;

    protected static Problem ProblemOf<T>(ArchiveAnswer answer)
        where T : ArchiveAnswer => Assert.IsType<T>(answer) switch
        {
            ArchiveAnswer.Unproven a => a.Problem,
            ArchiveAnswer.TooLarge a => a.Problem,
            ArchiveAnswer.DiskFull a => a.Problem,
            var other => throw new InvalidOperationException($"{other.GetType().Name} has no problem."),
        };

    private async Task NothingIsKept()
    {
        Assert.Empty(FinalNames);
        Assert.Null(await Archive.FindPrefixAsync(order.Stem, CancellationToken.None));
        Assert.Null(await Archive.FindFinishedAsync(order.Stem, CancellationToken.None));
    }

    protected sealed class Progress : IProgress<long>
    {
        private readonly List<long> reports = [];

        public IReadOnlyList<long> Reports => reports;

        public void Report(long value) => reports.Add(value);
    }
}
