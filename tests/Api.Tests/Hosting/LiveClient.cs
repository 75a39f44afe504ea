using System.Net.WebSockets;
using System.Text.Json.Nodes;

namespace VideoPlatform.Api.Tests.Hosting;

/// <summary>A page that listens.</summary>
internal sealed class LiveClient : IAsyncDisposable
{
    private readonly ClientWebSocket socket = new();
    private readonly byte[] buffer = new byte[1024 * 1024];

    public static async Task<LiveClient> ConnectAsync(PlatformHost host, string query = "", params (string Name, string Value)[] headers)
    {
        var client = new LiveClient();
        client.socket.Options.Proxy = null;
        foreach (var (name, value) in headers) client.socket.Options.SetRequestHeader(name, value);
        try
        {
            await client.socket.ConnectAsync(new Uri($"ws://{host.Address.Authority}/ws{query}"), TestContext.Current.CancellationToken);
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>The next message; a TimeoutException when none comes.</summary>
    public async Task<JsonNode> NextAsync()
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        enough.CancelAfter(TimeSpan.FromSeconds(60));
        var length = 0;
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), enough.Token);
            if (part.MessageType is WebSocketMessageType.Close) throw new EndOfStreamException("The service closed.");

            Assert.Equal(WebSocketMessageType.Text, part.MessageType);
            length += part.Count;
            if (part.EndOfMessage) return JsonNode.Parse(buffer.AsSpan(0, length))!;
        }
    }

    /// <summary>Messages up to and with the one that is wished for.</summary>
    public async Task<List<JsonNode>> UntilAsync(Func<JsonNode, bool> wish)
    {
        List<JsonNode> seen = [];
        do seen.Add(await NextAsync());
        while (!wish(seen[^1]));
        return seen;
    }

    public Task<List<JsonNode>> UntilStatusAsync(string id, string status) =>
        UntilAsync(m => m["workspace_id"]?.GetValue<string>() == id && m["video"]?["status"]?.GetValue<string>() == status);

    public async ValueTask DisposeAsync()
    {
        socket.Abort();
        socket.Dispose();
        await Task.CompletedTask;
    }
}
