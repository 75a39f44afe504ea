using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using VideoPlatform.Api.Tests.Hosting;
using VideoPlatform.Api.Tests.Workspaces;
using VideoPlatform.Sandbox;
using VideoPlatform.Sandbox.Faults;
using VideoPlatform.Testing.Files;

namespace VideoPlatform.Api.Tests.Videos;

/// <summary><c>POST …/video</c>: what is refused costs nothing.</summary>
public sealed class RequestVideoTests(AService service) : IClassFixture<AService>
{
    private PlatformHost Host => service.Host;

    [Theory]
    [InlineData("""{}""", "prompt")]
    [InlineData("""{"prompt": null}""", "prompt")]
    [InlineData("""{"prompt": ""}""", "prompt")]
    [InlineData("""{"prompt": "  \n "}""", "prompt")]
    [InlineData("""{"prompt": 5}""", "prompt")]
    [InlineData("""{"prompt": "x", "model": "sora"}""", "model")]
    [InlineData("""{"prompt": "x", "model": "WAN2.6-i2v-flash"}""", "model")]
    [InlineData("""{"prompt": "x", "model": ""}""", "model")]
    [InlineData("""{"prompt": "x", "resolution": "4K"}""", "resolution")]
    [InlineData("""{"prompt": "x", "resolution": "480P"}""", "resolution")]
    [InlineData("""{"prompt": "x", "duration": 1}""", "duration")]
    [InlineData("""{"prompt": "x", "duration": 16}""", "duration")]
    [InlineData("""{"prompt": "x", "duration": 5.5}""", "duration")]
    [InlineData("""{"prompt": "x", "duration": "5"}""", "duration")]
    [InlineData("""{"prompt": "x", "duration": -1}""", "duration")]
    [InlineData("""{"prompt": "x", "seed": -1}""", "seed")]
    [InlineData("""{"prompt": "x", "seed": 2147483648}""", "seed")]
    [InlineData("""{"prompt": "x", "prompt_extend": "yes"}""", "prompt_extend")]
    [InlineData("""{"prompt": "x", "watermark": 1}""", "watermark")]
    [InlineData("""{"prompt": "x", "replace": "true"}""", "replace")]
    [InlineData("""{"prompt": "x", "colour": "red"}""", "colour")]
    [InlineData("""{"Prompt": "x"}""", "Prompt")]
    [InlineData("""{"prompt": "x", "prompt": "y"}""", "prompt")]
    [InlineData("""{"prompt": "x" """, "body")]
    [InlineData("""prompt""", "body")]
    [InlineData("""["prompt"]""", "body")]
    [InlineData("""null""", "body")]
    [InlineData("", "body")]
    [InlineData("""{"prompt": "x"} {"prompt": "y"}""", "body")]
    [InlineData("""{"prompt": "\ud800"}""", "prompt")]
    public async Task A_request_that_is_not_right_is_refused_by_its_field(string json, string field)
    {
        var id = await Host.GivenWorkspaceAsync();

        (await Host.AskAsync(id, json)).IsProblem(400, "validation_failed", field);

        Assert.Null((await Host.GetAsync($"/api/workspaces/{id}")).Json["video"]);
    }

    [Fact]
    public async Task Texts_may_be_as_long_as_the_model_takes_and_not_longer()
    {
        var id = await Host.GivenWorkspaceAsync();

        (await Host.AskAsync(id, Json(("prompt", new string('x', 1501))))).IsProblem(400, "validation_failed", "prompt");
        (await Host.AskAsync(id, Json(("prompt", "x"), ("negative_prompt", new string('x', 501))))).IsProblem(400, "validation_failed", "negative_prompt");
        (await Host.AskAsync(id, Json(("prompt", new string('船', 2501)), ("model", "happyhorse-1.1-i2v")))).IsProblem(400, "validation_failed", "prompt");
        Assert.Equal(HttpStatusCode.Accepted, (await Host.AskAsync(id, Json(("prompt", new string('x', 1500)), ("negative_prompt", new string('y', 500))))).Status);
    }

    [Fact]
    public async Task Several_mistakes_are_told_at_once()
    {
        var id = await Host.GivenWorkspaceAsync();

        var refused = await Host.AskAsync(id, """{"prompt": "", "duration": 99, "resolution": "8K", "seed": -3}""");

        Assert.Equal(["duration", "prompt", "resolution", "seed"], refused.IsProblem(400, "validation_failed").Json["errors"]!.AsObject().Select(e => e.Key).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("text/plain", "{\"prompt\": \"x\"}")]
    [InlineData("application/x-www-form-urlencoded", "prompt=x")]
    [InlineData("application/json; charset=klingon", "{\"prompt\": \"x\"}")]
    [InlineData("multipart/form-data; boundary=b", "--b--")]
    [InlineData("", "{\"prompt\": \"x\"}")]
    public async Task A_body_that_is_no_json_is_not_valid_rather_than_an_unsupported_picture(string type, string body)
    {
        var id = await Host.GivenWorkspaceAsync();
        var content = new ByteArrayContent(Encoding.ASCII.GetBytes(body));
        if (type.Length > 0) content.Headers.TryAddWithoutValidation("Content-Type", type);

        (await Host.SendAsync(HttpMethod.Post, $"/api/workspaces/{id}/video", content)).IsProblem(400, "validation_failed", "body");
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json; charset=UTF-8")]
    [InlineData("application/json;charset=\"utf-8\"")]
    public async Task Json_may_say_that_it_is_utf8_in_each_way(string type)
    {
        var id = await Host.GivenWorkspaceAsync();
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes("""{"prompt": "船"}"""));
        content.Headers.TryAddWithoutValidation("Content-Type", type);

        var asked = await Host.SendAsync(HttpMethod.Post, $"/api/workspaces/{id}/video", content);

        Assert.Equal((HttpStatusCode.Accepted, "船"), (asked.Status, asked.Json["prompt"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData(300_000)]
    [InlineData(3_000_000)]
    public async Task A_body_without_end_is_refused_and_the_refusal_arrives(int size)
    {
        var id = await Host.GivenWorkspaceAsync();

        (await Host.AskAsync(id, Json(("prompt", new string('x', size))))).IsProblem(400, "validation_failed", "body");
    }

    [Fact]
    public async Task A_body_that_breaks_off_orders_nothing()
    {
        var id = await Host.GivenWorkspaceAsync();

        await RawHttp.SendAsync(
            Host, $"POST /api/workspaces/{id}/video HTTP/1.1\r\nHost: {Host.Address.Authority}\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{{\"prompt\": \"x\"}}", leaveAfter: true);

        Assert.Null((await Host.GetAsync($"/api/workspaces/{id}")).Json["video"]);
    }

    [Fact]
    public async Task Pictures_that_the_provider_would_refuse_are_refused_before_money_is_spent()
    {
        var alpha = await Host.GivenWorkspaceAsync(picture: Pictures.PngWithAlpha());
        var wide = await Host.GivenWorkspaceAsync(picture: SamplePicture.Png(2400, 240));

        (await Host.AskAsync(alpha)).IsProblem(415, "unsupported_image");
        (await Host.AskAsync(wide, """{"prompt": "x", "model": "wan2.7-i2v"}""")).IsProblem(415, "unsupported_image");

        Assert.Null((await Host.GetAsync($"/api/workspaces/{alpha}")).Json["video"]);
    }

    [Fact]
    public async Task Everything_that_was_asked_for_is_on_record()
    {
        var id = await Host.GivenWorkspaceAsync();

        var asked = await Host.AskAsync(
            id, """{"prompt": "drift", "negative_prompt": "blur", "model": "wan3.0-video", "resolution": "480P", "duration": -1, "seed": -1, "prompt_extend": false, "watermark": true, "replace": false}""");

        Assert.Equal(HttpStatusCode.Accepted, asked.Status);
        var expected = JsonNode.Parse("""{"prompt": "drift", "negative_prompt": "blur", "model": "wan3.0-video", "resolution": "480P", "duration": -1, "seed": -1, "prompt_extend": false, "watermark": true}""")!.AsObject();
        Assert.All(expected, member => Assert.True(JsonNode.DeepEquals(member.Value, asked.Json[member.Key]), member.Key));
    }

    [Fact]
    public async Task Defaults_are_those_of_the_model_and_of_the_configuration()
    {
        await using var host = await PlatformHost.StartAsync(p => p.Settings["Qwen:Model"] = "wan2.2-i2v-flash");
        var id = await host.GivenWorkspaceAsync();

        var asked = (await host.AskAsync(id, """{"prompt": "x", "resolution": null, "seed": null}""")).Json;

        Assert.Equal(("wan2.2-i2v-flash", "720P", 5, true, false), (asked["model"]!.GetValue<string>(), asked["resolution"]!.GetValue<string>(), asked["duration"]!.GetValue<int>(), asked["prompt_extend"]!.GetValue<bool>(), asked["watermark"]!.GetValue<bool>()));
        Assert.Null(asked["seed"]);
        Assert.Equal("wan2.2-i2v-flash", (await host.GetAsync("/api/models")).Json["default"]!.GetValue<string>());
    }

    [Fact]
    public async Task While_one_is_under_way_there_is_no_other()
    {
        await using var host = await PlatformHost.StartAsync(p => p.RunningFor = TimeSpan.FromHours(1));
        var id = await host.GivenVideoAsync("processing");

        (await host.AskAsync(id)).IsProblem(409, "generation_in_progress");
        (await host.AskAsync(id, """{"prompt": "x", "replace": true}""")).IsProblem(409, "generation_in_progress");

        Assert.Equal(1, host.Provider.Counters.TasksCreated);
    }

    [Fact]
    public async Task A_replacement_keeps_the_old_video_until_the_new_one_is_stored()
    {
        await using var host = await PlatformHost.StartAsync(p => p.Video = new SandboxVideo.Made(id => SampleVideo.Mp4(20_000, id.GetHashCode(StringComparison.Ordinal)).Bytes));
        var id = await host.GivenVideoAsync();
        var old = await host.GetAsync($"/api/workspaces/{id}/video/content");
        var url = (await host.GetAsync($"/api/workspaces/{id}/video")).Json["url"]!.GetValue<string>();
        (await host.AskAsync(id)).IsProblem(409, "video_exists");
        host.Provider.Faults.Add(SandboxFaultKind.DownloadServerError);

        Assert.Equal(HttpStatusCode.Accepted, (await host.AskAsync(id, """{"prompt": "again", "replace": true}""")).Status);
        var waiting = await host.WaitForAsync(id, v => v["status"]!.GetValue<string>() == "downloading" && v["error"] is not null, "downloading in vain");
        Assert.Equal(("local", url), (waiting["storage"]!.GetValue<string>(), waiting["url"]!.GetValue<string>()));
        Assert.Equal(old.Sha256, (await host.GetAsync($"/api/workspaces/{id}/video/content")).Sha256);
        host.Provider.Faults.Clear();
        var replaced = await host.WaitForAsync(id, "completed");

        Assert.NotEqual(url, replaced["url"]!.GetValue<string>());
        Assert.Equal(replaced["sha256"]!.GetValue<string>(), (await host.GetAsync($"/api/workspaces/{id}/video/content")).Sha256);
        Assert.NotEqual(old.Sha256, replaced["sha256"]!.GetValue<string>());
        await PlatformHost.EventuallyAsync(() => !File.Exists(Path.Combine(host.Root, url["/uploads/".Length..])), "The old file is still there.");
    }

    [Fact]
    public async Task The_models_are_those_of_the_catalogue()
    {
        var models = (await Host.GetAsync("/api/models")).Json["models"]!.AsArray();

        Assert.Equal(Domain.Models.ModelCatalogue.All.Select(m => m.Name), models.Select(m => m!["name"]!.GetValue<string>()));
        Assert.Equal(
            """{"name":"wan2.6-i2v-flash","prompt_limit":1500,"chinese_prompt_limit":null,"negative_prompt_limit":500,"resolutions":["720P","1080P"],"default_resolution":"1080P","durations":[2,3,4,5,6,7,8,9,10,11,12,13,14,15],"default_duration":5,"seed":{"min":0,"max":2147483647},"image":{"content_types":["image/jpeg","image/png","image/bmp","image/webp"],"max_bytes":20000000,"min_side":240,"max_side":8000,"max_aspect":null,"alpha":false}}""",
            models[0]!.ToJsonString());
    }

    private static string Json(params (string Name, string Value)[] members) => new JsonObject(members.Select(m => KeyValuePair.Create<string, JsonNode?>(m.Name, m.Value))).ToJsonString();
}
