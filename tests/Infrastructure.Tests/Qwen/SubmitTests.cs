using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Infrastructure.Qwen;

namespace VideoPlatform.Infrastructure.Tests.Qwen;

public sealed class SubmitTests : QwenTest
{
    private const string TaskId = "7d0c6f2e-5b1a-4c57-9d53-0a4b8e21f6c9";
    private const string Taken = $$"""{"output":{"task_status":"PENDING","task_id":"{{TaskId}}"},"request_id":"3f9a"}""";

    [Theory]
    [InlineData("submit-image-url", "wan2.6-i2v-flash")]
    [InlineData("submit-first-frame", "wan2.2-kf2v-flash")]
    public async Task An_order_is_sent_as_recorded(string recorded, string model)
    {
        var exchange = Exchange.Load(recorded);
        exchange.Script(Server);

        var answer = await Submit(Request(model));

        Assert.Equal(new SubmitAnswer.Accepted(new ProviderTask(TaskId, Options.BaseUrl)), answer);
        exchange.AssertSent(Assert.Single(Server.Requests));
    }

    [Fact]
    public async Task An_order_with_media_carries_every_choice()
    {
        var exchange = Exchange.Load("submit-media");
        exchange.Script(Server);

        var answer = await Submit(Request("wan2.7-i2v") with
        {
            NegativePrompt = "text, logo", Resolution = "1080P", Duration = 8, PromptExtend = false, Watermark = true, Seed = 20817,
        });

        Assert.IsType<SubmitAnswer.Accepted>(answer);
        exchange.AssertSent(Assert.Single(Server.Requests));
    }

    [Fact]
    public async Task An_uploaded_picture_and_a_workspace_are_named_in_the_headers()
    {
        Options.WorkspaceId = "ws-17";
        var exchange = Exchange.Load("submit-oss");
        exchange.Script(Server);

        var answer = await Submit(picture: new PictureHandover.Ready(APicture(), "oss://dashscope-instant/ab12/2026-10-01/cd34/end.png"));

        Assert.IsType<SubmitAnswer.Accepted>(answer);
        exchange.AssertSent(Assert.Single(Server.Requests));
    }

    [Theory]
    [InlineData(13)]
    [InlineData(3 * 48 * 1024)]
    [InlineData(6_999_999)]
    public async Task A_picture_arrives_byte_for_byte_in_blocks(int size)
    {
        var bytes = new byte[size];
        new Random(7).NextBytes(bytes);
        var blocks = new BlockWatch(bytes);
        var picture = Inline(bytes, "image/jpeg");
        Pictures.Opened = () => blocks;
        Server.Answer(200, Taken);

        var answer = await Submit(Request() with { Prompt = "Say \"boat\"\n\\ 纸船 \u2028 </script>" }, picture);

        Assert.IsType<SubmitAnswer.Accepted>(answer);
        var sent = JsonNode.Parse(Assert.Single(Server.Requests).Body)!["input"]!;
        Assert.Equal("Say \"boat\"\n\\ 纸船 \u2028 </script>", (string?)sent["prompt"]);
        var url = (string)sent["img_url"]!;
        Assert.StartsWith("data:image/jpeg;base64,", url, StringComparison.Ordinal);
        Assert.True(bytes.AsSpan().SequenceEqual(Convert.FromBase64String(url["data:image/jpeg;base64,".Length..])));
        Assert.InRange(blocks.Largest, 1, 64 * 1024);
    }

    [Fact]
    public async Task A_picture_of_the_earlier_system_gets_its_type_from_its_bytes()
    {
        Server.Answer(200, Taken);

        await Submit(picture: Inline([0xFF, 0xD8, 0xFF, 0xE0, .. new byte[20]], contentType: null));

        Assert.Contains("data:image/jpeg;base64,/9j/4AAA", Assert.Single(Server.Requests).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_picture_that_is_gone_is_not_sent()
    {
        var picture = Inline();
        Pictures.Bytes = null;

        var answer = Assert.IsType<SubmitAnswer.NotSent>(await Submit(picture: picture));

        Assert.Equal("picture_missing", answer.Problem.Code);
        Assert.Equal(0, Server.Connections);
    }

    [Fact]
    public async Task A_picture_that_ends_early_leaves_the_outcome_unclear()
    {
        var picture = Inline();
        Pictures.Opened = () => new BlockWatch(new byte[100]) { Claims = 200_000 };

        Assert.IsType<SubmitAnswer.Unclear>(await Submit(picture: picture));
        Assert.Empty(Server.Requests);
    }

    [Fact]
    public async Task Nothing_leaves_when_the_time_passes_right_before_the_body()
    {
        var picture = Inline();
        Pictures.Opened = () =>
        {
            Clock.Advance(TimeSpan.FromSeconds(30));
            return new MemoryStream(Pictures.Bytes!);
        };

        var answer = Assert.IsType<SubmitAnswer.NotSent>(await Submit(picture: picture));

        Assert.Equal("too_late_to_send", answer.Problem.Code);
        Assert.Empty(Server.Requests);
    }

    [Fact]
    public async Task An_order_that_waits_too_long_for_its_turn_is_not_sent()
    {
        Options.SubmitsPerSecond = 0.0001;
        Build();
        Server.Answer(200, Taken);
        await Submit();

        var second = Submit();
        Assert.False(second.IsCompleted);
        Clock.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal("too_late_to_send", Assert.IsType<SubmitAnswer.NotSent>(await second).Problem.Code);
        Assert.Single(Server.Requests);
    }

    [Fact]
    public async Task A_refused_connection_is_not_sent()
    {
        using (var closed = new TcpListener(IPAddress.Loopback, 0))
        {
            closed.Start();
            Options.BaseUrl = $"http://127.0.0.1:{((IPEndPoint)closed.LocalEndpoint).Port}/api/v1";
        }

        var answer = Assert.IsType<SubmitAnswer.NotSent>(await Submit());

        Assert.Equal(new Problem("provider_unreachable", "No answer came from the provider (ConnectionRefused)."), answer.Problem);
    }

    [Fact]
    public async Task A_failed_handshake_is_not_sent()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Options.BaseUrl = $"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/api/v1";

        var submit = Submit();
        (await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken)).Dispose();

        Assert.IsType<SubmitAnswer.NotSent>(await submit);
    }

    [Fact]
    public async Task A_handshake_that_never_ends_is_not_sent()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Options.BaseUrl = $"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/api/v1";

        var submit = Submit();
        using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        Clock.Advance(Options.RequestTimeout);

        Assert.Equal("provider_timeout", Assert.IsType<SubmitAnswer.NotSent>(await submit).Problem.Code);
    }

    [Fact]
    public async Task A_connection_closed_without_an_answer_is_unclear_and_not_tried_again()
    {
        Server.CloseWithoutAnswer().Answer(200, Taken);

        Assert.IsType<SubmitAnswer.Unclear>(await Submit());

        Assert.Single(Server.Requests);
        Assert.Equal(1, Server.Connections);
    }

    [Fact]
    public async Task A_reset_is_unclear_and_not_tried_again()
    {
        Server.Reset().Answer(200, Taken);

        Assert.IsType<SubmitAnswer.Unclear>(await Submit());

        Assert.Single(Server.Requests);
        Assert.Equal(1, Server.Connections);
    }

    [Fact]
    public async Task Every_order_has_a_connection_of_its_own_so_that_no_stale_one_can_make_it_leave_twice()
    {
        Server.Answer(200, Taken).CloseWithoutAnswer().Answer(200, Taken);

        Assert.IsType<SubmitAnswer.Accepted>(await Submit());
        Assert.IsType<SubmitAnswer.Unclear>(await Submit());
        Assert.IsType<SubmitAnswer.Accepted>(await Submit());

        Assert.Equal([1, 2, 3], Server.Requests.Select(r => r.Connection));
    }

    [Fact]
    public async Task A_kept_connection_that_was_closed_meanwhile_is_not_met_again()
    {
        Server.Raw($"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: {Taken.Length}\r\n\r\n{Taken}").Answer(200, Taken);

        Assert.IsType<SubmitAnswer.Accepted>(await Submit());
        Assert.IsType<SubmitAnswer.Accepted>(await Submit());

        Assert.Equal([1, 2], Server.Requests.Select(r => r.Connection));
    }

    [Fact]
    public async Task A_body_leaves_once()
    {
        using var body = new QwenBody("application/json", () => true, "{}"u8.ToArray());
        using var first = new MemoryStream();
        using var second = new MemoryStream();

        await body.CopyToAsync(first, TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<HttpRequestException>(() => body.CopyToAsync(second, TestContext.Current.CancellationToken));

        Assert.Equal((2, 0), (first.Length, second.Length));
    }

    [Fact]
    public async Task Logs_name_the_outcome_and_keep_the_secrets()
    {
        var log = new LogLines();
        Log = log;
        Build();
        Server.Answer(400, $$"""{"code":"InvalidParameter","message":"pier https://x.example/y?Signature=s3cret {{Key}}"}""");

        await Submit();

        var line = Assert.Single(log.Lines);
        Assert.EndsWith("/api/v1/services/aigc/video-generation/video-synthesis: refused (InvalidParameter)", line, StringComparison.Ordinal);
        Assert.DoesNotContain("pier", line, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", line, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silence_is_unclear_after_the_time_limit()
    {
        Server.NeverAnswer();

        var submit = Submit();
        await Server.NextRequestAsync();
        Clock.Advance(Options.RequestTimeout);

        Assert.Equal("provider_timeout", Assert.IsType<SubmitAnswer.Unclear>(await submit).Problem.Code);
        Assert.Single(Server.Requests);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        Server.Answer(307, "", $"Location: {Server.Origin}/elsewhere").Answer(200, Taken);

        Assert.Equal("http_307", Assert.IsType<SubmitAnswer.Unclear>(await Submit()).Problem.Code);
        Assert.Single(Server.Requests);
    }

    [Theory]
    [InlineData(500, """{"code":"InternalError","message":"oops","request_id":"1"}""", "InternalError")]
    [InlineData(503, """{"code":"Arrearage","message":"oops"}""", "Arrearage")]
    [InlineData(503, """{"code":"Throttling","message":"oops"}""", "Throttling")]
    [InlineData(502, "<html><body>Bad Gateway</body></html>", "http_502")]
    [InlineData(504, "", "http_504")]
    [InlineData(408, """{"code":"RequestTimeOut","message":"late"}""", "RequestTimeOut")]
    [InlineData(425, "", "http_425")]
    [InlineData(499, "<html>", "http_499")]
    [InlineData(302, "", "http_302")]
    [InlineData(200, "", "provider_unreadable")]
    [InlineData(200, "<html>Welcome to the hotel</html>", "provider_unreadable")]
    [InlineData(200, """{"output":{"task_status":"PENDING","task_id":"7d0c""", "provider_unreadable")]
    [InlineData(200, """{"output":{"task_status":"PENDING"}}""", "provider_unreadable")]
    [InlineData(200, """{"output":{"task_id":""}}""", "provider_unreadable")]
    [InlineData(200, """{"output":{"task_id":".."}}""", "provider_unreadable")]
    [InlineData(200, """{"output":{"task_id":{"id":"x"}}}""", "provider_unreadable")]
    [InlineData(200, """{"output":{"task_id":"\ud800"}}""", "provider_unreadable")]
    [InlineData(200, """{"output":"PENDING"}""", "provider_unreadable")]
    [InlineData(200, """[1]""", "provider_unreadable")]
    [InlineData(200, "null", "provider_unreadable")]
    [InlineData(200, """{"code":"InvalidParameter","message":"no"}""", "InvalidParameter")]
    [InlineData(400, """{"code":"InvalidParameter","output":{"task_id":"7d0c"}}""", "InvalidParameter")]
    public async Task What_may_have_been_taken_is_unclear(int status, string body, string code)
    {
        Server.Answer(status, body);

        Assert.Equal(code, Assert.IsType<SubmitAnswer.Unclear>(await Submit()).Problem.Code);
        Assert.Single(Server.Requests);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_unclear()
    {
        Server.Raw("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + Taken);

        Assert.IsType<SubmitAnswer.Unclear>(await Submit());
    }

    [Fact]
    public async Task Bytes_that_are_no_http_are_unclear()
    {
        Server.Raw("SSH-2.0-OpenSSH_9.6\r\n");

        Assert.IsType<SubmitAnswer.Unclear>(await Submit());
    }

    [Fact]
    public async Task Broken_compression_is_unclear()
    {
        Server.Answer(200, Taken, "Content-Encoding: gzip");

        Assert.IsType<SubmitAnswer.Unclear>(await Submit());
    }

    [Fact]
    public async Task An_answer_beyond_a_mebibyte_is_unclear()
    {
        Server.Answer(200, new string(' ', 1024 * 1024) + Taken);

        Assert.Equal("provider_unreadable", Assert.IsType<SubmitAnswer.Unclear>(await Submit()).Problem.Code);
    }

    [Theory]
    [InlineData("""{"output":{"task_id":42}}""", "42")]
    [InlineData("""{"usage":[],"request_id":7,"output":{"extra":null,"task_id":"7d0c"}}""", "7d0c")]
    public async Task A_readable_task_id_is_accepted_whatever_surrounds_it(string body, string id)
    {
        Server.Answer(202, body, "Content-Type: text/plain; charset=\"nonsense\"");

        Assert.Equal(id, Assert.IsType<SubmitAnswer.Accepted>(await Submit()).Task.Id);
    }

    [Fact]
    public async Task Compressed_answers_and_other_charsets_are_read()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(Encoding.Unicode.GetBytes("\uFEFF" + Taken));
        Server.Answer(200, packed.ToArray(), "Content-Encoding: gzip", "Content-Type: application/json;charset=UTF-16");

        Assert.Equal(TaskId, Assert.IsType<SubmitAnswer.Accepted>(await Submit()).Task.Id);
    }

    [Theory]
    [InlineData(400, "Arrearage")]
    [InlineData(401, "InvalidApiKey")]
    [InlineData(401, "SomethingNew")]
    [InlineData(403, "AccessDenied.Unpurchased")]
    [InlineData(403, "Workspace.AccessDenied")]
    [InlineData(403, "AllocationQuota.FreeTierOnly")]
    [InlineData(404, "WorkSpaceNotFound")]
    [InlineData(429, "CommodityNotPurchased")]
    [InlineData(429, "PrepaidBillOverdue")]
    [InlineData(429, "PostpaidBillOverdue")]
    public async Task What_is_wrong_with_the_account_blocks(int status, string code)
    {
        Server.Answer(status, $$"""{"code":"{{code}}","message":"No.","request_id":"1"}""");

        Assert.Equal(new SubmitAnswer.Blocked(new Problem(code, "No.")), await Submit());
    }

    [Theory]
    [InlineData(400, "InvalidParameter")]
    [InlineData(400, "InvalidParameter.DataInspection")]
    [InlineData(400, "DataInspectionFailed")]
    [InlineData(400, "InvalidURL.Timeout")]
    [InlineData(400, "BadRequest.InputDownloadFailed")]
    [InlineData(403, "AccessDenied")]
    [InlineData(403, "Model.AccessDenied")]
    [InlineData(404, "ModelNotFound")]
    [InlineData(422, "NeverHeardOf")]
    public async Task An_explicit_no_to_this_request_is_a_refusal(int status, string code)
    {
        Server.Answer(status, $$"""{"code":"{{code}}","message":"No.","request_id":"1"}""");

        Assert.Equal(new SubmitAnswer.Refused(new Problem(code, "No.")), await Submit());
    }

    [Theory]
    [InlineData(403, "<html>Forbidden</html>")]
    [InlineData(413, "")]
    [InlineData(404, "{\"code\":")]
    public async Task A_refusal_without_words_is_named_after_its_status(int status, string body)
    {
        Server.Answer(status, body);

        Assert.Equal($"http_{status}", Assert.IsType<SubmitAnswer.Refused>(await Submit()).Problem.Code);
    }

    [Fact]
    public async Task A_missing_key_blocks_without_a_call()
    {
        Options.ApiKey = " ";

        Assert.Equal("api_key_missing", Assert.IsType<SubmitAnswer.Blocked>(await Submit()).Problem.Code);
        Assert.Equal(0, Server.Connections);
    }

    [Theory]
    [InlineData("Throttling", null, null)]
    [InlineData("Throttling.RateQuota", "Retry-After: 7", 7)]
    [InlineData("Throttling.BurstRate", "Retry-After: Fri, 02 Oct 2026 03:08:28 GMT", 60)]
    [InlineData("Throttling.RateQuota", "Retry-After: Fri, 02 Oct 2026 03:00:00 GMT", 0)]
    [InlineData("Throttling.RateQuota", "Retry-After: soon", null)]
    [InlineData("Throttling.RateQuota", "Retry-After: 99999999999999999999", 3600)]
    [InlineData("Throttling.AllocationQuota", null, 300)]
    [InlineData("NeverHeardOf", null, null)]
    public async Task Too_many_requests_throttle(string code, string? header, int? seconds)
    {
        Server.Answer(429, $$"""{"code":"{{code}}","message":"Slow down."}""", header is null ? [] : [header]);

        Assert.Equal(new SubmitAnswer.Throttled(new Problem(code, "Slow down."), seconds is { } s ? TimeSpan.FromSeconds(s) : null), await Submit());
    }

    [Fact]
    public async Task Too_many_requests_without_words_throttle_too()
    {
        Server.Answer(429, "<html>");

        Assert.Equal("http_429", Assert.IsType<SubmitAnswer.Throttled>(await Submit()).Problem.Code);
    }

    [Fact]
    public async Task A_refusal_never_shows_a_key_a_signature_or_the_picture()
    {
        Server.Answer(400, $$"""
            {"code":"Invalid\nParameter","message":"Cannot fetch\r\n https://me:pw@b.oss.example/x.png?Expires=1&Signature=s3cret with {{Key}} or sk-another-key-1 and data:image/png;base64,AAAA {{new string('x', 2000)}}"}
            """);

        var problem = Assert.IsType<SubmitAnswer.Refused>(await Submit()).Problem;

        Assert.Equal("InvalidParameter", problem.Code);
        Assert.StartsWith("Cannot fetch   https://b.oss.example/x.png?… with *** or *** and data:… xxx", problem.Message, StringComparison.Ordinal);
        Assert.Equal(500, problem.Message.Length);
    }

    /// <summary>Remembers the largest block that was asked for, and may claim to be longer than it is.</summary>
    private sealed class BlockWatch(byte[] bytes) : MemoryStream(bytes)
    {
        public int Largest { get; private set; }

        public long? Claims { get; init; }

        public override long Length => Claims ?? base.Length;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Largest = Math.Max(Largest, buffer.Length);
            return base.ReadAsync(buffer, cancellationToken);
        }
    }
}
