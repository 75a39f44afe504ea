using System.Text;
using VideoPlatform.Application.Videos;
using VideoPlatform.Infrastructure.Qwen;

namespace VideoPlatform.Infrastructure.Tests.Qwen;

public sealed class HandOverTests : QwenTest
{
    private Task<PictureHandover> HandOver(byte[]? bytes = null, string model = "wan2.6-i2v-flash") =>
        Provider.HandOverAsync(APicture(bytes ?? Large()), Model(model), TestContext.Current.CancellationToken);

    private static byte[] Large()
    {
        var bytes = new byte[7_000_000];
        new Random(7).NextBytes(bytes);
        return bytes;
    }

    private ProviderServer Policy(string? body = null) => Server.Answer(200, body ?? PolicyBody());

    private string PolicyBody() => Exchange.Load("upload-policy").AnswerBody.Replace("{origin}", Server.Origin, StringComparison.Ordinal);

    [Fact]
    public async Task A_small_picture_goes_inline_without_a_call()
    {
        var ready = Assert.IsType<PictureHandover.Ready>(await HandOver(new byte[6_999_999]));

        Assert.Null(ready.Url);
        Assert.Equal(0, Server.Connections);
    }

    [Fact]
    public async Task A_large_picture_is_uploaded_with_the_fields_in_order_and_the_file_last()
    {
        Policy().Answer(200, "");

        var ready = Assert.IsType<PictureHandover.Ready>(await HandOver());

        Exchange.Load("upload-policy").AssertSent(Server.Requests[0]);
        var upload = Server.Requests[1];
        Assert.Equal(("POST", "/"), (upload.Method, upload.Target));
        Assert.Equal(["Accept-Encoding", "Content-Length", "Content-Type", "Host"], upload.Headers.Keys.Order(StringComparer.Ordinal));
        var boundary = upload.Headers["Content-Type"]["multipart/form-data; boundary=".Length..];
        var key = ready.Url!["oss://".Length..];
        Assert.Matches("^dashscope-instant/52af/2026-10-02/b744/[0-9a-f]{32}\\.png$", key);
        var head = $"""
            --{boundary}
            Content-Disposition: form-data; name="OSSAccessKeyId"

            LTAIexample
            --{boundary}
            Content-Disposition: form-data; name="Signature"

            c2lnbmF0dXJl
            --{boundary}
            Content-Disposition: form-data; name="policy"

            cG9saWN5
            --{boundary}
            Content-Disposition: form-data; name="key"

            {key}
            --{boundary}
            Content-Disposition: form-data; name="x-oss-object-acl"

            private
            --{boundary}
            Content-Disposition: form-data; name="x-oss-forbid-overwrite"

            true
            --{boundary}
            Content-Disposition: form-data; name="success_action_status"

            200
            --{boundary}
            Content-Disposition: form-data; name="x-oss-content-type"

            image/png
            --{boundary}
            Content-Disposition: form-data; name="file"; filename="{key[(key.LastIndexOf('/') + 1)..]}"
            Content-Type: image/png


            """.ReplaceLineEndings("\r\n");
        Assert.Equal(head, Encoding.UTF8.GetString(upload.Body, 0, head.Length));
        Assert.True(upload.Body.AsSpan(head.Length, 7_000_000).SequenceEqual(Large()));
        Assert.Equal($"\r\n--{boundary}--\r\n", Encoding.UTF8.GetString(upload.Body.AsSpan(head.Length + 7_000_000)));
    }

    [Fact]
    public async Task A_credential_serves_several_files_of_one_model_while_it_is_valid()
    {
        Policy().Answer(200, "").Answer(200, "");

        var first = Assert.IsType<PictureHandover.Ready>(await HandOver());
        var second = Assert.IsType<PictureHandover.Ready>(await HandOver());

        Assert.NotEqual(first.Url, second.Url);
        Assert.Equal(["GET", "POST", "POST"], Server.Requests.Select(r => r.Method));
    }

    [Fact]
    public async Task A_credential_is_for_one_model_and_for_a_while()
    {
        Policy().Answer(200, "");
        Policy().Answer(200, "");
        Policy().Answer(200, "");

        await HandOver();
        await HandOver(model: "wan2.6-i2v");
        Clock.Advance(TimeSpan.FromMinutes(5));
        await HandOver();

        Assert.Equal(["GET", "POST", "GET", "POST", "GET", "POST"], Server.Requests.Select(r => r.Method));
    }

    [Fact]
    public async Task A_credential_that_is_refused_is_replaced_once()
    {
        const string expired = "<Error><Code>AccessDenied</Code><Message>Invalid according to Policy: Policy expired.</Message></Error>";
        Policy().Answer(403, expired);
        Policy().Answer(200, "");
        Assert.IsType<PictureHandover.Ready>(await HandOver());

        Server.Answer(403, expired);
        Policy().Answer(403, expired);
        Assert.Equal("http_403", Assert.IsType<PictureHandover.Unavailable>(await HandOver()).Problem.Code);

        Assert.Equal(["GET", "POST", "GET", "POST", "POST", "GET", "POST"], Server.Requests.Select(r => r.Method));
    }

    [Fact]
    public async Task An_upload_is_given_up_only_after_silence()
    {
        Policy().NeverAnswer();

        var handover = HandOver();
        await Server.NextRequestAsync();
        await Server.NextRequestAsync();
        Clock.Advance(Options.RequestTimeout);

        Assert.Equal("provider_timeout", Assert.IsType<PictureHandover.Unavailable>(await handover).Problem.Code);
    }

    [Fact]
    public async Task A_picture_that_is_gone_is_impossible()
    {
        var picture = APicture();
        Pictures.Bytes = null;

        var answer = await Provider.HandOverAsync(picture, Model(), TestContext.Current.CancellationToken);

        Assert.Equal("picture_missing", Assert.IsType<PictureHandover.Impossible>(answer).Problem.Code);
    }

    [Fact]
    public async Task A_picture_that_cannot_be_read_is_tried_again()
    {
        Pictures.Opened = () => throw new UnauthorizedAccessException("/secret/path");

        var problem = Assert.IsType<PictureHandover.Unavailable>(await HandOver()).Problem;

        Assert.Equal("storage_failed", problem.Code);
        Assert.DoesNotContain("secret", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_picture_of_no_known_format_is_impossible()
    {
        var picture = APicture(new byte[100], contentType: null);

        var answer = await Provider.HandOverAsync(picture, Model(), TestContext.Current.CancellationToken);

        Assert.Equal("picture_unreadable", Assert.IsType<PictureHandover.Impossible>(answer).Problem.Code);
    }

    [Fact]
    public async Task A_picture_above_the_stores_limit_is_impossible()
    {
        Policy(PolicyBody().Replace("\"max_file_size_mb\":1024", "\"max_file_size_mb\":\"6\"", StringComparison.Ordinal));

        Assert.Equal("picture_too_large", Assert.IsType<PictureHandover.Impossible>(await HandOver()).Problem.Code);
    }

    [Theory]
    [InlineData("ftp://store.example")]
    [InlineData("https://me@store.example")]
    public async Task An_upload_goes_to_no_odd_address(string host)
    {
        Policy(PolicyBody().Replace(Server.Origin, host, StringComparison.Ordinal));

        Assert.Equal("upload_host_not_allowed", Assert.IsType<PictureHandover.Unavailable>(await HandOver()).Problem.Code);
    }

    [Fact]
    public void An_encrypted_provider_cannot_send_the_picture_over_plain_http()
    {
        Options.BaseUrl = "https://dashscope.aliyuncs.com/api/v1";

        Assert.False(QwenEndpoints.MayUploadTo(Options, new Uri("http://store.example")));
        Assert.True(QwenEndpoints.MayUploadTo(Options, new Uri("https://store.example")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("""{"data":{"policy":"x"}}""")]
    [InlineData("""{"data":[]}""")]
    public async Task A_credential_that_cannot_be_read_may_be_asked_for_again(string body)
    {
        Policy(body);

        Assert.Equal("provider_unreadable", Assert.IsType<PictureHandover.Unavailable>(await HandOver()).Problem.Code);
    }

    [Theory]
    [InlineData(401, "InvalidApiKey", typeof(PictureHandover.Blocked))]
    [InlineData(400, "Arrearage", typeof(PictureHandover.Blocked))]
    [InlineData(400, "InvalidParameter", typeof(PictureHandover.Impossible))]
    [InlineData(429, "Throttling", typeof(PictureHandover.Unavailable))]
    [InlineData(500, "InternalError", typeof(PictureHandover.Unavailable))]
    public async Task A_refused_credential_is_what_its_code_says(int status, string code, Type expected)
    {
        Server.Answer(status, $$"""{"code":"{{code}}","message":"No."}""");

        Assert.IsType(expected, await HandOver());
    }
}
