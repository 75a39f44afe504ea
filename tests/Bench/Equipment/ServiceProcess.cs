using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;

namespace VideoPlatform.Bench.Equipment;

/// <summary>The built service as a process of its own, on a port that the system chooses, with a folder of its own. It finds no ffmpeg: posters are not measured.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private readonly ChildProcess child;

    private ServiceProcess(ChildProcess child, Uri address, TimeSpan readyAfter) => (this.child, Address, ReadyAfter) = (child, address, readyAfter);

    public int Id => child.Id;

    public Uri Address { get; }

    /// <summary>From the start of the process to the first good answer of <c>/health/ready</c>.</summary>
    public TimeSpan ReadyAfter { get; }

    public HttpClient Http { get; } = new(new SocketsHttpHandler { UseProxy = false });

    /// <param name="folder">Holds its database and its storage.</param>
    /// <param name="settings">As <c>Section:Key=value</c>.</param>
    public static async Task<ServiceProcess> StartAsync(Ground ground, string folder, CancellationToken ct, params string[] settings)
    {
        string[] defaults =
        [
            "Urls=http://127.0.0.1:0", $"Storage:Root={Library.Storage(folder)}", $"Persistence:Sqlite:Path={Library.Database(folder)}",
            "Qwen:ApiKey=bench", "Qwen:BaseUrl=http://127.0.0.1:9/api/v1",   // nobody listens on the port of "discard"
        ];
        var begun = Stopwatch.GetTimestamp();
        var started = ChildProcess.Start(
            Ground.Dotnet, ["exec", ground.Service, .. defaults.Concat(settings).Select(setting => "--" + setting)], folder,
            new Dictionary<string, string?> { ["PATH"] = folder, ["DOTNET_ENVIRONMENT"] = "Production", ["ASPNETCORE_URLS"] = null, ["DASHSCOPE_API_KEY"] = null });
        try
        {
            var line = await started.LineWithAsync("Serving at ", ct);
            var address = new Uri(line[(line.IndexOf("Serving at ", StringComparison.Ordinal) + 11)..]);
            using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
            using var ready = await http.GetAsync(new Uri(address, "/health/ready"), ct);
            ready.EnsureSuccessStatusCode();
            return new ServiceProcess(started, address, Stopwatch.GetElapsedTime(begun));
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    /// <summary>Returns when it has logged this.</summary>
    public Task SaysAsync(string text, CancellationToken ct) => child.LineWithAsync(text, ct);

    /// <summary>Listens to the live updates from now on.</summary>
    public async Task<LiveListener> ListenAsync(CancellationToken ct)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(Address) { Scheme = "ws", Path = "/ws" }.Uri, ct);
        var listener = new LiveListener(socket);
        await listener.NextAsync(ct);   // the snapshot
        return listener;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await child.DisposeAsync();
    }
}

/// <summary>One WebSocket of the service.</summary>
internal sealed class LiveListener(ClientWebSocket socket) : IDisposable
{
    private byte[] buffer = new byte[64 * 1024];

    /// <summary>The next message's workspace and status; both null in a snapshot.</summary>
    public async Task<(string? Workspace, string? Status)> NextAsync(CancellationToken ct)
    {
        var length = 0;
        while (true)
        {
            if (length == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
            var read = await socket.ReceiveAsync(buffer.AsMemory(length), ct);
            if (read.MessageType is WebSocketMessageType.Close) throw new InvalidOperationException("The service closed the live updates.");
            length += read.Count;
            if (read.EndOfMessage) break;
        }

        using var message = JsonDocument.Parse(buffer.AsMemory(0, length));
        var root = message.RootElement;
        return root.GetProperty("type").GetString() == "video" && root.GetProperty("video") is { ValueKind: JsonValueKind.Object } video
            ? (root.GetProperty("workspace_id").GetString(), video.GetProperty("status").GetString())
            : (null, null);
    }

    /// <summary>Returns when all of these have completed.</summary>
    public async Task CompletedAsync(IEnumerable<string> workspaces, CancellationToken ct)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(ct);
        enough.CancelAfter(TimeSpan.FromMinutes(2));
        var missing = workspaces.ToHashSet(StringComparer.Ordinal);
        while (missing.Count > 0)
        {
            var (workspace, status) = await NextAsync(enough.Token);
            if (status == "completed") missing.Remove(workspace!);
            if (status is "failed" or "expired" && missing.Contains(workspace!)) throw new InvalidOperationException($"A video ended {status}.");
        }
    }

    public void Dispose() => socket.Dispose();
}
