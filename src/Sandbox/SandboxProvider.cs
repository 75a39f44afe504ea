using Microsoft.Extensions.Logging;
using VideoPlatform.Sandbox.Api;
using VideoPlatform.Sandbox.Counters;
using VideoPlatform.Sandbox.Faults;
using VideoPlatform.Sandbox.Listening;
using VideoPlatform.Sandbox.Oss;
using VideoPlatform.Sandbox.Rendering;
using VideoPlatform.Sandbox.Tasks;

namespace VideoPlatform.Sandbox;

/// <summary>
/// A running emulator of DashScope video generation, on two ports of 127.0.0.1: the API, and the object store that hands
/// out results and takes uploads. It makes no outgoing request.
/// </summary>
public sealed class SandboxProvider : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly SandboxOptions _options;
    private readonly SandboxFolder _folder;
    private readonly TaskBook _book;
    private readonly VideoWorkshop _workshop;
    private LoopbackListener? _results;
    private LoopbackListener? _api;

    private SandboxProvider(SandboxOptions options, ILoggerFactory logs)
    {
        _options = options;
        _folder = new SandboxFolder(options.Folder);
        _book = new TaskBook(_folder, options, Faults);
        _workshop = new VideoWorkshop(_folder, options, _book, logs);
        Counters = new SandboxCounters(_book, options.TimeProvider);
    }

    /// <summary>Base address of the API, <c>http://127.0.0.1:{port}/api/v1</c>.</summary>
    public Uri BaseUrl => new(_api!.Origin, "/api/v1");

    /// <summary>Scheme, host and port of every result link, and of uploads.</summary>
    public Uri ResultOrigin => _results!.Origin;

    /// <summary>Failures that can be arranged at any time.</summary>
    public SandboxFaults Faults { get; } = new();

    /// <summary>What happened.</summary>
    public SandboxCounters Counters { get; }

    /// <summary>Starts both listeners and takes up the tasks of the folder.</summary>
    /// <exception cref="IOException">The port in the options is taken, or the folder cannot be used.</exception>
    public static async Task<SandboxProvider> StartAsync(SandboxOptions options, ILoggerFactory logs, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(logs);
        if (options.Video is SandboxVideo.Generated { Length: < GeneratedBody.HeadBytes })
            throw new ArgumentException($"A generated video has at least {GeneratedBody.HeadBytes} bytes.", nameof(options));

        var provider = new SandboxProvider(options, logs);
        try
        {
            await provider.ListenAsync(ct);
            return provider;
        }
        catch
        {
            await provider.DisposeAsync();
            throw;
        }
    }

    /// <summary>A sandbox that runs on this folder already, in another process.</summary>
    /// <returns>Null when there is none.</returns>
    public static async Task<RunningSandbox?> FindRunningAsync(string folder, CancellationToken ct)
    {
        var ports = SandboxFolder.ReadPorts(folder);
        if (ports.Api == 0 || SandboxFolder.ReadId(folder) is not { } id) return null;

        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(2) };
        try
        {
            using var answer = await http.GetAsync($"http://127.0.0.1:{ports.Api}/sandbox", ct);
            return answer.IsSuccessStatusCode && answer.Headers.TryGetValues(ApiRoutes.FolderHeader, out var works) && works.Contains(id)
                ? new RunningSandbox(new Uri($"http://127.0.0.1:{ports.Api}/api/v1"), new Uri($"http://127.0.0.1:{ports.Results}"))
                : null;
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (_api is not null) await _api.DisposeAsync();
        if (_results is not null) await _results.DisposeAsync();
        await _workshop.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task ListenAsync(CancellationToken ct)
    {
        await _workshop.ResumeAsync(ct);

        var last = _folder.Ports;
        var signer = new LinkSigner(_folder.LinkSecret);
        var policy = new UploadPolicy(_options, _folder, signer);
        var results = new ResultRoutes(
            new DownloadEndpoint(_options, _folder, _book, signer, Faults, Counters, _stopping.Token),
            new UploadEndpoint(_folder, policy, Faults, Counters), Counters);
        _results = await LoopbackListener.StartRememberedAsync(last.Results, results.Map, ct);

        var api = new ApiRoutes(
            _options,
            new SubmitEndpoint(_options, _folder, _book, _workshop, policy, Faults, Counters, _stopping.Token),
            new TaskEndpoints(_options, _book, new TaskWire(_options, signer, ResultOrigin), Faults, Counters),
            new ControlEndpoints(Faults, Counters, ResultOrigin), policy, ResultOrigin, Counters, _folder.Id);
        _api = _options.Port == 0
            ? await LoopbackListener.StartRememberedAsync(last.Api, api.Map, ct)
            : await LoopbackListener.StartAsync(_options.Port, api.Map, ct);
        _folder.Ports = new SandboxPorts(_api.Origin.Port, ResultOrigin.Port);
    }
}

/// <summary>Where another process's sandbox listens.</summary>
public sealed record RunningSandbox(Uri BaseUrl, Uri ResultOrigin);
