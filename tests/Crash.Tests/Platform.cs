using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using SkiaSharp;
using VideoPlatform.Sandbox;

namespace VideoPlatform.Crash.Tests;

/// <summary>
/// One installation: a database and a storage in a folder of their own, service processes that come and go, and a provider that lives
/// in this process and so survives all of them. Its counters are what the proofs rest on.
/// </summary>
internal sealed class Platform : IAsyncDisposable
{
    public const string Model = "wan2.6-i2v-flash";

    private static readonly byte[] picture = MakePicture();

    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(20) };
    private readonly ConcurrentQueue<ServiceProcess> services = new();

    private Platform(string folder, SandboxProvider sandbox) => (Folder, Sandbox) = (folder, sandbox);

    public string Folder { get; }

    public SandboxProvider Sandbox { get; }

    public string Storage => Path.Combine(Folder, "uploads");

    public string Database => Path.Combine(Folder, "data", "records.db");

    /// <summary>The last process that was started.</summary>
    public ServiceProcess Service => services.Last();

    public IEnumerable<ServiceProcess> Services => services;

    /// <summary>In front of every start's own settings.</summary>
    public List<string> Settings { get; } = [];

    public static async Task<Platform> CreateAsync(Func<string, SandboxOptions>? sandbox = null)
    {
        var folder = Directory.CreateTempSubdirectory("vp-crash-").FullName;
        var options = sandbox?.Invoke(folder) ?? Options(folder);
        return new Platform(folder, await SandboxProvider.StartAsync(options, NullLoggerFactory.Instance, CancellationToken.None));
    }

    public static SandboxOptions Options(string folder, TimeSpan? pendingFor = null, TimeSpan? runningFor = null, int? maxRunning = null, int bytes = 300_000) => new()
    {
        Folder = Path.Combine(folder, "provider"),
        PendingFor = pendingFor ?? TimeSpan.Zero,
        RunningFor = runningFor ?? TimeSpan.Zero,
        MaxRunningTasks = maxRunning,
        Surplus = SurplusTasks.Throttle,
        Video = new SandboxVideo.Made(id => VideoOf(id, bytes)),
    };

    /// <summary>The bytes that the provider makes for a task; no other task has the same.</summary>
    public static byte[] VideoOf(string taskId, int bytes)
    {
        var video = new byte[bytes];
        "\0\0\0\u0018ftypisom\0\0\u0002\0isomiso2"u8.CopyTo(video);
        var key = SHA256.HashData(Encoding.ASCII.GetBytes(taskId));
        for (var i = 32; i < video.Length; i++) video[i] = (byte)(key[i & 31] ^ (i >> 5));
        return video;
    }

    public IReadOnlyList<string> SettingsFor(params string[] more) =>
    [
        "--Urls=http://127.0.0.1:0",
        $"--Storage:Root={Storage}",
        "--Storage:MinFreeBytes=0",
        $"--Persistence:Sqlite:Path={Database}",
        "--Qwen:Sandbox=false",
        "--Qwen:ApiKey=sk-crash-test",
        $"--Qwen:BaseUrl={Sandbox.BaseUrl}",
        "--Qwen:MaxInFlight=8",
        "--Qwen:SubmitsPerSecond=200",
        "--Qwen:QueriesPerSecond=500",
        "--Qwen:PollInterval=00:00:00.050",
        "--Qwen:RequestTimeout=00:00:03",
        "--Qwen:SettleAfter=00:00:00.100",
        "--Downloads:AllowHttp=true",
        "--Downloads:AllowPrivateAddresses=true",
        "--Downloads:AllowedHosts:0=127.0.0.1",
        "--Downloads:RetryDelay=00:00:00.050",
        "--Downloads:MaxRetryDelay=00:00:00.500",
        "--Downloads:StallTimeout=00:00:01",
        "--Work:LeaseDuration=00:00:00.800",
        "--Serilog:MinimumLevel:Default=Information",
        .. Settings,
        .. more,
    ];

    public async Task<ServiceProcess> ServeAsync(params string[] settings)
    {
        var service = ServiceProcess.Launch(SettingsFor(settings), Folder);
        services.Enqueue(service);
        await service.ServingAsync();
        return service;
    }

    // ---- calls, repeated by the caller's key until some process has answered ----------------------------------

    public async Task<string> CreateAsync(string key)
    {
        var answer = await SendAsync(HttpMethod.Post, "api/workspaces", Picture, key);
        return answer["id"]!.GetValue<string>();
    }

    public Task<JsonNode> RequestAsync(string id, string prompt, string key, bool replace = false, string model = Model) =>
        SendAsync(HttpMethod.Post, $"api/workspaces/{id}/video", () => JsonContent.Create(new { prompt, replace, model }), key);

    public async Task<string> OrderAsync(string prompt, string model = Model)
    {
        var id = await CreateAsync($"{prompt}-workspace");
        await RequestAsync(id, prompt, $"{prompt}-video", model: model);
        return id;
    }

    public Task<JsonNode> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<JsonNode> VideoAsync(string id) => GetAsync($"api/workspaces/{id}/video");

    /// <summary>An answer by any serving process; calls that no process answers are repeated.</summary>
    public async Task<JsonNode> SendAsync(HttpMethod method, string path, Func<HttpContent>? content = null, string? key = null, params int[] also)
    {
        return await Waiting.ForAsync(
            async () =>
            {
                if (services.LastOrDefault(s => s.IsServing) is not { } service) return null;
                try
                {
                    using var request = new HttpRequestMessage(method, new Uri(service.Address, path)) { Content = content?.Invoke() };
                    if (key is not null) request.Headers.Add("Idempotency-Key", Uri.EscapeDataString(key));   // a key is visible ASCII: no spaces
                    using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken, service.Frozen);
                    using var response = await http.SendAsync(request, patience.Token);
                    var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
                    var status = (int)response.StatusCode;
                    if (status is >= 500 && !also.Contains(status)) return null;
                    Assert.True(status < 400 || also.Contains(status), $"{method} {path}: {status} {text}");
                    return text.Length == 0 ? new JsonObject { ["http"] = status } : JsonNode.Parse(text);
                }
                catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException && !TestContext.Current.CancellationToken.IsCancellationRequested)
                {
                    return null;   // it was killed, or is being started
                }
            },
            () => $"Nobody answered {method} {path}:\n{Service.Tail()}");
    }

    public Task<JsonNode> ReachesAsync(string id, params string[] statuses) => Waiting.ForAsync(
        async () =>
        {
            var video = await VideoAsync(id);
            return statuses.Contains(StatusOf(video)) ? video : null;
        },
        () => $"{id} did not reach {string.Join(" or ", statuses)}: {VideoAsync(id).GetAwaiter().GetResult()}\n{Service.Tail()}");

    public static string StatusOf(JsonNode video) => video["status"]!.GetValue<string>();

    public async Task<IReadOnlyList<JsonNode>> AllAsync()
    {
        var all = new List<JsonNode>();
        for (string? cursor = null; ;)
        {
            var page = await GetAsync($"api/workspaces?limit=200{(cursor is null ? "" : $"&cursor={cursor}")}");
            all.AddRange(page["items"]!.AsArray().Select(item => item!));
            cursor = (string?)page["next_cursor"];
            if (cursor is null) return all;
        }
    }

    // ---- the proofs ------------------------------------------------------------------------------------------

    /// <summary>
    /// Every task belongs to at most one record and every prompt had at most one task; every completed record has its file, whole and made for
    /// its own task.
    /// </summary>
    /// <returns>Files that no record names, relative to the storage.</returns>
    public async Task<IReadOnlyList<string>> BalanceAsync(int bytes = 300_000)
    {
        var records = await AllAsync();
        var tasks = Sandbox.Counters.Tasks;
        Assert.All(tasks.GroupBy(t => t.Prompt), prompt => Assert.True(prompt.Count() == 1, $"'{prompt.Key}' was paid for {prompt.Count()} times."));

        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var record in records)
        {
            named.Add(Locate(record["image"]!["url"]!.GetValue<string>()));
            if (record["video"] is not { } video) continue;

            if ((string?)video["task_id"] is { } taskId)
            {
                var task = Assert.Single(tasks, t => t.Id == taskId);
                Assert.Equal((string?)video["prompt"], task.Prompt);
            }

            if ((string?)video["storage"] is not "local") continue;
            var file = Locate(video["url"]!.GetValue<string>());
            Assert.True(File.Exists(file), $"The record {record["id"]} names {Path.GetFileName(file)}, which is not there.");
            named.Add(file);
            named.Add(file + ".json");
            if (StatusOf(video) is "completed")
            {
                var expected = SHA256.HashData(VideoOf((string)video["task_id"]!, bytes));
                Assert.True(Convert.ToHexStringLower(expected) == (string?)video["sha256"], $"Other bytes than the provider made are stored: {video}");
                Assert.Equal(expected, SHA256.HashData(await File.ReadAllBytesAsync(file)));
            }
        }

        var owners = records.Select(r => (string?)r["video"]?["task_id"]).OfType<string>().ToList();
        Assert.Equal(owners.Count, owners.Distinct(StringComparer.Ordinal).Count());

        return [.. Directory.EnumerateFiles(Storage, "*", SearchOption.AllDirectories)
            .Where(f => !named.Contains(f) && Path.GetFileName(f) != ".videoplatform").Select(f => Path.GetRelativePath(Storage, f))];
    }

    /// <summary>
    /// As <see cref="BalanceAsync"/>, and every file is named by a record. What is not may stay a moment longer: a replaced video goes after its record
    /// names the next, and a process that has lost its lease has yet to see that another one was faster.
    /// </summary>
    public async Task AssertBalanceAsync(int bytes = 300_000)
    {
        IReadOnlyList<string> strays = [];
        await Waiting.ForAsync(async () => (strays = await BalanceAsync(bytes)).Count > 0 ? null : "none", () => $"Nobody takes away {string.Join(", ", strays)}.");
    }

    public string Locate(string url) => Path.Combine(Storage, url["/uploads/".Length..]);

    public async ValueTask DisposeAsync()
    {
        foreach (var service in services) await service.DisposeAsync();
        await Sandbox.DisposeAsync();
        http.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static MultipartFormDataContent Picture()
    {
        var image = new ByteArrayContent(picture);
        image.Headers.ContentType = new MediaTypeHeaderValue("image/jpeg");
        return new MultipartFormDataContent { { image, "image", "boat.jpg" } };
    }

    private static byte[] MakePicture()
    {
        using var bitmap = new SKBitmap(240, 240, SKColorType.Rgb888x, SKAlphaType.Opaque);
        bitmap.Erase(SKColors.SteelBlue);
        using var image = SKImage.FromBitmap(bitmap);
        using var jpeg = image.Encode(SKEncodedImageFormat.Jpeg, 80);
        return jpeg.ToArray();
    }
}
