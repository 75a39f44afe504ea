using System.Text;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Infrastructure.Download;
using VideoPlatform.Testing.Files;
using VideoPlatform.Testing.Origin;

namespace VideoPlatform.Infrastructure.Tests.Download;

public sealed class HttpVideoSourceTests : IAsyncDisposable
{
    private const string Query = "?Expires=1790997061&OSSAccessKeyId=LTAIexample&Signature=a1B2%2Fc3d4E5f6%3D";
    private const string RequestExpired =
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <Error><Code>AccessDenied</Code><Message>Request has expired.</Message><RequestId>66F0</RequestId>
        <Expires>2026-10-03T03:11:01.000Z</Expires></Error>
        """;

    private static readonly SampleVideo video = SampleVideo.Mp4(200_000);
    private static readonly ProvenPrefix prefix = new(50_000, SampleVideo.Etag, 200_000);

    private readonly OriginServer origin = new();
    private readonly FakeTimeProvider clock = new();
    private readonly DownloadOptions options = new() { AllowHttp = true, AllowPrivateAddresses = true, AllowedHosts = ["127.0.0.1"], MaxBytes = 1_000_000 };
    private HttpVideoSource? created;

    private HttpVideoSource Source => created ??= new HttpVideoSource(Options.Create(options), clock);

    private string Whole => $"HTTP/1.1 200 OK\r\nContent-Length: {video.Bytes.Length}\r\nETag: {SampleVideo.Etag}\r\nx-oss-hash-crc64ecma: {video.Crc64}\r\nContent-Type: video/mp4\r\n\r\n";

    private static string Rest =>
        $"HTTP/1.1 206 Partial Content\r\nContent-Length: 150000\r\nContent-Range: bytes 50000-199999/200000\r\nETag: {SampleVideo.Etag}\r\nx-oss-hash-crc64ecma: {video.Crc64}\r\n\r\n";

    public async ValueTask DisposeAsync()
    {
        created?.Dispose();
        await origin.DisposeAsync();
    }

    [Fact]
    public async Task A_whole_body_comes_with_what_its_headers_declare()
    {
        origin.ThenSay(Whole, video.Bytes);

        await using var opened = await OpenAsync();

        Assert.Equal((0L, 200_000L, SampleVideo.Etag, video.Crc64), (opened.From, opened.Total!.Value, opened.ETag, opened.Crc64!.Value));
        Assert.Equal(video.Bytes, await ReadAsync(opened));
    }

    [Fact]
    public async Task The_request_is_plain()
    {
        origin.ThenSay(Whole, video.Bytes);

        await using var opened = await OpenAsync();

        var request = Assert.Single(origin.Requests);
        Assert.StartsWith($"GET /1d/video.mp4{Query} HTTP/1.1\r\n", request, StringComparison.Ordinal);
        Assert.Contains("Accept-Encoding: identity\r\n", request, StringComparison.Ordinal);
        Assert.All(["Authorization:", "Cookie:", "Range:", "traceparent:"], header => Assert.DoesNotContain(header, request, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task The_rest_behind_a_prefix_is_asked_for_by_range_and_tag()
    {
        origin.ThenSay(Rest, video.Bytes.AsMemory(50_000));

        await using var opened = await OpenAsync(prefix);

        Assert.Equal((50_000L, 200_000L, video.Crc64), (opened.From, opened.Total!.Value, opened.Crc64!.Value));
        Assert.Equal(video.Bytes[50_000..], await ReadAsync(opened));
        Assert.Contains("Range: bytes=50000-\r\n", origin.Requests[0], StringComparison.Ordinal);
        Assert.Contains($"If-Range: {SampleVideo.Etag}\r\n", origin.Requests[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sender_that_ignores_the_range_is_taken_from_the_start()
    {
        origin.ThenSay(Whole, video.Bytes);

        await using var opened = await OpenAsync(prefix);

        Assert.Equal(0, opened.From);
        Assert.Equal(video.Bytes, await ReadAsync(opened));
    }

    [Theory]
    [InlineData("Content-Range: bytes 49999-199999/200000\r\nETag: {etag}")]
    [InlineData("Content-Range: bytes 50000-199998/200000\r\nETag: {etag}")]
    [InlineData("Content-Range: bytes 50000-200000/200001\r\nETag: {etag}")]
    [InlineData("Content-Range: bytes 50000-199999/*\r\nETag: {etag}")]
    [InlineData("Content-Range: bytes 0-199999/200000\r\nETag: {etag}")]
    [InlineData("Content-Range: items 50000-199999/200000\r\nETag: {etag}")]
    [InlineData("Content-Range: nonsense\r\nETag: {etag}")]
    [InlineData("ETag: {etag}")]
    [InlineData("Content-Range: bytes 50000-199999/200000\r\nETag: \"another\"")]
    [InlineData("Content-Range: bytes 50000-199999/200000\r\nETag: W/{etag}")]
    [InlineData("Content-Range: bytes 50000-199999/200000")]
    [InlineData("Content-Range: bytes 50000-199999/200000\r\nETag: {etag}\r\nContent-Length: 149999")]
    public async Task A_rest_that_does_not_fit_is_left_and_the_whole_asked_for_once(string headers)
    {
        var length = headers.Contains("Content-Length", StringComparison.Ordinal) ? "" : "Content-Length: 150000\r\n";
        origin.ThenSay($"HTTP/1.1 206 Partial Content\r\n{length}{headers.Replace("{etag}", SampleVideo.Etag, StringComparison.Ordinal)}\r\n\r\n", video.Bytes.AsMemory(50_000))
            .ThenSay(Whole, video.Bytes);

        await using var opened = await OpenAsync(prefix);

        Assert.Equal(0, opened.From);
        Assert.Equal(video.Bytes, await ReadAsync(opened));
        Assert.Equal(2, origin.Requests.Count);
        Assert.DoesNotContain("Range:", origin.Requests[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_range_that_cannot_be_had_leads_to_the_whole()
    {
        origin.ThenSay("HTTP/1.1 416 Range Not Satisfiable\r\nContent-Range: bytes */200000\r\nContent-Length: 0\r\n\r\n").ThenSay(Whole, video.Bytes);

        await using var opened = await OpenAsync(prefix);

        Assert.Equal(0, opened.From);
        Assert.Equal(2, origin.Requests.Count);
    }

    [Fact]
    public async Task A_part_that_nobody_asked_for_is_no_answer()
    {
        origin.ThenSay(Rest, video.Bytes.AsMemory(50_000));

        Assert.Equal(206, Assert.IsType<SourceAnswer.Unavailable>(await AskAsync()).HttpStatus);
    }

    [Theory]
    [InlineData("ETag: W/\"weak\"", null)]
    [InlineData("ETag: unquoted", null)]
    [InlineData("ETag: \"strong\"", "\"strong\"")]
    [InlineData("X-Nothing: 1", null)]
    public async Task Only_strong_tags_count(string header, string? expected)
    {
        origin.ThenSay($"HTTP/1.1 200 OK\r\nContent-Length: 16\r\n{header}\r\n\r\n", video.Bytes.AsMemory(0, 16));

        await using var opened = await OpenAsync();

        Assert.Equal(expected, opened.ETag);
    }

    [Theory]
    [InlineData("11051210869376104954", 11051210869376104954UL)]
    [InlineData("0", 0UL)]
    [InlineData("-1", null)]
    [InlineData("0x12", null)]
    [InlineData("18446744073709551616", null)]
    [InlineData("12, 13", null)]
    [InlineData("", null)]
    public async Task A_checksum_that_is_no_number_counts_as_absent(string text, ulong? expected)
    {
        origin.ThenSay($"HTTP/1.1 200 OK\r\nContent-Length: 16\r\nx-oss-hash-crc64ecma: {text}\r\n\r\n", video.Bytes.AsMemory(0, 16));

        await using var opened = await OpenAsync();

        Assert.Equal(expected, opened.Crc64);
    }

    [Fact]
    public async Task A_chunked_body_has_its_end_in_itself()
    {
        origin.ThenSay("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n");

        await using var opened = await OpenAsync();

        Assert.Null(opened.Total);
        Assert.Equal("abcd"u8.ToArray(), await ReadAsync(opened));
    }

    [Fact]
    public async Task A_body_whose_end_cannot_be_told_from_a_break_is_not_read()
    {
        origin.ThenSay("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", video.Bytes);

        Assert.Equal("length_unknown", Assert.IsType<SourceAnswer.Unavailable>(await AskAsync()).Problem.Code);
    }

    [Fact]
    public async Task A_body_that_ends_before_its_end_is_truncated()
    {
        origin.ThenSay(Whole, video.Bytes.AsMemory(0, 100_000));

        await using var opened = await OpenAsync();
        var (bytes, problem) = await ReadToFailureAsync(opened);

        Assert.Equal("truncated", problem.Code);
        Assert.Equal(video.Bytes[..100_000], bytes);
    }

    [Theory]
    [InlineData("Z\r\nefgh\r\n0\r\n\r\n", 1)]
    [InlineData("4\r\nefghIJKL\r\n0\r\n\r\n", 1)]
    [InlineData("\0", 40_000)]
    public async Task Chunks_that_are_none_break_the_body(string rubbish, int times)
    {
        origin.ThenSay($"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n{string.Concat(Enumerable.Repeat(rubbish, times))}");

        await using var opened = await OpenAsync();
        var (_, problem) = await ReadToFailureAsync(opened);

        Assert.Equal("connection_lost", problem.Code);
    }

    [Fact]
    public async Task A_chunked_body_without_its_last_chunk_is_not_whole()
    {
        origin.ThenSay("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n");

        await using var opened = await OpenAsync();
        var (bytes, problem) = await ReadToFailureAsync(opened);

        Assert.Equal("truncated", problem.Code);
        Assert.Equal("abcd"u8.ToArray(), bytes);
    }

    [Fact]
    public async Task A_connection_that_is_reset_in_the_body_is_lost()
    {
        var half = new TaskCompletionSource();
        origin.Then(async exchange =>
        {
            await exchange.SayAsync(Whole, video.Bytes.AsMemory(0, 1000));
            await half.Task;
            exchange.Reset();
        });

        await using var opened = await OpenAsync();
        await opened.Body.ReadExactlyAsync(new byte[1000], CancellationToken.None);
        half.SetResult();
        var (_, problem) = await ReadToFailureAsync(opened);

        Assert.Equal("connection_lost", problem.Code);
    }

    [Fact]
    public async Task A_connection_that_is_reset_before_an_answer_is_lost()
    {
        origin.Then(exchange =>
        {
            exchange.Reset();
            return Task.CompletedTask;
        });

        var unavailable = Assert.IsType<SourceAnswer.Unavailable>(await AskAsync());

        Assert.Equal((null, "connection_lost"), (unavailable.HttpStatus, unavailable.Problem.Code));
    }

    [Fact]
    public async Task A_silent_body_is_stalled()
    {
        origin.Then(async exchange =>
        {
            await exchange.SayAsync(Whole, video.Bytes.AsMemory(0, 1000));
            await exchange.HangAsync();
        });

        await using var opened = await OpenAsync();
        await opened.Body.ReadExactlyAsync(new byte[1000], CancellationToken.None);
        var reading = opened.Body.ReadAsync(new byte[1000], CancellationToken.None).AsTask();
        clock.Advance(options.StallTimeout);

        Assert.Equal("stalled", (await Assert.ThrowsAsync<SourceFailedException>(() => reading)).Problem.Code);
    }

    [Fact]
    public async Task A_slow_body_is_not_stalled_as_long_as_bytes_come()
    {
        var nextByte = new SemaphoreSlim(0);
        origin.Then(async exchange =>
        {
            await exchange.SayAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
            for (var i = 0; i < 5; i++)
            {
                await nextByte.WaitAsync();
                await exchange.SendAsync(video.Bytes.AsMemory(i, 1));
            }
        });

        await using var opened = await OpenAsync();
        for (var i = 0; i < 5; i++)
        {
            var reading = opened.Body.ReadAsync(new byte[1], CancellationToken.None);
            clock.Advance(options.StallTimeout - TimeSpan.FromSeconds(1));
            nextByte.Release();
            Assert.Equal(1, await reading);
        }

        clock.Advance(options.StallTimeout * 2);   // nobody waits: this is no silence
        Assert.Equal(0, await opened.Body.ReadAsync(new byte[1], CancellationToken.None));
    }

    [Fact]
    public async Task A_silent_sender_is_stalled_before_it_answers()
    {
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        origin.Then(async exchange =>
        {
            heard.SetResult();
            await exchange.HangAsync();
        });

        var asking = AskAsync();
        await heard.Task;
        clock.Advance(options.StallTimeout);

        Assert.Equal("stalled", Assert.IsType<SourceAnswer.Unavailable>(await asking).Problem.Code);
    }

    [Fact]
    public async Task A_caller_who_leaves_is_let_go()
    {
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        origin.Then(async exchange =>
        {
            heard.SetResult();
            await exchange.HangAsync();
        });
        using var leaving = new CancellationTokenSource();

        var asking = Source.OpenAsync(Link(), null, leaving.Token);
        await heard.Task;
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("something")]
    public async Task Compression_that_was_not_asked_for_is_refused(string encoding)
    {
        origin.ThenSay($"HTTP/1.1 200 OK\r\nContent-Length: 16\r\nContent-Encoding: {encoding}\r\n\r\n", video.Bytes.AsMemory(0, 16));

        Assert.Equal("unasked_encoding", Assert.IsType<SourceAnswer.Unavailable>(await AskAsync()).Problem.Code);
    }

    [Fact]
    public async Task A_declared_size_above_the_limit_is_forbidden()
    {
        origin.ThenSay("HTTP/1.1 200 OK\r\nContent-Length: 1000001\r\n\r\n");

        Assert.Equal("too_large", Assert.IsType<SourceAnswer.Forbidden>(await AskAsync()).Problem.Code);
    }

    [Fact]
    public async Task A_link_that_has_expired_is_dead_in_the_words_of_the_store()
    {
        origin.ThenSay($"HTTP/1.1 403 Forbidden\r\nContent-Type: application/xml\r\nContent-Length: {RequestExpired.Length}\r\n\r\n", Encoding.UTF8.GetBytes(RequestExpired));

        var dead = Assert.IsType<SourceAnswer.Dead>(await AskAsync());

        Assert.Equal((403, new Problem("AccessDenied", "403 Request has expired.")), (dead.HttpStatus, dead.Problem));
    }

    [Theory]
    [InlineData("<html>no</html>", "http_403", "403 Forbidden")]
    [InlineData("", "http_403", "403 Forbidden")]
    [InlineData("<!DOCTYPE Error [<!ENTITY a \"b\">]><Error><Code>&a;</Code></Error>", "http_403", "403 Forbidden")]
    [InlineData("<Error><Code>AccessDenied</Code>", "AccessDenied", "403 Forbidden")]
    [InlineData("<Error><Code>X</Code><Message>a\n  b</Message></Error>", "X", "403 a b")]
    [InlineData("<Error><Code>X</Code><Message>for Signature=a1B2</Message></Error>", "X", "403 Forbidden")]
    [InlineData("<Error><Code>X</Code><Message>LTAIexample is unknown</Message></Error>", "X", "403 Forbidden")]
    [InlineData("<Error><Nested><Code>inner</Code></Nested><Code>X</Code><Message>m</Message></Error>", "X", "403 m")]
    public async Task Another_refusal_is_dead_all_the_same(string body, string code, string message)
    {
        origin.ThenSay($"HTTP/1.1 403 Forbidden\r\nContent-Length: {body.Length}\r\n\r\n", Encoding.UTF8.GetBytes(body));

        Assert.Equal(new Problem(code, message), Assert.IsType<SourceAnswer.Dead>(await AskAsync()).Problem);
    }

    [Fact]
    public async Task A_refusal_whose_explanation_breaks_off_is_dead()
    {
        origin.ThenSay("HTTP/1.1 404 Not Found\r\nContent-Length: 1000\r\n\r\n<Error><Code>NoSuchKey</Code>");

        var dead = Assert.IsType<SourceAnswer.Dead>(await AskAsync());

        Assert.Equal((404, new Problem("NoSuchKey", "404 Not Found")), (dead.HttpStatus, dead.Problem));
    }

    [Fact]
    public async Task An_endless_explanation_is_not_read_to_its_end()
    {
        var junk = new byte[64 * 1024];
        Array.Fill(junk, (byte)'x');
        origin.Then(async exchange =>
        {
            await exchange.SayAsync("HTTP/1.1 403 Forbidden\r\nContent-Length: 9999999999\r\n\r\n", junk);
            await exchange.HangAsync();
        });

        Assert.IsType<SourceAnswer.Dead>(await AskAsync());
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(429)]
    [InlineData(204)]
    [InlineData(401)]
    public async Task Any_other_status_is_to_be_tried_again(int status)
    {
        origin.ThenSay($"HTTP/1.1 {status} Something\r\nContent-Length: 0\r\n\r\n");

        var unavailable = Assert.IsType<SourceAnswer.Unavailable>(await AskAsync());

        Assert.Equal((status, new Problem($"http_{status}", $"{status} Something")), (unavailable.HttpStatus, unavailable.Problem));
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task An_allowed_redirect_is_followed_with_the_range(int status)
    {
        origin.ThenSay($"HTTP/1.1 {status} Elsewhere\r\nLocation: /other.mp4\r\nContent-Length: 0\r\n\r\n").ThenSay(Rest, video.Bytes.AsMemory(50_000));

        await using var opened = await OpenAsync(prefix);

        Assert.Equal(50_000, opened.From);
        Assert.StartsWith("GET /other.mp4 HTTP/1.1\r\n", origin.Requests[1], StringComparison.Ordinal);
        Assert.Contains("Range: bytes=50000-\r\n", origin.Requests[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://evil.example/x.mp4", "host_forbidden")]
    [InlineData("http://localhost/x.mp4", "host_forbidden")]
    [InlineData("http://user@127.0.0.1/x.mp4", "host_forbidden")]
    [InlineData("ftp://127.0.0.1/x.mp4", "scheme_forbidden")]
    [InlineData("file:///etc/passwd", "scheme_forbidden")]
    public async Task A_redirect_to_what_is_not_allowed_is_forbidden(string location, string code)
    {
        origin.ThenSay($"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");

        Assert.Equal(code, Assert.IsType<SourceAnswer.Forbidden>(await AskAsync()).Problem.Code);
    }

    [Fact]
    public async Task Redirects_in_a_ring_are_left_after_five()
    {
        origin.ThenSay("HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n");

        Assert.Equal("too_many_redirects", Assert.IsType<SourceAnswer.Unavailable>(await AskAsync()).Problem.Code);
        Assert.Equal(6, origin.Requests.Count);
    }

    [Fact]
    public async Task A_redirect_to_nowhere_is_to_be_tried_again()
    {
        origin.ThenSay("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n");

        Assert.Equal("bad_redirect", Assert.IsType<SourceAnswer.Unavailable>(await AskAsync()).Problem.Code);
    }

    [Fact]
    public async Task An_allowed_name_that_leads_to_a_closed_address_is_forbidden_and_not_knocked_at()
    {
        (options.AllowedHosts, options.AllowPrivateAddresses) = (["localhost"], false);

        var forbidden = Assert.IsType<SourceAnswer.Forbidden>(await Source.OpenAsync(Link($"http://localhost:{origin.Port}"), null, CancellationToken.None));

        Assert.Equal("address_forbidden", forbidden.Problem.Code);
        Assert.Empty(origin.Requests);
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("[::]")]
    [InlineData("[::1]")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("[64:ff9b::7f00:1]")]
    [InlineData("[2002:7f00:1::]")]
    [InlineData("2130706433")]
    public async Task A_closed_address_that_is_written_out_is_forbidden_though_its_host_is_allowed(string host)
    {
        (options.AllowedHosts, options.AllowPrivateAddresses) = ([new Uri($"http://{host}/").Host], false);

        var forbidden = Assert.IsType<SourceAnswer.Forbidden>(await Source.OpenAsync(Link($"http://{host}:{origin.Port}"), null, CancellationToken.None));

        Assert.Equal("address_forbidden", forbidden.Problem.Code);
        Assert.Empty(origin.Requests);
    }

    [Fact]
    public async Task Plain_http_is_forbidden_unless_it_is_allowed()
    {
        options.AllowHttp = false;

        Assert.Equal("scheme_forbidden", Assert.IsType<SourceAnswer.Forbidden>(await AskAsync()).Problem.Code);
    }

    [Fact]
    public async Task The_sandbox_origin_is_allowed_besides_the_rules_and_only_it()
    {
        (options.AllowHttp, options.AllowPrivateAddresses, options.AllowedHosts, options.SandboxOrigin) = (false, false, [], new Uri(origin.Address));
        origin.ThenSay(Whole, video.Bytes).ThenSay("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");

        await using var opened = await OpenAsync();

        Assert.Equal(video.Bytes, await ReadAsync(opened));
        Assert.IsType<SourceAnswer.Forbidden>(await AskAsync());
    }

    [Fact]
    public async Task A_closed_port_is_to_be_tried_again()
    {
        await origin.DisposeAsync();

        Assert.Equal("connection_refused", Assert.IsType<SourceAnswer.Unavailable>(await AskAsync()).Problem.Code);
    }

    [Fact]
    public async Task An_answer_that_is_no_http_is_to_be_tried_again()
    {
        origin.ThenSay("SSH-2.0-OpenSSH_9.2\r\n");

        Assert.Equal("bad_answer", Assert.IsType<SourceAnswer.Unavailable>(await AskAsync()).Problem.Code);
    }

    [Theory]
    [InlineData("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: http://evil.example/?Signature=a1B2%2Fc3d4E5f6%3D\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 500 Signature=a1B2/c3d4E5f6=\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 403 OK\r\nContent-Length: 62\r\n\r\n<Error><Code>a1B2/c3d4E5f6=</Code><Message>x</Message></Error>")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n")]
    public async Task No_message_holds_the_signature(string answer)
    {
        origin.ThenSay(answer);

        var problem = await AskAsync() switch
        {
            SourceAnswer.Dead a => a.Problem,
            SourceAnswer.Forbidden a => a.Problem,
            SourceAnswer.Unavailable a => a.Problem,
            var other => throw new InvalidOperationException(other.ToString()),
        };

        Assert.All([problem.Code, problem.Message], text => Assert.DoesNotContain("a1B2", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Random_heads_are_an_answer_and_never_a_crash()
    {
        string[] names = ["Content-Range", "ETag", "Content-Length", "x-oss-hash-crc64ecma", "Content-Encoding", "Location", "Transfer-Encoding", "Content-Type"];
        string[] values = ["bytes 50000-199999/200000", "bytes */*", "bytes -", "\"", "W/\"a\"", "-1", "99999999999999999999", "chunked", "gzip", "http://[::1", "//", "\u0001", ""];
        var random = new Random(5);
        origin.Then(async exchange =>
        {
            var lines = Enumerable.Range(0, random.Next(6)).Select(_ => $"{names[random.Next(names.Length)]}: {values[random.Next(values.Length)]}\r\n");
            await exchange.SayAsync($"HTTP/1.1 {random.Next(100, 600)} X\r\n{string.Concat(lines)}\r\n");
        });

        for (var round = 0; round < 150; round++)
        {
            var answer = await AskAsync(round % 2 == 0 ? prefix : null);
            if (answer is SourceAnswer.Opened opened) await opened.DisposeAsync();
        }
    }

    private RemoteLink Link(string? address = null) => RemoteLink.Parse($"{address ?? origin.Address}/1d/video.mp4{Query}", null)!;

    private Task<SourceAnswer> AskAsync(ProvenPrefix? after = null) => Source.OpenAsync(Link(), after, CancellationToken.None);

    private async Task<SourceAnswer.Opened> OpenAsync(ProvenPrefix? after = null) => Assert.IsType<SourceAnswer.Opened>(await AskAsync(after));

    private static async Task<byte[]> ReadAsync(SourceAnswer.Opened opened)
    {
        using var bytes = new MemoryStream();
        await opened.Body.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    private static async Task<(byte[] Bytes, Problem Problem)> ReadToFailureAsync(SourceAnswer.Opened opened)
    {
        using var bytes = new MemoryStream();
        var failure = await Assert.ThrowsAsync<SourceFailedException>(() => opened.Body.CopyToAsync(bytes));
        return (bytes.ToArray(), failure.Problem);
    }
}
