using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace VideoPlatform.Sandbox.Tests;

public sealed class RefusalTests : SandboxTest
{
    [Fact]
    public async Task A_call_without_a_key_is_refused()
    {
        using var response = await CallAsync(HttpMethod.Get, "tasks/1", key: null);

        await AssertErrorAsync(response, 401, "InvalidApiKey", "Invalid API-key provided.");
    }

    [Fact]
    public async Task Only_the_configured_key_is_let_in()
    {
        await StartAsync(Options(apiKey: "sk-right"));

        using var wrong = await CallAsync(HttpMethod.Get, "tasks", key: "sk-wrong");
        using var right = await CallAsync(HttpMethod.Get, "tasks", key: "sk-right");

        await AssertErrorAsync(wrong, 401, "InvalidApiKey");
        Assert.Equal(200, (int)right.StatusCode);
    }

    [Fact]
    public async Task A_submit_that_is_not_asynchronous_is_refused()
    {
        using var response = await CallAsync(HttpMethod.Post, Submitting, ABody());

        await AssertErrorAsync(response, 403, "AccessDenied", "current user api does not support synchronous calls.");
    }

    [Theory]
    [InlineData("wan2.2-kf2v-flash", Submitting)]
    [InlineData(Model, "services/aigc/image2video/video-synthesis")]
    public async Task A_model_on_the_wrong_path_is_refused(string model, string path)
    {
        using var response = await SubmitAsync(ABody(model), path);

        await AssertErrorAsync(response, 400, "InvalidParameter", "url error, please check url!");
    }

    [Fact]
    public async Task An_unknown_model_is_refused()
    {
        using var response = await SubmitAsync(ABody("wan9-dream"));

        await AssertErrorAsync(response, 400, "InvalidParameter", "Model not exist.");
    }

    [Fact]
    public async Task Both_paths_and_all_body_generations_are_accepted()
    {
        await SubmittedAsync(ABody("wan2.1-i2v-turbo"));
        await SubmittedAsync(MediaBody("wan2.7-i2v-2026-04-25", "first_frame", "last_frame"));
        await SubmittedAsync(new JsonObject
        {
            ["model"] = "wan2.5-t2v-preview",
            ["input"] = new JsonObject { ["prompt"] = "A boat", ["extend_prompt"] = true, ["function"] = "video-synthesis" },
            ["parameters"] = new JsonObject { ["size"] = "1280*720", ["duration"] = 10 },
        });
        using var frames = await SubmitAsync(new JsonObject
        {
            ["model"] = "wan2.2-kf2v-flash",
            ["input"] = new JsonObject { ["prompt"] = "A boat", ["first_frame_url"] = "https://cdn.example.com/a.png" },
        }, "services/aigc/image2video/video-synthesis");

        Assert.Equal(200, (int)frames.StatusCode);
        Assert.Equal(4, Sandbox.Counters.TasksCreated);
    }

    [Fact]
    public async Task A_legacy_body_for_a_media_model_is_refused_at_the_submit()
    {
        using var response = await SubmitAsync(ABody("wan2.7-i2v"));

        await AssertErrorAsync(response, 400, "InvalidParameter", "Field required: input.media");
        Assert.Equal(0, Sandbox.Counters.TasksCreated);
    }

    [Fact]
    public async Task A_legacy_body_for_a_media_model_can_fail_late()
    {
        await StartAsync(Options(checks: BodyChecks.AsLateFailure));
        var id = await SubmittedAsync(ABody("wan2.7-i2v"));
        Clock.Advance(TimeSpan.FromSeconds(10));

        var answer = await QueryAsync(id);

        Assert.Equal("FAILED", (string?)answer["output"]!["task_status"]);
        Assert.Equal("InvalidParameter", (string?)answer["output"]!["code"]);
        Assert.Equal("Field required: input.media", (string?)answer["output"]!["message"]);
        Assert.Null(answer["usage"]);
        Assert.Equal(0, Sandbox.Counters.SecondsBilled);
    }

    [Fact]
    public async Task Media_types_that_do_not_go_together_are_refused()
    {
        using var response = await SubmitAsync(MediaBody("wan2.7-i2v", "first_frame", "first_clip"));

        await AssertErrorAsync(response, 400, "InvalidParameter");
    }

    [Theory]
    [InlineData("resolution", "480P")]
    [InlineData("duration", 16)]
    [InlineData("duration", 4294967301)]
    [InlineData("seed", -1)]
    public async Task A_parameter_outside_the_model_is_refused(string name, object value)
    {
        var body = ABody();
        body["parameters"]![name] = value is string text ? JsonValue.Create(text) : JsonValue.Create(Convert.ToInt64(value));

        using var response = await SubmitAsync(body);

        await AssertErrorAsync(response, 400, "InvalidParameter");
    }

    [Theory]
    [InlineData("data:image/png;base64,???")]
    [InlineData("data:text/html;base64,aGk=")]
    [InlineData("file:///etc/passwd")]
    [InlineData("oss://dashscope-instant/nobody/file.png")]
    public async Task A_picture_that_is_no_picture_address_is_refused(string url)
    {
        var body = ABody();
        body["input"]!["img_url"] = url;

        using var response = await SubmitAsync(body);

        await AssertErrorAsync(response, 400, "InvalidParameter",
            "The provided URL does not appear to be valid. Ensure it is correctly formatted.");
    }

    [Fact]
    public async Task A_body_that_is_not_JSON_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Sandbox.BaseUrl}/{Submitting}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "sk-test");
        request.Headers.Add("X-DashScope-Async", "enable");
        request.Content = new StringContent("{\"model\":");

        using var response = await Http.SendAsync(request);

        await AssertErrorAsync(response, 400, "BadRequest.IllegalInput");
    }

    [Fact]
    public async Task A_body_above_16_MiB_is_refused_and_one_below_is_not()
    {
        var (large, fits) = (ABody(), ABody());
        large["input"]!["img_url"] = "data:image/png;base64," + new string('A', 16 << 20);
        fits["input"]!["img_url"] = "data:image/png;base64," + new string('A', 15 << 20);

        using var refused = await SubmitAsync(large);
        using var accepted = await SubmitAsync(fits);

        await AssertErrorAsync(refused, 400, "BadRequest.IllegalInput");
        Assert.Equal(200, (int)accepted.StatusCode);
    }

    [Fact]
    public async Task An_unknown_path_is_not_found()
    {
        using var response = await CallAsync(HttpMethod.Get, "models");

        await AssertErrorAsync(response, 404, "NotFound");
    }

    private static JsonObject MediaBody(string model, params string[] types) => new()
    {
        ["model"] = model,
        ["input"] = new JsonObject
        {
            ["prompt"] = "A boat",
            ["media"] = new JsonArray([.. types.Select(t => new JsonObject { ["type"] = t, ["url"] = Picture })]),
        },
    };
}
