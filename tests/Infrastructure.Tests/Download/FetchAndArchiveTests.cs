using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Infrastructure.Archive;
using VideoPlatform.Infrastructure.Download;
using VideoPlatform.Infrastructure.Tests.Archive;
using VideoPlatform.Testing.Files;
using VideoPlatform.Testing.Origin;

namespace VideoPlatform.Infrastructure.Tests.Download;

/// <summary>The whole way of the bytes: from an origin that misbehaves to a file under its final name.</summary>
public sealed class FetchAndArchiveTests : IAsyncDisposable
{
    private static readonly ArchiveOrder order = SampleVideo.Order().Build();
    private static readonly SampleVideo video = SampleVideo.Mp4(900_000);

    private readonly OriginServer origin = new();
    private readonly TempStorage storage = TempStorage.Open();
    private readonly FakeTimeProvider clock = new(ArchiveOrderBuilder.At);
    private readonly DownloadOptions options = new() { AllowHttp = true, AllowPrivateAddresses = true, AllowedHosts = ["127.0.0.1"] };

    private string Headers => $"ETag: {SampleVideo.Etag}\r\nx-oss-hash-crc64ecma: {video.Crc64}\r\n\r\n";

    public async ValueTask DisposeAsync()
    {
        await origin.DisposeAsync();
        storage.Dispose();
    }

    [Fact]
    public async Task A_body_that_is_cut_three_times_ends_as_the_origin_has_it()
    {
        origin.Then(e => ServeAsync(e, upTo: 200_000)).Then(e => ServeAsync(e, upTo: 450_001)).Then(e => ServeAsync(e, upTo: 899_999)).Then(e => ServeAsync(e, upTo: 900_000));

        var answers = new List<ArchiveAnswer>();
        for (var i = 0; i < 4; i++) answers.Add(await FetchInANewProcessAsync());

        Assert.Equal(["truncated", "truncated", "truncated"], answers.OfType<ArchiveAnswer.Unproven>().Select(a => a.Problem.Code));
        var file = Assert.IsType<ArchiveAnswer.Stored>(answers[3]).File;
        Assert.Equal(video.Bytes, await File.ReadAllBytesAsync(storage.Root.Locate(file.Path)));
        Assert.Equal((video.Sha256, Verification.Checksum), (file.Sha256, file.Verified!.Value));
        Assert.Equal(["", "200000", "450001", "899999"], origin.Requests.Select(AskedFrom));
    }

    [Fact]
    public async Task An_object_that_has_changed_is_fetched_from_its_start()
    {
        var other = SampleVideo.Mp4(700_000, seed: 9);
        origin.Then(e => ServeAsync(e, upTo: 200_000))
            .ThenSay($"HTTP/1.1 200 OK\r\nContent-Length: 700000\r\nETag: \"other\"\r\nx-oss-hash-crc64ecma: {other.Crc64}\r\n\r\n", other.Bytes);

        await FetchInANewProcessAsync();
        var answer = await FetchInANewProcessAsync();

        Assert.Equal(other.Bytes, await File.ReadAllBytesAsync(storage.Root.Locate(Assert.IsType<ArchiveAnswer.Stored>(answer).File.Path)));
    }

    [Fact]
    public async Task Bytes_that_were_changed_on_the_way_are_fetched_again_from_the_start()
    {
        var wrong = video.Bytes.ToArray();
        wrong[500_000] ^= 1;
        origin.ThenSay($"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n{Headers}", wrong).Then(e => ServeAsync(e, upTo: 900_000));

        var first = await FetchInANewProcessAsync();
        var second = await FetchInANewProcessAsync();

        Assert.Equal("wrong_checksum", Assert.IsType<ArchiveAnswer.Unproven>(first).Problem.Code);
        Assert.IsType<ArchiveAnswer.Stored>(second);
        Assert.Equal(["", ""], origin.Requests.Select(AskedFrom));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: 26\r\n\r\n<html>Please log in</html>", "not_a_video")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: 0\r\n\r\n", "empty")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nftyp", "truncated")]
    public async Task What_is_no_video_never_gets_a_final_name(string answer, string code)
    {
        origin.ThenSay(answer);

        Assert.Equal(code, Assert.IsType<ArchiveAnswer.Unproven>(await FetchInANewProcessAsync()).Problem.Code);
        Assert.DoesNotContain(storage.Files, f => f.EndsWith(".mp4", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_endless_chunked_body_is_left_at_the_limit()
    {
        options.MaxBytes = 1_000_000;
        origin.Then(async exchange =>
        {
            await exchange.SayAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\ndbba0\r\n", video.Bytes);
            while (true) await exchange.SayAsync("\r\n10000\r\n", new byte[0x10000]);
        });

        Assert.IsType<ArchiveAnswer.TooLarge>(await FetchInANewProcessAsync());
        Assert.Empty(storage.Files);
    }

    // Nothing is shared between two fetches but the disk.
    private async Task<ArchiveAnswer> FetchInANewProcessAsync()
    {
        using var source = new HttpVideoSource(Options.Create(options), clock);
        var archive = new FileVideoArchive(storage.Root, new FakeStorageSpace(), Options.Create(options), clock);
        var prefix = await archive.FindPrefixAsync(order.Stem, CancellationToken.None);
        var answer = await source.OpenAsync(RemoteLink.Parse($"{origin.Address}/1d/video.mp4?Expires=1790997061&Signature=x", null)!, prefix, CancellationToken.None);
        await using var opened = Assert.IsType<SourceAnswer.Opened>(answer);
        return await archive.ReceiveAsync(order, opened, new Progress<long>(), CancellationToken.None);
    }

    private Task ServeAsync(Exchange exchange, int upTo)
    {
        var from = AskedFrom(exchange.Request) is { Length: > 0 } text ? int.Parse(text) : 0;
        var status = from > 0 ? $"206 Partial Content\r\nContent-Range: bytes {from}-899999/900000" : "200 OK";
        return exchange.SayAsync($"HTTP/1.1 {status}\r\nContent-Length: {900_000 - from}\r\n{Headers}", video.Bytes.AsMemory(from, upTo - from));
    }

    private static string AskedFrom(string request)
    {
        const string header = "Range: bytes=";
        var at = request.IndexOf(header, StringComparison.Ordinal);
        return at < 0 ? "" : request[(at + header.Length)..request.IndexOf('-', at + header.Length)];
    }
}
