using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace VideoPlatform.Bench.Equipment;

/// <summary>The least of an HTTP client: one connection, one request after the other, on the caller's thread. What it measures is the server.</summary>
internal sealed class BareClient : IDisposable
{
    private readonly Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 30_000 };
    private readonly byte[] buffer = new byte[256 * 1024];
    private readonly string host;

    public BareClient(Uri address)
    {
        host = address.Authority;
        socket.Connect(address.Host, address.Port);
    }

    public byte[] Post(string path, ReadOnlySpan<byte> json, string? idempotencyKey)
    {
        var key = idempotencyKey is null ? "" : $"Idempotency-Key: {idempotencyKey}\r\n";
        return [.. Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n{key}Content-Length: {json.Length}\r\n\r\n"), .. json];
    }

    /// <returns>The status; the whole answer has been read.</returns>
    public int Send(byte[] request)
    {
        socket.Send(request);
        for (var length = 0; length < buffer.Length;)
        {
            var read = socket.Receive(buffer.AsSpan(length));
            if (read == 0) throw new IOException("The connection was closed.");
            length += read;
            if (IsWhole(buffer.AsSpan(0, length))) return int.Parse(buffer.AsSpan(9, 3), CultureInfo.InvariantCulture);
        }

        throw new IOException("The answer is too long.");
    }

    public string LastAnswer => Encoding.UTF8.GetString(buffer).TrimEnd('\0');

    public void Dispose() => socket.Dispose();

    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        var headEnd = answer.IndexOf("\r\n\r\n"u8);
        if (headEnd < 0) return false;

        var name = "Content-Length: "u8;
        var at = answer[..headEnd].IndexOf(name);
        if (at < 0) return answer.EndsWith("\r\n0\r\n\r\n"u8);   // in chunks

        var digits = answer[(at + name.Length)..(headEnd + 2)];
        return answer.Length - headEnd - 4 >= int.Parse(digits[..digits.IndexOf((byte)'\r')], CultureInfo.InvariantCulture);
    }
}
