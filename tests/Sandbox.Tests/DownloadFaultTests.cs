using System.IO.Compression;
using System.Net.Sockets;
using VideoPlatform.Sandbox.Faults;
using VideoPlatform.Sandbox.Oss;
using static VideoPlatform.Sandbox.Faults.SandboxFaultKind;

namespace VideoPlatform.Sandbox.Tests;

public sealed class DownloadFaultTests : SandboxTest
{
    [Fact]
    public async Task A_body_breaks_off_after_some_bytes()
    {
        var link = await LinkWithAsync(new SandboxFault(DownloadTruncated) { Bytes = 1000, Times = 1 });

        using var broken = await DownloadAsync(link);
        var (bytes, whole) = await ReadAsync(broken, atMost: int.MaxValue);
        using var again = await DownloadAsync(link);

        Assert.Equal(Content.Length, broken.Content.Headers.ContentLength);
        Assert.False(whole);
        Assert.Equal(Content[..1000], bytes);
        Assert.Equal(Content, await BytesAsync(again));
    }

    [Fact]
    public async Task A_body_is_reset()
    {
        var link = await LinkWithAsync(new SandboxFault(DownloadReset) { Bytes = 1000, Times = 1 });

        var error = await Record.ExceptionAsync(async () =>
        {
            using var response = await DownloadAsync(link);
            await using var stream = await response.Content.ReadAsStreamAsync();
            await stream.CopyToAsync(Stream.Null);
        });

        Assert.IsType<SocketException>(error?.GetBaseException());
        Assert.Equal(1, Sandbox.Faults.Struck(DownloadReset));
    }

    [Fact]
    public async Task A_body_breaks_off_behind_the_range_that_was_asked_for()
    {
        var link = await LinkWithAsync(new SandboxFault(DownloadTruncated) { Bytes = 10 });

        using var response = await DownloadAsync(link, "bytes=100-199");
        var (bytes, whole) = await ReadAsync(response, atMost: int.MaxValue);

        Assert.Equal(206, (int)response.StatusCode);
        Assert.False(whole);
        Assert.Equal(Content[100..110], bytes);
    }

    [Fact]
    public async Task A_body_stalls()
    {
        var link = await LinkWithAsync(new SandboxFault(DownloadStalled) { Bytes = 1000 });

        using var response = await DownloadAsync(link);
        await using var stream = await response.Content.ReadAsStreamAsync();
        var start = new byte[1000];
        await stream.ReadExactlyAsync(start);
        using var patience = new CancellationTokenSource();
        var next = stream.ReadAsync(new byte[1], patience.Token);
        var stalled = !next.IsCompleted;
        await patience.CancelAsync();

        Assert.Equal(Content[..1000], start);
        Assert.True(stalled);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
    }

    [Fact]
    public async Task A_slow_body_arrives_whole()
    {
        var link = await LinkWithAsync(new SandboxFault(DownloadSlow) { Bytes = 20_480 });

        using var response = await DownloadAsync(link);

        Assert.Equal(Content, await BytesAsync(response));
    }

    [Theory]
    [InlineData(DownloadServerError, 500, "InternalError")]
    [InlineData(DownloadExpired, 403, "Request has expired.")]
    [InlineData(DownloadNotFound, 404, "NoSuchKey")]
    [InlineData(DownloadHtml, 200, "<html>")]
    public async Task A_download_is_answered_with_something_else(SandboxFaultKind kind, int status, string text)
    {
        var link = await LinkWithAsync(new SandboxFault(kind));

        using var response = await DownloadAsync(link);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Contains(text, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_download_is_empty()
    {
        using var response = await DownloadAsync(await LinkWithAsync(new SandboxFault(DownloadEmpty)));

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(0, response.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task A_download_is_redirected()
    {
        var target = new Uri("http://169.254.169.254/latest/meta-data");

        using var response = await DownloadAsync(await LinkWithAsync(new SandboxFault(DownloadRedirect) { Url = target }));

        Assert.Equal(302, (int)response.StatusCode);
        Assert.Equal(target, response.Headers.Location);
    }

    [Fact]
    public async Task A_body_has_no_end()
    {
        using var response = await DownloadAsync(await LinkWithAsync(new SandboxFault(DownloadEndless)));

        var (bytes, _) = await ReadAsync(response, atMost: 3_000_000);

        Assert.Null(response.Content.Headers.ContentLength);
        Assert.Equal(3_000_000, bytes.Length);
        Assert.Equal(Content, bytes[..Content.Length]);
    }

    [Fact]
    public async Task A_range_is_refused_while_the_whole_is_not()
    {
        var link = await LinkWithAsync(new SandboxFault(DownloadRangeRefused) { Times = 1 });

        using var whole = await DownloadAsync(link);
        using var refused = await DownloadAsync(link, "bytes=10-");
        using var part = await DownloadAsync(link, "bytes=10-");

        Assert.Equal([200, 416, 206], [(int)whole.StatusCode, (int)refused.StatusCode, (int)part.StatusCode]);
        Assert.Equal("bytes */4096", refused.Content.Headers.ContentRange?.ToString());
    }

    [Fact]
    public async Task An_invalid_range_is_refused()
    {
        var link = await LinkWithAsync(new SandboxFault(DownloadInvalidRangeIs416));

        using var invalid = await DownloadAsync(link, "bytes=4096-");
        using var valid = await DownloadAsync(link, "bytes=4095-");

        Assert.Equal([416, 206], [(int)invalid.StatusCode, (int)valid.StatusCode]);
    }

    [Fact]
    public async Task A_range_is_ignored()
    {
        using var response = await DownloadAsync(await LinkWithAsync(new SandboxFault(DownloadRangeIgnored)), "bytes=10-");

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(Content, await BytesAsync(response));
    }

    [Fact]
    public async Task A_range_is_declared_wrongly()
    {
        using var response = await DownloadAsync(await LinkWithAsync(new SandboxFault(DownloadWrongContentRange)), "bytes=10-19");

        Assert.Equal("bytes 11-19/4096", response.Content.Headers.ContentRange?.ToString());
        Assert.Equal(Content[10..20], await BytesAsync(response));
    }

    [Fact]
    public async Task A_checksum_is_wrong_or_missing()
    {
        var link = await LinkWithAsync(new SandboxFault(DownloadWrongCrc) { Times = 1 });

        using var wrong = await DownloadAsync(link);
        Sandbox.Faults.Add(DownloadNoChecksums);
        using var missing = await DownloadAsync(link);

        Assert.Equal((Crc64.Of(Content) + 1).ToString(), wrong.Headers.GetValues("x-oss-hash-crc64ecma").Single());
        Assert.False(missing.Headers.Contains("x-oss-hash-crc64ecma"));
        Assert.Null(missing.Content.Headers.ContentMD5);
    }

    [Fact]
    public async Task One_bit_is_flipped_in_the_middle_or_anywhere()
    {
        var link = await LinkWithAsync(new SandboxFault(DownloadFlippedBit) { Times = 1 });

        using var middle = await DownloadAsync(link);
        Sandbox.Faults.Add(new SandboxFault(DownloadFlippedBit) { Bytes = 12 });
        using var part = await DownloadAsync(link, "bytes=10-19");
        var (whole, piece) = (await BytesAsync(middle), await BytesAsync(part));

        Assert.Equal([2048], Enumerable.Range(0, Content.Length).Where(i => whole[i] != Content[i]));
        Assert.Equal([2], Enumerable.Range(0, 10).Where(i => piece[i] != Content[10 + i]));
    }

    [Fact]
    public async Task A_declared_length_is_too_long()
    {
        using var response = await DownloadAsync(await LinkWithAsync(new SandboxFault(DownloadLengthTooLong) { Bytes = 7 }));

        var (bytes, whole) = await ReadAsync(response, atMost: int.MaxValue);

        Assert.Equal(4103, response.Content.Headers.ContentLength);
        Assert.False(whole);
        Assert.Equal(Content, bytes);
    }

    [Fact]
    public async Task A_declared_length_is_too_short()
    {
        using var response = await DownloadAsync(await LinkWithAsync(new SandboxFault(DownloadLengthTooShort)));

        Assert.Equal(4095, response.Content.Headers.ContentLength);
        Assert.Equal(Content[..4095], await BytesAsync(response));
        Assert.Equal(Crc64.Of(Content).ToString(), response.Headers.GetValues("x-oss-hash-crc64ecma").Single());
    }

    [Fact]
    public async Task A_changed_object_makes_the_range_void()
    {
        var (_, link) = await FinishedAsync();
        using var before = await DownloadAsync(link);
        Sandbox.Faults.Add(DownloadChangedETag);

        using var after = await DownloadAsync(link, "bytes=10-", ifRange: before.Headers.ETag!.Tag);

        Assert.NotEqual(before.Headers.ETag, after.Headers.ETag);
        Assert.Equal(200, (int)after.StatusCode);
    }

    [Fact]
    public async Task A_body_is_compressed_unasked()
    {
        using var response = await DownloadAsync(await LinkWithAsync(new SandboxFault(DownloadGzip)));
        await using var gzip = new GZipStream(await response.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        await gzip.CopyToAsync(plain);

        Assert.Equal("gzip", response.Content.Headers.ContentEncoding.Single());
        Assert.Equal(Content, plain.ToArray());
    }

    [Fact]
    public async Task A_fault_can_be_for_one_task()
    {
        var (struck, link) = await FinishedAsync();
        var (_, other) = await FinishedAsync();
        Sandbox.Faults.Add(new SandboxFault(DownloadServerError) { TaskId = struck, Status = 503 });

        using var refused = await DownloadAsync(link);
        using var given = await DownloadAsync(other);

        Assert.Equal([503, 200], [(int)refused.StatusCode, (int)given.StatusCode]);
        Assert.Equal(1, Sandbox.Counters.DownloadsByTask[struck]);
    }

    private async Task<Uri> LinkWithAsync(SandboxFault fault)
    {
        var (_, link) = await FinishedAsync();
        Sandbox.Faults.Add(fault);
        return link;
    }

    /// <summary>What arrives before the body ends, breaks off, or is enough.</summary>
    private static async Task<(byte[] Bytes, bool Whole)> ReadAsync(HttpResponseMessage response, int atMost)
    {
        await using var stream = await response.Content.ReadAsStreamAsync();
        using var received = new MemoryStream();
        var block = new byte[65536];
        try
        {
            while (received.Length < atMost)
            {
                var read = await stream.ReadAsync(block.AsMemory(0, (int)Math.Min(block.Length, atMost - received.Length)));
                if (read == 0) return (received.ToArray(), true);
                received.Write(block, 0, read);
            }
        }
        catch (IOException)
        {
            return (received.ToArray(), false);
        }

        return (received.ToArray(), true);
    }
}
