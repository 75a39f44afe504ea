using System.Text;
using VideoPlatform.Sandbox.Faults;
using VideoPlatform.Sandbox.Oss;

namespace VideoPlatform.Sandbox.Tests;

public sealed class ResultLinkTests : SandboxTest
{
    [Fact]
    public void The_checksum_has_its_published_check_value()
    {
        Assert.Equal(0x995dc9bbdf1939faUL, Crc64.Of("123456789"u8));
        Assert.Equal(11051210869376104954UL, Crc64.Of("123456789"u8));
    }

    [Fact]
    public void The_checksum_does_not_depend_on_how_the_bytes_come()
    {
        var random = new Random(20817);
        var data = new byte[1000];
        random.NextBytes(data);
        var pieces = new Crc64();

        for (var at = 0; at < data.Length;)
        {
            var count = Math.Min(random.Next(0, 40), data.Length - at);
            pieces.Append(data.AsSpan(at, count));
            at += count;
        }

        Assert.Equal(Crc64.Of(data), pieces.Value);
    }

    [Fact]
    public async Task A_download_carries_the_headers_of_the_object_store()
    {
        const string md5 = "27DFFB2A985F19952F91396328C376AB";   // of Content
        var (_, link) = await FinishedAsync();

        using var response = await DownloadAsync(link);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(Content, await BytesAsync(response));
        Assert.Equal(Content.Length, response.Content.Headers.ContentLength);
        Assert.Equal("video/mp4", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal($"\"{md5}\"", response.Headers.ETag?.Tag);
        Assert.Equal(Convert.FromHexString(md5), response.Content.Headers.ContentMD5);
        Assert.Equal(Crc64.Of(Content).ToString(), response.Headers.GetValues("x-oss-hash-crc64ecma").Single());
        Assert.Equal("Normal", response.Headers.GetValues("x-oss-object-type").Single());
        Assert.Equal("bytes", response.Headers.AcceptRanges.Single());
        Assert.Equal(new DateTimeOffset(2026, 10, 2, 3, 7, 32, TimeSpan.Zero), response.Content.Headers.LastModified);
        Assert.NotEmpty(response.Headers.GetValues("x-oss-request-id"));
    }

    [Fact]
    public async Task The_same_link_is_given_again()
    {
        var (id, link) = await FinishedAsync();
        Clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(link, await LinkAsync(id));
        Assert.Contains($"Expires={new DateTimeOffset(2026, 10, 3, 3, 7, 32, TimeSpan.Zero).ToUnixTimeSeconds()}&OSSAccessKeyId=", link.Query, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bytes=0-0", 0, 0)]
    [InlineData("bytes=100-199", 100, 199)]
    [InlineData("bytes=4000-", 4000, 4095)]
    [InlineData("bytes=4000-9999", 4000, 4095)]
    [InlineData("bytes=-10", 4086, 4095)]
    public async Task A_range_gives_that_part(string range, int first, int last)
    {
        var (_, link) = await FinishedAsync();

        using var response = await DownloadAsync(link, range);

        Assert.Equal(206, (int)response.StatusCode);
        Assert.Equal($"bytes {first}-{last}/4096", response.Content.Headers.ContentRange?.ToString());
        Assert.Equal(Content[first..(last + 1)], await BytesAsync(response));
        Assert.Equal(Crc64.Of(Content).ToString(), response.Headers.GetValues("x-oss-hash-crc64ecma").Single());
    }

    [Theory]
    [InlineData("bytes=4096-")]
    [InlineData("bytes=9-3")]
    [InlineData("lines=1-2")]
    [InlineData("bytes=0-1,5-6")]
    public async Task An_invalid_range_gives_the_whole(string range)
    {
        var (_, link) = await FinishedAsync();

        using var response = await DownloadAsync(link, range);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(Content, await BytesAsync(response));
    }

    [Fact]
    public async Task A_range_counts_only_while_the_object_is_the_same()
    {
        var (_, link) = await FinishedAsync();
        using var whole = await DownloadAsync(link);

        using var same = await DownloadAsync(link, "bytes=10-", ifRange: whole.Headers.ETag!.Tag);
        using var other = await DownloadAsync(link, "bytes=10-", ifRange: "\"another\"");

        Assert.Equal(206, (int)same.StatusCode);
        Assert.Equal(200, (int)other.StatusCode);
    }

    [Fact]
    public async Task An_expired_link_says_so()
    {
        var (_, link) = await FinishedAsync();

        Clock.SetUtcNow(new DateTimeOffset(2026, 10, 3, 3, 7, 31, TimeSpan.Zero));
        using var before = await DownloadAsync(link);
        Clock.Advance(TimeSpan.FromSeconds(1));
        using var after = await DownloadAsync(link);
        var xml = await after.Content.ReadAsStringAsync();

        Assert.Equal(200, (int)before.StatusCode);
        Assert.Equal(403, (int)after.StatusCode);
        Assert.Equal("application/xml", after.Content.Headers.ContentType?.MediaType);
        Assert.Contains("<Code>AccessDenied</Code><Message>Request has expired.</Message>", xml, StringComparison.Ordinal);
        Assert.Contains("<Expires>2026-10-03T03:07:32.000Z</Expires><ServerTime>2026-10-03T03:07:32.000Z</ServerTime>", xml, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Signature=", "Signature=x")]
    [InlineData("Expires=1", "Expires=2")]
    [InlineData(".mp4", "_watermark.mp4")]
    public async Task A_damaged_link_says_so(string part, string instead)
    {
        var (_, link) = await FinishedAsync();

        using var response = await DownloadAsync(new Uri(link.AbsoluteUri.Replace(part, instead, StringComparison.Ordinal)));

        Assert.Equal(403, (int)response.StatusCode);
        Assert.Contains("<Code>SignatureDoesNotMatch</Code>", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task HEAD_and_a_link_without_its_signature_are_refused()
    {
        var (_, link) = await FinishedAsync();

        using var head = await Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, link));
        using var bare = await DownloadAsync(new Uri(link.GetLeftPart(UriPartial.Path)));

        Assert.Equal(403, (int)head.StatusCode);
        Assert.Equal(403, (int)bare.StatusCode);
    }

    [Fact]
    public async Task Each_query_can_mint_a_fresh_link()
    {
        var (id, link) = await FinishedAsync();
        Sandbox.Faults.Add(SandboxFaultKind.QueryFreshLink);

        var (one, two) = (await LinkAsync(id), await LinkAsync(id));
        using var response = await DownloadAsync(two);

        Assert.Equal(3, new[] { link, one, two }.Distinct().Count());
        Assert.Equal(200, (int)response.StatusCode);
    }

    [Fact]
    public async Task A_generated_body_has_the_checksum_that_is_declared()
    {
        const long length = (3L << 20) + 5;
        await StartAsync(Options(new SandboxVideo.Generated(length)));
        var (_, link) = await FinishedAsync();

        using var whole = await DownloadAsync(link);
        using var part = await DownloadAsync(link, "bytes=1000003-1000022");
        var bytes = await BytesAsync(whole);

        Assert.Equal(length, bytes.Length);
        Assert.Equal("ftyp", Encoding.ASCII.GetString(bytes, 4, 4));
        Assert.Equal("mdat", Encoding.ASCII.GetString(bytes, 20, 4));
        Assert.Equal(Crc64.Of(bytes).ToString(), whole.Headers.GetValues("x-oss-hash-crc64ecma").Single());
        Assert.Equal("Multipart", whole.Headers.GetValues("x-oss-object-type").Single());
        Assert.Null(whole.Content.Headers.ContentMD5);
        Assert.Equal(bytes[1000003..1000023], await BytesAsync(part));
    }
}
