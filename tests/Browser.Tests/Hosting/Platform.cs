using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using VideoPlatform.Api;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Application.Stats;
using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Sandbox;

namespace VideoPlatform.Browser.Tests.Hosting;

/// <summary>How a test wants the service to be.</summary>
public sealed record PlatformPlan
{
    /// <summary>The service starts its own sandbox, as it does for a person who tries it, and the test arranges nothing.</summary>
    public bool BuiltIn { get; init; }

    public SandboxVideo Video { get; init; } = new SandboxVideo.Bundled();

    public TimeSpan RunningFor { get; init; } = TimeSpan.FromMilliseconds(20);

    public TimeSpan LinkLifetime { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Over those of <see cref="Platform"/>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}

/// <summary>
/// The real service in this process: on a port that the system chooses, in a folder of its own that goes with it,
/// with a quick provider that the test holds in its hand.
/// </summary>
public sealed class Platform : IAsyncDisposable
{
    private const string ProviderKey = "sk-browser-tests";

    private readonly PlatformPlan plan;
    private readonly string folder = Path.Combine(Path.GetTempPath(), $"browser-{Guid.NewGuid():N}");
    private WebApplication? app;
    private SandboxProvider? provider;
    private HttpClient? http;

    private Platform(PlatformPlan plan) => this.plan = plan;

    /// <summary>Without a slash at its end; the same after a restart.</summary>
    public string Address { get; private set; } = "http://127.0.0.1:0";

    public string Uploads => Path.Combine(folder, "uploads");

    public SandboxProvider Provider => provider ?? throw new InvalidOperationException("The service has its own.");

    public IServiceProvider Services => app!.Services;

    /// <summary>Where the links of the built-in sandbox lead, without a slash at its end.</summary>
    public string SandboxOrigin => Services.GetRequiredService<IOptions<DownloadOptions>>().Value.SandboxOrigin!.GetLeftPart(UriPartial.Authority);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<Platform> StartAsync(PlatformPlan? plan = null)
    {
        var platform = new Platform(plan ?? new PlatformPlan());
        try
        {
            await platform.StartProviderAsync();
            await platform.StartAgainAsync();
            return platform;
        }
        catch
        {
            await platform.DisposeAsync();
            throw;
        }
    }

    /// <summary>On the same port and folder as before.</summary>
    public async Task StartAgainAsync()
    {
        app = await Serve.BuildAsync([.. Settings().Select(setting => $"--{setting.Key}={setting.Value}")], Ct, services =>
        {
            // The test's provider stands where the built-in one would: the page says so, and downloads and its content policy let the links through.
            if (provider is null) return;
            services.AddSingleton(new ProviderIdentity(IsSandbox: true));
            if (services.Last(s => s.ServiceType == typeof(IOptions<DownloadOptions>)).ImplementationInstance is IOptions<DownloadOptions> downloads)
                downloads.Value.SandboxOrigin = provider.ResultOrigin;
        });
        await app.StartAsync(Ct);
        Address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First().TrimEnd('/');
        http = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false }) { BaseAddress = new Uri(Address) };
        if (plan.Settings.ContainsKey("Auth:ApiKeys:0:Sha256")) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
    }

    /// <summary>The key of a plan that asks for keys.</summary>
    public const string Key = "a-key-for-the-page";

    public async Task StopAsync()
    {
        http?.Dispose();
        if (app is null) return;

        await app.StopAsync(CancellationToken.None);
        await app.DisposeAsync();
        app = null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (provider is not null) await provider.DisposeAsync();
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    // ---- what stands there before the page is opened ----

    /// <returns>The id of a workspace with a picture and no video.</returns>
    public async Task<string> GivenPictureAsync(string name, byte[]? picture = null)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(picture ?? Pictures.Png()), "image", "picture.png" }, { new StringContent(name), "name" } };
        using var answer = await http!.PostAsync("/api/workspaces", form, Ct);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (await JsonAsync(answer))["id"]!.GetValue<string>();
    }

    /// <returns>The id of a workspace whose video has reached the status.</returns>
    public async Task<string> GivenVideoAsync(string name, string status = "completed", string prompt = "The boat drifts away")
    {
        var id = await GivenPictureAsync(name);
        await AskAsync(id, prompt);
        await WaitForAsync(id, status);
        return id;
    }

    public async Task AskAsync(string id, string prompt = "The boat drifts away", string resolution = "720P", int duration = 2)
    {
        var body = new JsonObject { ["prompt"] = prompt, ["resolution"] = resolution, ["duration"] = duration };
        using var answer = await http!.PostAsJsonAsync($"/api/workspaces/{id}/video", body, Ct);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    public Task<JsonNode> WaitForAsync(string id, string status) => WaitForAsync(id, video => video["status"]!.GetValue<string>() == status, status);

    public async Task<JsonNode> WaitForAsync(string id, Func<JsonNode, bool> wish, string what)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        enough.CancelAfter(TimeSpan.FromSeconds(60));
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        JsonNode? seen = null;
        try
        {
            while (true)
            {
                seen = await VideoAsync(id);
                if (wish(seen)) return seen;
                await beat.WaitForNextTickAsync(enough.Token);
            }
        }
        catch (OperationCanceledException e) when (!Ct.IsCancellationRequested)
        {
            throw new TimeoutException($"Not {what}, but: {seen}", e);
        }
    }

    public async Task<JsonNode> VideoAsync(string id)
    {
        using var answer = await http!.GetAsync($"/api/workspaces/{id}/video", Ct);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await JsonAsync(answer);
    }

    /// <summary>The file goes from our disk, and the record says so: only the provider has the video.</summary>
    public async Task LoseFileAsync(string id, string code = "file_missing", string message = "The stored file is no longer on the disk.")
    {
        var records = Services.GetRequiredService<IWorkspaceRepository>();
        var workspace = await records.FindAsync(WorkspaceId.Parse(id), Ct);
        File.Delete(Path.Combine(Uploads, workspace!.Video!.File!.Path.Value));
        var changed = await records.ChangeAsync(workspace.Id, w => w.LoseFile(new Problem(code, message), TimeProvider.System.Now()), Ct);
        Assert.True(changed.TryGet(out _, out _));
    }

    /// <summary>How many workspaces there are on the first page of the list.</summary>
    public async Task<int> CountAsync()
    {
        using var answer = await http!.GetAsync("/api/workspaces?limit=200", Ct);
        return (await JsonAsync(answer))["items"]!.AsArray().Count;
    }

    /// <summary>Someone else orders with the same account, past this service.</summary>
    public async Task OrderElsewhereAsync(string prompt)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Provider.BaseUrl}/services/aigc/video-generation/video-synthesis");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", ProviderKey);
        request.Headers.Add("X-DashScope-Async", "enable");
        request.Content = JsonContent.Create(new JsonObject
        {
            ["model"] = "wan2.6-i2v-flash",
            ["input"] = new JsonObject { ["prompt"] = prompt, ["img_url"] = $"data:image/png;base64,{Convert.ToBase64String(Pictures.Png())}" },
            ["parameters"] = new JsonObject { ["resolution"] = "720P", ["duration"] = 5 },
        });
        using var answer = await http!.SendAsync(request, Ct);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static async Task<JsonNode> JsonAsync(HttpResponseMessage answer) => JsonNode.Parse(await answer.Content.ReadAsStringAsync(Ct))!;

    private async Task StartProviderAsync()
    {
        if (plan.BuiltIn) return;

        provider = await SandboxProvider.StartAsync(
            new SandboxOptions
            {
                Folder = Path.Combine(folder, "provider"), Video = plan.Video, PendingFor = TimeSpan.Zero,
                RunningFor = plan.RunningFor, LinkLifetime = plan.LinkLifetime, ApiKey = ProviderKey,
            },
            NullLoggerFactory.Instance, Ct);
    }

    private Dictionary<string, string> Settings()
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Urls"] = Address,
            ["environment"] = "Development",
            ["Storage:Root"] = Uploads,
            ["Storage:MinFreeBytes"] = "1048576",
            ["Persistence:Sqlite:Path"] = Path.Combine(folder, "records.db"),
            ["Qwen:PollInterval"] = "00:00:00.050",
            ["Qwen:SettleAfter"] = "00:00:00.050",
            ["Qwen:SubmitsPerSecond"] = "1000",
            ["Qwen:QueriesPerSecond"] = "1000",
            ["Downloads:RetryDelay"] = "00:00:00.050",
            ["Downloads:MaxRetryDelay"] = "00:00:00.200",
            ["Serilog:MinimumLevel:Default"] = "Fatal",
        };
        if (plan.BuiltIn)
        {
            settings["Qwen:Sandbox"] = "true";
            settings["Sandbox:Path"] = Path.Combine(folder, "sandbox");
            settings["Sandbox:PendingFor"] = "00:00:00";
            settings["Sandbox:RunningFor"] = plan.RunningFor.ToString();
        }
        else
        {
            settings["Qwen:BaseUrl"] = Provider.BaseUrl.ToString();
            settings["Qwen:ApiKey"] = ProviderKey;
        }

        foreach (var (key, value) in plan.Settings) settings[key] = value;
        return settings;
    }
}
