using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using VideoPlatform.Sandbox;

namespace VideoPlatform.Api.Tests.Hosting;

/// <summary>How a test wants the service to be.</summary>
public sealed class PlatformPlan
{
    /// <summary>By key, over those of <see cref="PlatformHost"/>.</summary>
    public Dictionary<string, string> Settings { get; } = new(StringComparer.Ordinal);

    /// <summary>The service starts its own sandbox, and the test starts none.</summary>
    public bool UsesBuiltInProvider { get; set; }

    public SandboxVideo Video { get; set; } = new SandboxVideo.Bundled();

    public TimeSpan PendingFor { get; set; } = TimeSpan.Zero;

    public TimeSpan RunningFor { get; set; } = TimeSpan.FromMilliseconds(20);

    public TimeSpan LinkLifetime { get; set; } = TimeSpan.FromHours(24);

    /// <summary>The provider's clock, for tests in which a task ends when the test says so.</summary>
    public TimeProvider ProviderTime { get; set; } = TimeProvider.System;

    /// <summary>Last word on the services.</summary>
    public Action<IServiceCollection>? Adjust { get; set; }
}

/// <summary>
/// The real service in this process, listening on a port of its own, in a folder of its own, with a provider that the test holds in its hand.
/// It can be stopped and started again on the same folder.
/// </summary>
public sealed class PlatformHost : IAsyncDisposable
{
    /// <summary>Sent to the provider and nowhere else.</summary>
    public const string ProviderKey = "sk-5ecre7-0f-7he-7es7s";

    private static readonly TimeSpan patience = TimeSpan.FromSeconds(60);

    private readonly PlatformPlan plan;
    private WebApplication? app;
    private HttpClient? http;

    private PlatformHost(PlatformPlan plan) => this.plan = plan;

    public string Folder { get; } = Path.Combine(Path.GetTempPath(), $"platform-{Guid.NewGuid():N}");

    public string Root => Path.Combine(Folder, "uploads");

    /// <summary>The provider that the test has started.</summary>
    public SandboxProvider Provider { get; private set; } = null!;

    public HttpClient Http => http ?? throw new InvalidOperationException("It is stopped.");

    public Uri Address => Http.BaseAddress!;

    public IServiceProvider Services => app!.Services;

    public static async Task<PlatformHost> StartAsync(Action<PlatformPlan>? arrange = null)
    {
        var wanted = new PlatformPlan();
        arrange?.Invoke(wanted);
        var host = new PlatformHost(wanted);
        try
        {
            if (!wanted.UsesBuiltInProvider)
            {
                host.Provider = await SandboxProvider.StartAsync(
                    new SandboxOptions
                    {
                        Folder = Path.Combine(host.Folder, "provider"),
                        Video = wanted.Video,
                        PendingFor = wanted.PendingFor,
                        RunningFor = wanted.RunningFor,
                        LinkLifetime = wanted.LinkLifetime,
                        TimeProvider = wanted.ProviderTime,
                        ApiKey = ProviderKey,
                    },
                    NullLoggerFactory.Instance, TestContext.Current.CancellationToken);
            }

            await host.StartAgainAsync();
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    public async Task StartAgainAsync()
    {
        app = await Serve.BuildAsync(Arguments(), TestContext.Current.CancellationToken, plan.Adjust);
        await app.StartAsync(TestContext.Current.CancellationToken);
        http = Client();
    }

    public async Task StopAsync()
    {
        http?.Dispose();
        http = null;
        if (app is null) return;

        await app.StopAsync(CancellationToken.None);
        await app.DisposeAsync();
        app = null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (Provider is not null) await Provider.DisposeAsync();
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
    }

    /// <summary>A plain client: no redirects, no cookies, no proxy.</summary>
    public HttpClient Client() => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false })
    {
        BaseAddress = new Uri(app!.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()),
        Timeout = patience,
    };

    // ---- calls -----------------------------------------------------------------------------------------------

    public Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, null, headers);

    public Task<Answer> PostAsync(string path, string? json = null, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, json is null ? null : new StringContent(json, Encoding.UTF8, "application/json"), headers);

    public async Task<Answer> SendAsync(HttpMethod method, string path, HttpContent? body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        return await Answer.ReadAsync(response);
    }

    public Task<Answer> UploadAsync(byte[] picture, string? name = null, params (string Name, string Value)[] headers)
    {
        var form = new MultipartFormDataContent { { new ByteArrayContent(picture), "image", "picture.png" } };
        if (name is not null) form.Add(new StringContent(name), "name");
        return SendAsync(HttpMethod.Post, "/api/workspaces", form, headers);
    }

    public Task<Answer> AskAsync(string id, string json = """{"prompt": "the boat drifts away"}""", params (string Name, string Value)[] headers) =>
        PostAsync($"/api/workspaces/{id}/video", json, headers);

    /// <summary>A new workspace around a small picture.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> GivenWorkspaceAsync(string? name = null, byte[]? picture = null)
    {
        var created = await UploadAsync(picture ?? Pictures.Png(), name);
        Assert.Equal(HttpStatusCode.Created, created.Status);
        return created.Json["id"]!.GetValue<string>();
    }

    /// <summary>A new workspace whose video has reached the status.</summary>
    public async Task<string> GivenVideoAsync(string status = "completed", string prompt = "the boat drifts away", string? name = null)
    {
        var id = await GivenWorkspaceAsync(name);
        var asked = await AskAsync(id, new JsonObject { ["prompt"] = prompt }.ToJsonString());
        Assert.Equal(HttpStatusCode.Accepted, asked.Status);
        await WaitForAsync(id, status);
        return id;
    }

    public Task<JsonNode> WaitForAsync(string id, string status) => WaitForAsync(id, v => v["status"]!.GetValue<string>() == status, status);

    /// <summary>Looks again and again until the video is as wished.</summary>
    public async Task<JsonNode> WaitForAsync(string id, Func<JsonNode, bool> wish, string what)
    {
        var seen = "nothing";
        await EventuallyAsync(
            async () =>
            {
                var answer = await GetAsync($"/api/workspaces/{id}/video");
                seen = answer.Text;
                return answer.Status is HttpStatusCode.OK && wish(answer.Json) ? answer.Json : null;
            },
            () => $"Not {what}, but: {seen}");
        return JsonNode.Parse(seen)!;
    }

    public static Task EventuallyAsync(Func<bool> wish, string what) => EventuallyAsync(() => Task.FromResult(wish() ? new object() : null), () => what);

    public static async Task<T> EventuallyAsync<T>(Func<Task<T?>> look, Func<string> complaint)
        where T : class
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        enough.CancelAfter(patience);
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        try
        {
            while (true)
            {
                if (await look() is { } found) return found;
                await beat.WaitForNextTickAsync(enough.Token);
            }
        }
        catch (OperationCanceledException e) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(complaint(), e);
        }
    }

    /// <summary>Every file in the storage but its sentinel, relative to the root.</summary>
    public string[] StoredFiles() =>
        [.. Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Root, f)).Where(f => f != ".videoplatform").Order(StringComparer.Ordinal)];

    private string[] Arguments()
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Urls"] = "http://127.0.0.1:0",
            ["environment"] = "Development",
            ["Storage:Root"] = Root,
            ["Storage:MinFreeBytes"] = "1048576",
            ["Persistence:Sqlite:Path"] = Path.Combine(Folder, "records.db"),
            ["Sandbox:Path"] = Path.Combine(Folder, "sandbox"),
            ["Qwen:PollInterval"] = "00:00:00.050",
            ["Qwen:SubmitsPerSecond"] = "1000",
            ["Qwen:QueriesPerSecond"] = "1000",
            ["Downloads:RetryDelay"] = "00:00:00.050",
            ["Downloads:MaxRetryDelay"] = "00:00:00.200",
            ["Serilog:MinimumLevel:Default"] = "Error",
        };
        if (plan.UsesBuiltInProvider)
        {
            settings["Qwen:Sandbox"] = "true";
        }
        else
        {
            settings["Qwen:BaseUrl"] = Provider.BaseUrl.ToString();
            settings["Qwen:ApiKey"] = ProviderKey;
            settings["Downloads:AllowHttp"] = "true";
            settings["Downloads:AllowPrivateAddresses"] = "true";
            settings["Downloads:AllowedHosts:0"] = "127.0.0.1";
        }

        foreach (var (key, value) in plan.Settings) settings[key] = value;
        return [.. settings.Select(s => $"--{s.Key}={s.Value}")];
    }
}

/// <summary>An answer, read to its end.</summary>
public sealed record Answer(HttpStatusCode Status, byte[] Bytes, IReadOnlyDictionary<string, string> Headers)
{
    public string Text => Encoding.UTF8.GetString(Bytes);

    public JsonNode Json => JsonNode.Parse(Bytes) ?? throw new JsonException("null");

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    public string? Code => Json["code"]?.GetValue<string>();

    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(Bytes));

    public static async Task<Answer> ReadAsync(HttpResponseMessage response)
    {
        var bytes = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        var headers = response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated).GroupBy(h => h.Key, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(h => h.Key, h => string.Join(", ", h.Select(v => v.Value.ToString())), StringComparer.OrdinalIgnoreCase);
        return new Answer(response.StatusCode, bytes, headers);
    }

    /// <summary>Proves the whole shape of a problem, whatever it is about.</summary>
    public Answer IsProblem(int status, string code, string? field = null)
    {
        Assert.True((int)Status == status, $"{(int)Status} instead of {status}: {Text}");
        Assert.Equal("application/problem+json", Header("Content-Type"));
        Assert.Equal("nosniff", Header("X-Content-Type-Options"));
        Assert.Contains("no-store", Header("Cache-Control"), StringComparison.Ordinal);
        var body = Json.AsObject();
        string[] members = ["type", "title", "status", "detail", "instance", "code", "trace_id", "errors"];
        Assert.All(body, member => Assert.Contains(member.Key, members));
        Assert.All(members[..^1], member => Assert.NotNull(body[member]));
        Assert.Equal(code, body["code"]!.GetValue<string>());
        Assert.Equal($"urn:videoplatform:problem:{code}", body["type"]!.GetValue<string>());
        Assert.Equal(status, body["status"]!.GetValue<int>());
        Assert.Matches("^([0-9a-f]{32}|[0-9A-Z]+:[0-9]+)$", body["trace_id"]!.GetValue<string>());
        Assert.StartsWith("/", body["instance"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.DoesNotContain(Path.GetTempPath(), Text, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", Text, StringComparison.Ordinal);
        Assert.DoesNotContain(PlatformHost.ProviderKey, Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Signature", Text, StringComparison.Ordinal);
        if (field is not null)
        {
            var errors = body["errors"] ?? throw new Xunit.Sdk.XunitException($"No errors by field: {Text}");
            Assert.True(errors[field] is JsonArray { Count: > 0 }, $"Not about {field}: {Text}");
        }

        return this;
    }
}
