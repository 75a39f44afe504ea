using System.Net;
using System.Text;
using VideoPlatform.Api.Tests.Hosting;
using VideoPlatform.Testing.Files;

namespace VideoPlatform.Api.Tests.Http;

public sealed class BadInputTests
{
    public static TheoryData<string, byte[], int, string> BadPictures => new()
    {
        { "empty", [], 400, "validation_failed" },
        { "text", Encoding.UTF8.GetBytes("not a picture at all"), 415, "unsupported_image" },
        { "truncated", Pictures.Png()[..^40], 415, "unsupported_image" },
        { "bomb", SamplePicture.PngBomb(60_000, 60_000), 415, "unsupported_image" },
        { "too small", Pictures.Png(239, 240), 415, "unsupported_image" },
        { "too many bytes", new byte[200_000], 413, "image_too_large" },
    };

    [Theory]
    [MemberData(nameof(BadPictures))]
    public async Task A_bad_picture_gets_its_code_and_leaves_nothing(string what, byte[] picture, int status, string code)
    {
        await using var host = await PlatformHost.StartAsync(plan => plan.Settings["Uploads:MaxBytes"] = "100000");

        var answer = await host.UploadAsync(picture);

        answer.IsProblem(status, code);
        Assert.True(host.StoredFiles().Length == 0, what);
    }

    [Theory]
    [InlineData("""{"prompt": ""}""", "prompt")]
    [InlineData("""{}""", "prompt")]
    [InlineData("""{"prompt": "a", "model": "nope"}""", "model")]
    [InlineData("""{"prompt": "a", "resolution": "8K"}""", "resolution")]
    [InlineData("""{"prompt": "a", "duration": 99}""", "duration")]
    [InlineData("""{"prompt": "a", "seed": -1}""", "seed")]
    [InlineData("""{"prompt": "a", "duration": "5"}""", "duration")]
    [InlineData("""{"prompt": "a", "surprise": 1}""", "surprise")]
    [InlineData("""{"prompt": "a" """, null)]
    [InlineData("null", "body")]
    public async Task A_request_out_of_the_catalogue_is_refused_by_field(string json, string? field)
    {
        await using var host = await PlatformHost.StartAsync();
        var id = await host.GivenWorkspaceAsync();

        (await host.AskAsync(id, json)).IsProblem(400, "validation_failed", field);

        Assert.Equal(0, host.Provider.Counters.Submits);
    }

    [Fact]
    public async Task A_prompt_over_the_limit_is_refused_before_it_is_cut_and_billed()
    {
        await using var host = await PlatformHost.StartAsync();
        var id = await host.GivenWorkspaceAsync();

        (await host.AskAsync(id, $$"""{"prompt": "{{new string('a', 1501)}}"}""")).IsProblem(400, "validation_failed", "prompt");
    }

    [Fact]
    public async Task A_picture_with_an_alpha_channel_is_refused_for_the_models_that_refuse_it()
    {
        await using var host = await PlatformHost.StartAsync();
        var id = await host.GivenWorkspaceAsync(picture: Pictures.PngWithAlpha());

        (await host.AskAsync(id)).IsProblem(415, "unsupported_image");
    }

    [Theory]
    [InlineData("GET", "/api/workspaces/xyz", 400, "validation_failed")]
    [InlineData("GET", "/api/workspaces/6b04d8e739b07e0ddaf438fd", 404, "not_found")]
    [InlineData("GET", "/api/workspaces?limit=0", 400, "validation_failed")]
    [InlineData("GET", "/api/workspaces?limit=many", 400, "validation_failed")]
    [InlineData("GET", "/api/workspaces?status=strange", 400, "validation_failed")]
    [InlineData("GET", "/api/workspaces?cursor=strange", 400, "validation_failed")]
    [InlineData("GET", "/uploads/..%2Fdata%2Frecords.db", 404, "not_found")]
    [InlineData("GET", "/uploads/videos%2F..%2F..%2Frecords.db", 404, "not_found")]
    [InlineData("GET", "/uploads/.videoplatform", 404, "not_found")]
    [InlineData("GET", "/uploads/videos/", 404, "not_found")]
    [InlineData("GET", "/nothing/here", 404, "not_found")]
    [InlineData("PUT", "/api/workspaces", 405, "method_not_allowed")]
    [InlineData("GET", "/ws", 400, "validation_failed")]
    public async Task A_hostile_or_mistaken_address_gets_its_code(string method, string path, int status, string code)
    {
        await using var host = await PlatformHost.StartAsync();

        (await host.SendAsync(new HttpMethod(method), path, null)).IsProblem(status, code);
    }

    [Fact]
    public async Task Sidecars_are_not_served()
    {
        await using var host = await PlatformHost.StartAsync();
        var id = await host.GivenVideoAsync();
        var url = (string)(await host.GetAsync($"/api/workspaces/{id}")).Json["video"]!["url"]!;

        (await host.GetAsync(url + ".json")).IsProblem(404, "not_found");
    }

    [Fact]
    public async Task A_link_in_the_storage_leads_nowhere()
    {
        await using var host = await PlatformHost.StartAsync();
        var secret = Path.Combine(host.Folder, "secret.png");
        await File.WriteAllBytesAsync(secret, Pictures.Png());
        File.CreateSymbolicLink(Path.Combine(host.Root, "1700000000000-abcdefgh.png"), secret);

        (await host.GetAsync("/uploads/1700000000000-abcdefgh.png")).IsProblem(404, "not_found");
    }

    [Fact]
    public async Task A_form_without_a_picture_or_with_strange_fields_is_refused()
    {
        await using var host = await PlatformHost.StartAsync();

        (await host.SendAsync(HttpMethod.Post, "/api/workspaces", new MultipartFormDataContent { { new StringContent("x"), "name" } })).IsProblem(400, "validation_failed", "image");
        (await host.SendAsync(HttpMethod.Post, "/api/workspaces", new StringContent("x"))).IsProblem(400, "validation_failed", "body");
        var strange = new MultipartFormDataContent { { new ByteArrayContent(Pictures.Png()), "image", "a.png" }, { new StringContent("x"), "surprise" } };
        (await host.SendAsync(HttpMethod.Post, "/api/workspaces", strange)).IsProblem(400, "validation_failed", "surprise");
        (await host.UploadAsync(Pictures.Png(), new string('n', 201))).IsProblem(400, "validation_failed", "name");
        (await host.UploadAsync(Pictures.Png(), null, ("Idempotency-Key", new string('k', 256)))).IsProblem(400, "validation_failed");
        Assert.Empty(host.StoredFiles());
    }

    [Fact]
    public async Task A_page_of_another_site_may_not_write()
    {
        await using var host = await PlatformHost.StartAsync();

        (await host.UploadAsync(Pictures.Png(), null, ("Sec-Fetch-Site", "cross-site"))).IsProblem(403, "forbidden");
    }

    [Fact]
    public async Task With_keys_a_role_opens_what_it_reaches()
    {
        // SHA-256 of "look" and of "make".
        await using var host = await PlatformHost.StartAsync(plan =>
        {
            plan.Settings["Auth:ApiKeys:0:Name"] = "looker";
            plan.Settings["Auth:ApiKeys:0:Sha256"] = Sha256("look");
            plan.Settings["Auth:ApiKeys:0:Role"] = "reader";
            plan.Settings["Auth:ApiKeys:1:Name"] = "maker";
            plan.Settings["Auth:ApiKeys:1:Sha256"] = Sha256("make");
            plan.Settings["Auth:ApiKeys:1:Role"] = "editor";
        });

        (await host.GetAsync("/api/workspaces")).IsProblem(401, "unauthenticated");
        (await host.GetAsync("/api/workspaces", ("Authorization", "Bearer wrong"))).IsProblem(401, "unauthenticated");
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/api/workspaces", ("Authorization", "Bearer look"))).Status);
        (await host.UploadAsync(Pictures.Png(), null, ("Authorization", "Bearer look"))).IsProblem(403, "forbidden");
        Assert.Equal(HttpStatusCode.Created, (await host.UploadAsync(Pictures.Png(), null, ("Authorization", "Bearer make"))).Status);
        (await host.GetAsync("/uploads/" + host.StoredFiles().Single(f => f.EndsWith(".png", StringComparison.Ordinal)))).IsProblem(401, "unauthenticated");
        var session = await host.PostAsync("/api/session", """{"key": "look"}""");
        var cookie = session.Header("Set-Cookie")!.Split(';')[0];
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/api/workspaces", ("Cookie", cookie))).Status);
    }

    private static string Sha256(string key) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
