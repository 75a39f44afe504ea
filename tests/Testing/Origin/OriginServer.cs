using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace VideoPlatform.Testing.Origin;

/// <summary>An origin on the loopback that says exactly what the test tells it, byte by byte. One request a connection.</summary>
public sealed class OriginServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource closing = new();
    private readonly ConcurrentQueue<Func<Exchange, Task>> script = new();
    private readonly ConcurrentQueue<string> requests = new();
    private readonly Task serving;
    private Func<Exchange, Task> last = exchange => exchange.SayAsync("HTTP/1.1 500 Nothing Scripted\r\nContent-Length: 0\r\n\r\n");

    public OriginServer()
    {
        listener.Start();
        Address = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
        serving = ServeAsync();
    }

    public string Address { get; }

    public int Port => new Uri(Address).Port;

    /// <summary>The heads of all requests, oldest first.</summary>
    public IReadOnlyList<string> Requests => [.. requests];

    /// <summary>The next answer; the last one stays.</summary>
    public OriginServer Then(Func<Exchange, Task> answer)
    {
        script.Enqueue(answer);
        return this;
    }

    public OriginServer ThenSay(string head, ReadOnlyMemory<byte> body = default) => Then(exchange => exchange.SayAsync(head, body));

    public async ValueTask DisposeAsync()
    {
        if (closing.IsCancellationRequested) return;
        await closing.CancelAsync();
        await serving;
        listener.Stop();
    }

    private async Task ServeAsync()
    {
        var exchanges = new List<Task>();
        try
        {
            while (true) exchanges.Add(AnswerAsync(await listener.AcceptSocketAsync(closing.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(exchanges);
        }
    }

    private async Task AnswerAsync(Socket socket)
    {
        using var exchange = new Exchange(socket, closing.Token);
        try
        {
            if (!await exchange.HearAsync()) return;

            requests.Enqueue(exchange.Request);
            if (script.TryDequeue(out var next)) last = next;
            await last(exchange);
            await exchange.EndAsync();
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The client left, or the test is over.
        }
    }
}

/// <summary>One connection.</summary>
public sealed class Exchange(Socket socket, CancellationToken closing) : IDisposable
{
    /// <summary>The head of the request.</summary>
    public string Request { get; private set; } = "";

    /// <summary>Where the bytes begin that are asked for; null when all are.</summary>
    public int? From => AskedFrom(Request);

    /// <summary>The same of a request's head.</summary>
    public static int? AskedFrom(string request)
    {
        const string header = "Range: bytes=";
        var at = request.IndexOf(header, StringComparison.Ordinal) + header.Length;
        return at < header.Length ? null : int.Parse(request.AsSpan(at, request.IndexOf('-', at) - at), CultureInfo.InvariantCulture);
    }

    public async Task<bool> HearAsync()
    {
        var (buffer, length) = (new byte[16 * 1024], 0);
        while (!Request.Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(length), closing);
            if (read == 0) return false;
            length += read;
            Request = Encoding.ASCII.GetString(buffer, 0, length);
        }

        return true;
    }

    public async Task SayAsync(string head, ReadOnlyMemory<byte> body = default)
    {
        await SendAsync(Encoding.ASCII.GetBytes(head));
        await SendAsync(body);
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0) bytes = bytes[await socket.SendAsync(bytes, closing)..];
    }

    /// <summary>Ends with a reset instead of a proper end.</summary>
    public void Reset()
    {
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        socket.Close();
    }

    /// <summary>Ends properly: nothing more is said, and nothing that is still on its way is answered by a reset.</summary>
    public Task EndAsync()
    {
        socket.Shutdown(SocketShutdown.Send);
        return HangAsync();
    }

    /// <summary>Says nothing more until the client leaves.</summary>
    public async Task HangAsync()
    {
        var buffer = new byte[1];
        while (await socket.ReceiveAsync(buffer, closing) > 0) { }
    }

    public void Dispose() => socket.Dispose();
}
