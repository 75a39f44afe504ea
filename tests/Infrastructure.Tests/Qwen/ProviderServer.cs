using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace VideoPlatform.Infrastructure.Tests.Qwen;

/// <summary>One request exactly as it came off the wire.</summary>
internal sealed record WireRequest(int Connection, string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);
}

/// <summary>What the server does with one request, with the socket in its hands. True keeps the connection.</summary>
internal delegate Task<bool> Reaction(NetworkStream wire, CancellationToken ct);

/// <summary>A loopback server on a raw socket: it counts connections and requests, and answers with any bytes, or none.</summary>
internal sealed class ProviderServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentQueue<Reaction> script = new();
    private readonly ConcurrentQueue<WireRequest> requests = new();
    private readonly Channel<WireRequest> arrivals = Channel.CreateUnbounded<WireRequest>();
    private readonly Task loop;
    private int connections;

    public ProviderServer()
    {
        listener.Start();
        Origin = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
        loop = AcceptAsync();
    }

    public string Origin { get; }

    public IReadOnlyList<WireRequest> Requests => [.. requests];

    public int Connections => Volatile.Read(ref connections);

    public ProviderServer Then(Reaction reaction)
    {
        script.Enqueue(reaction);
        return this;
    }

    public ProviderServer Answer(int status, string body, params string[] headers) => Answer(status, Encoding.UTF8.GetBytes(body), headers);

    public ProviderServer Answer(int status, byte[] body, params string[] headers) => Then(async (wire, ct) =>
    {
        var head = string.Concat(headers.Append($"Content-Length: {body.Length}").Select(h => h + "\r\n"));
        await wire.WriteAsync(Encoding.Latin1.GetBytes($"HTTP/1.1 {status} Word\r\n{head}\r\n"), ct);
        await wire.WriteAsync(body, ct);
        return true;
    });

    /// <summary>Any bytes, then the end of the connection.</summary>
    public ProviderServer Raw(string bytes) => Then(async (wire, ct) =>
    {
        await wire.WriteAsync(Encoding.Latin1.GetBytes(bytes), ct);
        return false;
    });

    public ProviderServer CloseWithoutAnswer() => Then((_, _) => Task.FromResult(false));

    public ProviderServer Reset() => Then((wire, _) =>
    {
        wire.Socket.LingerState = new LingerOption(true, 0);
        return Task.FromResult(false);
    });

    public ProviderServer NeverAnswer() => Then(async (_, ct) =>
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
        return false;
    });

    public ValueTask<WireRequest> NextRequestAsync() => arrivals.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await loop;   // it must not be told to listen where nobody does
        listener.Stop();
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var served = new List<Task>();
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(stop.Token);
                served.Add(ServeAsync(client, Interlocked.Increment(ref connections)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(served);
        }
    }

    private async Task ServeAsync(TcpClient client, int connection)
    {
        using var _ = client;
        var wire = client.GetStream();
        try
        {
            while (await ReadRequestAsync(wire, connection, stop.Token) is { } request)
            {
                requests.Enqueue(request);
                await arrivals.Writer.WriteAsync(request, stop.Token);
                if (!script.TryDequeue(out var reaction) || !await reaction(wire, stop.Token)) return;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The client left, or the test is over.
        }
    }

    private static async Task<WireRequest?> ReadRequestAsync(NetworkStream wire, int connection, CancellationToken ct)
    {
        var head = new MemoryStream();
        var one = new byte[1];
        while (!head.GetBuffer().AsSpan(0, (int)head.Length).EndsWith("\r\n\r\n"u8))
        {
            if (await wire.ReadAsync(one, ct) == 0) return null;
            head.Write(one);
        }

        var lines = Encoding.Latin1.GetString(head.ToArray()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var first = lines[0].Split(' ');
        var headers = lines.Skip(1).Select(l => l.Split(": ", 2)).ToDictionary(p => p[0], p => p[1], StringComparer.OrdinalIgnoreCase);
        var body = new byte[headers.TryGetValue("Content-Length", out var length) ? int.Parse(length) : 0];
        await wire.ReadExactlyAsync(body, ct);
        return new WireRequest(connection, first[0], first[1], headers, body);
    }
}
