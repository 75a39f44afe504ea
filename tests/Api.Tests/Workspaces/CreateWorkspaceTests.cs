using System.Net;
using System.Net.Sockets;
using System.Text;
using VideoPlatform.Api.Tests.Hosting;
using VideoPlatform.Testing.Files;

namespace VideoPlatform.Api.Tests.Workspaces;

public sealed class AService : IAsyncLifetime
{
    public PlatformHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Host = await PlatformHost.StartAsync(p => p.Settings["Uploads:MaxBytes"] = "500000");

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}

/// <summary><c>POST /api/workspaces</c>. After each refusal the folder is as it was.</summary>
public sealed class CreateWorkspaceTests(AService service) : IClassFixture<AService>
{
    private PlatformHost Host => service.Host;

    public static TheoryData<string, string, string> Formats => new()
    {
        { "png", "image/png", "png" }, { "jpeg", "image/jpeg", "jpg" }, { "webp", "image/webp", "webp" }, { "bmp", "image/bmp", "bmp" },
    };

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Each_format_is_known_by_its_bytes_whatever_its_name(string format, string type, string ending)
    {
        var bytes = format switch { "png" => Pictures.Png(), "jpeg" => Pictures.Jpeg(), "webp" => Pictures.Webp(), _ => SamplePicture.Bmp(320, 240) };

        var created = await Host.SendAsync(HttpMethod.Post, "/api/workspaces", Form(("image", bytes, "strange.exe")));

        Assert.Equal(HttpStatusCode.Created, created.Status);
        var image = created.Json["image"]!;
        Assert.Equal(type, image["content_type"]!.GetValue<string>());
        Assert.EndsWith("." + ending, image["url"]!.GetValue<string>(), StringComparison.Ordinal);
        var served = await Host.GetAsync(image["url"]!.GetValue<string>());
        Assert.Equal(type, served.Header("Content-Type"));
        Assert.Equal(bytes, served.Bytes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_name_may_stand_before_or_behind_the_picture(bool before)
    {
        (string, byte[], string?) image = ("image", Pictures.Png(), "a.png"), name = ("name", "纸船 ⛵"u8.ToArray(), null);

        var created = await Host.SendAsync(HttpMethod.Post, "/api/workspaces", before ? Form(name, image) : Form(image, name));

        Assert.Equal("纸船 ⛵", created.Json["name"]!.GetValue<string>());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("   ")]
    public async Task Without_a_name_it_has_none(string? name) => Assert.Null((await Host.UploadAsync(Pictures.Png(), name)).Json["name"]);

    [Fact]
    public async Task A_name_has_up_to_two_hundred_characters() =>
        Assert.Equal(200, (await Host.UploadAsync(Pictures.Png(), new string('é', 200))).Json["name"]!.GetValue<string>().Length);

    [Fact]
    public async Task A_name_that_is_too_long_or_has_control_characters_or_is_no_text_is_refused()
    {
        await RefusedAsync(Form(("image", Pictures.Png(), "a.png"), ("name", Encoding.UTF8.GetBytes(new string('x', 201)), null)), 400, "validation_failed", "name");
        await RefusedAsync(Form(("image", Pictures.Png(), "a.png"), ("name", new byte[100_000], null)), 400, "validation_failed", "name");
        await RefusedAsync(Form(("name", "a\u0007b"u8.ToArray(), null), ("image", Pictures.Png(), "a.png")), 400, "validation_failed", "name");
        await RefusedAsync(Form(("image", Pictures.Png(), "a.png"), ("name", [0xff, 0xfe], null)), 400, "validation_failed", "name");
    }

    [Fact]
    public async Task Fields_that_come_twice_or_are_unknown_are_refused()
    {
        await RefusedAsync(Form(("image", Pictures.Png(), "a.png"), ("image", Pictures.Png(), "b.png")), 400, "validation_failed", "image");
        await RefusedAsync(Form(("name", "a"u8.ToArray(), null), ("name", "b"u8.ToArray(), null), ("image", Pictures.Png(), "a.png")), 400, "validation_failed", "name");
        await RefusedAsync(Form(("image", Pictures.Png(), "a.png"), ("colour", "red"u8.ToArray(), null)), 400, "validation_failed", "colour");
    }

    [Fact]
    public async Task Without_a_picture_there_is_no_workspace()
    {
        await RefusedAsync(Form(("name", "a"u8.ToArray(), null)), 400, "validation_failed", "image");
        await RefusedAsync(Form(("image", [], "a.png")), 400, "validation_failed", "image");
        await RefusedAsync(Form(), 400, "validation_failed", "form");   // one part without a name
    }

    [Fact]
    public async Task What_is_no_whole_picture_of_a_size_that_can_be_taken_is_unsupported()
    {
        var damaged = Pictures.Png();
        for (var i = damaged.Length / 2; i < (damaged.Length / 2) + 8; i++) damaged[i] ^= 0x5a;

        await RefusedAsync(Form(("image", "just some text, long enough to be looked at"u8.ToArray(), "a.png")), 415, "unsupported_image");
        await RefusedAsync(Form(("image", Pictures.Png()[..^40], "a.png")), 415, "unsupported_image");
        await RefusedAsync(Form(("image", damaged, "a.png")), 415, "unsupported_image");
        await RefusedAsync(Form(("image", SamplePicture.PngBomb(50_000, 50_000), "a.png")), 415, "unsupported_image");
        await RefusedAsync(Form(("image", SamplePicture.Png(239, 240), "a.png")), 415, "unsupported_image");
        await RefusedAsync(Form(("image", "GIF89a"u8.ToArray(), "a.gif")), 415, "unsupported_image");
        await RefusedAsync(Form(("image", "<svg xmlns='http://www.w3.org/2000/svg' width='300' height='300'/>"u8.ToArray(), "a.svg")), 415, "unsupported_image");
    }

    [Fact]
    public async Task A_picture_that_is_too_large_is_refused_before_all_of_it_came()
    {
        // It declares twelve million bytes and never sends the most of them.
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(Host.Address.Host, Host.Address.Port, TestContext.Current.CancellationToken);
        await using var stream = client.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"POST /api/workspaces HTTP/1.1\r\nHost: {Host.Address.Authority}\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 12000000\r\n\r\n--b\r\n"), TestContext.Current.CancellationToken);

        var (status, body) = await RawHttp.ReadAnswerAsync(stream);

        Assert.Equal(413, status);
        Assert.Contains("\"code\":\"image_too_large\"", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_picture_of_undeclared_length_is_refused_with_the_first_byte_too_many()
    {
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(Host.Address.Host, Host.Address.Port, TestContext.Current.CancellationToken);
        await using var stream = client.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"POST /api/workspaces HTTP/1.1\r\nHost: {Host.Address.Authority}\r\nContent-Type: multipart/form-data; boundary=b\r\nTransfer-Encoding: chunked\r\n\r\n"
                + $"5d\r\n--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\nX-Padding: 123456789\r\n\r\n\r\n{600_000:x}\r\n"), TestContext.Current.CancellationToken);
        await stream.WriteAsync(new byte[600_000], TestContext.Current.CancellationToken);

        var (status, body) = await RawHttp.ReadAnswerAsync(stream);   // the chunk has not even ended

        Assert.Equal(413, status);
        Assert.Contains("\"code\":\"image_too_large\"", body, StringComparison.Ordinal);
        await PlatformHost.EventuallyAsync(() => !Host.StoredFiles().Any(f => f.EndsWith(".part", StringComparison.Ordinal)), "A part is left.");
    }

    [Theory]
    [InlineData(600_000)]
    [InlineData(3_000_000)]
    public async Task The_refusal_reaches_a_client_that_goes_on_sending(int size)
    {
        var answer = await Host.SendAsync(HttpMethod.Post, "/api/workspaces", Form(("image", new byte[size], "a.png")));

        answer.IsProblem(413, "image_too_large");
    }

    [Theory]
    [InlineData("application/json", "{}")]
    [InlineData("text/plain", "x")]
    [InlineData("application/x-www-form-urlencoded", "image=x")]
    [InlineData("multipart/form-data", "--b")]
    [InlineData("multipart/form-data; boundary=\"\"", "--b")]
    public async Task What_is_no_form_with_a_boundary_is_not_valid(string type, string body)
    {
        var content = new ByteArrayContent(Encoding.ASCII.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", type);

        (await Host.SendAsync(HttpMethod.Post, "/api/workspaces", content)).IsProblem(400, "validation_failed");
    }

    [Fact]
    public async Task A_call_without_any_body_is_not_valid() => (await Host.PostAsync("/api/workspaces")).IsProblem(400, "validation_failed");

    [Theory]
    [InlineData("--c\r\nContent-Disposition: form-data; name=\"image\"\r\n\r\nx\r\n--c--\r\n")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n\r\nno end")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n")]
    [InlineData("--b\r\nno header at all\r\n\r\nx\r\n--b--\r\n")]
    [InlineData("--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n")]
    [InlineData("--b\r\nContent-Disposition: rubbish rubbish; name=\"image\r\n\r\nx\r\n--b--\r\n")]
    [InlineData("")]
    public async Task A_form_that_is_broken_is_not_valid(string body)
    {
        var content = new ByteArrayContent(Encoding.ASCII.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=b");
        var before = Host.StoredFiles();

        (await Host.SendAsync(HttpMethod.Post, "/api/workspaces", content)).IsProblem(400, "validation_failed");

        Assert.Empty(Host.StoredFiles().Except(before, StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_client_that_breaks_off_leaves_nothing()
    {
        var before = Host.StoredFiles();

        await RawHttp.SendAsync(
            Host,
            $"POST /api/workspaces HTTP/1.1\r\nHost: {Host.Address.Authority}\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 90000\r\n\r\n--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n\r\n",
            Pictures.Png(), leaveAfter: true);

        await PlatformHost.EventuallyAsync(() => !Host.StoredFiles().Except(before, StringComparer.Ordinal).Any(), "Something is left.");
    }

    [Fact]
    public async Task A_client_that_is_torn_off_behind_the_picture_leaves_none()
    {
        var before = Host.StoredFiles();
        using (var client = new TcpClient { NoDelay = true, LingerState = new LingerOption(enable: true, seconds: 0) })
        {
            await client.ConnectAsync(Host.Address.Host, Host.Address.Port, TestContext.Current.CancellationToken);
            var stream = client.GetStream();
            await stream.WriteAsync(
                Encoding.ASCII.GetBytes(
                    $"POST /api/workspaces HTTP/1.1\r\nHost: {Host.Address.Authority}\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 90000\r\n\r\n"
                    + "--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n\r\n"), TestContext.Current.CancellationToken);
            await stream.WriteAsync(Pictures.Png(), TestContext.Current.CancellationToken);
            await stream.WriteAsync("\r\n--b\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
            await PlatformHost.EventuallyAsync(() => Host.StoredFiles().Except(before, StringComparer.Ordinal).Any(f => f.EndsWith(".png", StringComparison.Ordinal)), "The picture did not come.");
        }

        await PlatformHost.EventuallyAsync(() => !Host.StoredFiles().Except(before, StringComparer.Ordinal).Any(), "The picture is left.");
    }

    [Fact]
    public async Task Without_room_on_the_disk_nothing_new_is_begun()
    {
        await using var full = await PlatformHost.StartAsync(p => p.Settings["Storage:MinFreeBytes"] = long.MaxValue.ToString(System.Globalization.CultureInfo.InvariantCulture));

        (await full.UploadAsync(Pictures.Png())).IsProblem(507, "storage_full");

        Assert.Empty(full.StoredFiles());
        Assert.Equal("degraded", (await full.GetAsync("/health/ready")).Json["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_storage_that_is_gone_is_not_the_callers_fault()
    {
        await using var host = await PlatformHost.StartAsync();
        File.Delete(Path.Combine(host.Root, ".videoplatform"));

        (await host.UploadAsync(Pictures.Png())).IsProblem(503, "storage_gone");

        Assert.Empty(host.StoredFiles());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await host.GetAsync("/health/ready")).Status);
    }

    private async Task RefusedAsync(MultipartFormDataContent form, int status, string code, string? field = null)
    {
        var before = Host.StoredFiles();
        var count = (await Host.GetAsync("/api/workspaces?limit=200")).Json["items"]!.AsArray().Count;

        (await Host.SendAsync(HttpMethod.Post, "/api/workspaces", form)).IsProblem(status, code, field);

        Assert.Equal(before, Host.StoredFiles());
        Assert.Equal(count, (await Host.GetAsync("/api/workspaces?limit=200")).Json["items"]!.AsArray().Count);
    }

    private static MultipartFormDataContent Form(params (string Field, byte[] Bytes, string? FileName)[] parts)
    {
        var form = new MultipartFormDataContent();
        foreach (var (field, bytes, fileName) in parts)
        {
            if (fileName is null) form.Add(new ByteArrayContent(bytes), field);
            else form.Add(new ByteArrayContent(bytes), field, fileName);
        }

        return form;
    }
}
