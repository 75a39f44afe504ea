using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace VideoPlatform.Sandbox.Tests;

/// <summary>A sandbox in a temporary folder with a clock that stands still, spoken to with a plain client.</summary>
public abstract class SandboxTest : IAsyncLifetime
{
    protected const string Model = "wan2.6-i2v-flash";
    protected const string Submitting = "services/aigc/video-generation/video-synthesis";

    /// <summary>A red picture of 4 by 2 pixels.</summary>
    protected const string Picture =
        "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAQAAAACCAIAAADwyuo0AAAAEElEQVR4nGP4z8AARwzIHABvqgf5gNwAKAAAAABJRU5ErkJggg==";

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"sandbox-{Guid.NewGuid():N}");
    private readonly HttpClientHandler _handler = new() { AllowAutoRedirect = false, UseProxy = false };
    private SandboxProvider? _sandbox;

    protected SandboxTest()
    {
        Http = new HttpClient(_handler);
        Content = [.. Enumerable.Range(0, 4096).Select(i => (byte)(i * 31))];
    }

    protected FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 10, 2, 3, 7, 28, 590, TimeSpan.Zero));
    protected HttpClient Http { get; }
    protected byte[] Content { get; }
    protected SandboxProvider Sandbox => _sandbox ?? throw new InvalidOperationException("Not started.");
    protected string Folder => _folder;

    public virtual async ValueTask InitializeAsync() => await StartAsync(Options());

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Http.Dispose();
        _handler.Dispose();
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    protected SandboxOptions Options(
        SandboxVideo? video = null, int? maxRunning = null, SurplusTasks surplus = SurplusTasks.WaitPending,
        BodyChecks checks = BodyChecks.AtSubmit, string? apiKey = null) => new()
        {
            Folder = _folder,
            TimeProvider = Clock,
            Video = video ?? new SandboxVideo.Made(Content),
            MaxRunningTasks = maxRunning,
            Surplus = surplus,
            BodyChecks = checks,
            ApiKey = apiKey,
        };

    protected async Task StartAsync(SandboxOptions options)
    {
        await StopAsync();
        _sandbox = await SandboxProvider.StartAsync(options, NullLoggerFactory.Instance, TestContext.Current.CancellationToken);
    }

    protected async Task StopAsync()
    {
        if (_sandbox is not null) await _sandbox.DisposeAsync();
        _sandbox = null;
    }

    protected static JsonObject ABody(string model = Model, string prompt = "The paper boat drifts away", int seconds = 5) => new()
    {
        ["model"] = model,
        ["input"] = new JsonObject { ["prompt"] = prompt, ["img_url"] = Picture },
        ["parameters"] = new JsonObject { ["resolution"] = "720P", ["duration"] = seconds, ["watermark"] = false },
    };

    protected async Task<HttpResponseMessage> CallAsync(
        HttpMethod method, string path, JsonNode? body = null, string? key = "sk-test", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, $"{Sandbox.BaseUrl}/{path}");
        if (key is not null) request.Headers.Authorization = new("Bearer", key);
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        if (body is not null) request.Content = JsonContent.Create(body);
        return await Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    protected Task<HttpResponseMessage> SubmitAsync(JsonNode body, string path = Submitting) =>
        CallAsync(HttpMethod.Post, path, body, headers: ("X-DashScope-Async", "enable"));

    protected async Task<string> SubmittedAsync(JsonNode? body = null)
    {
        using var response = await SubmitAsync(body ?? ABody());
        var answer = await JsonAsync(response);
        Assert.Equal(200, (int)response.StatusCode);
        return answer["output"]!["task_id"]!.GetValue<string>();
    }

    protected async Task<JsonNode> QueryAsync(string id)
    {
        using var response = await CallAsync(HttpMethod.Get, $"tasks/{id}");
        Assert.Equal(200, (int)response.StatusCode);
        return await JsonAsync(response);
    }

    protected async Task<string?> StatusAsync(string id) => (string?)(await QueryAsync(id))["output"]!["task_status"];

    protected async Task<JsonNode> ListAsync(string query = "")
    {
        using var response = await CallAsync(HttpMethod.Get, $"tasks/{query}");
        Assert.Equal(200, (int)response.StatusCode);
        return await JsonAsync(response);
    }

    /// <summary>A finished task and its link.</summary>
    protected async Task<(string Id, Uri Link)> FinishedAsync()
    {
        var id = await SubmittedAsync();
        Clock.Advance(TimeSpan.FromSeconds(10));
        return (id, await LinkAsync(id));
    }

    protected async Task<Uri> LinkAsync(string id) =>
        new((await QueryAsync(id))["output"]!["video_url"]!.GetValue<string>());

    protected async Task<HttpResponseMessage> DownloadAsync(Uri link, string? range = null, string? ifRange = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, link);
        if (range is not null) request.Headers.TryAddWithoutValidation("Range", range);
        if (ifRange is not null) request.Headers.TryAddWithoutValidation("If-Range", ifRange);
        return await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    protected static async Task<JsonNode> JsonAsync(HttpResponseMessage response) =>
        JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)) ?? throw new JsonException("null");

    protected static async Task AssertErrorAsync(HttpResponseMessage response, int status, string code, string? message = null)
    {
        var error = await JsonAsync(response);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(code, (string?)error["code"]);
        Assert.True(Guid.TryParse((string?)error["request_id"], out _));
        if (message is not null) Assert.Equal(message, (string?)error["message"]);
    }

    protected static async Task<byte[]> BytesAsync(HttpResponseMessage response) =>
        await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
}
