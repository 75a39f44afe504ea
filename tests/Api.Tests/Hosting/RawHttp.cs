using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace VideoPlatform.Api.Tests.Hosting;

/// <summary>Requests exactly as written, byte for byte: what no well-behaved client would send.</summary>
internal static class RawHttp
{
    public static Task<(int Status, string Body)> GetAsync(PlatformHost host, string path) =>
        SendAsync(host, $"GET {path} HTTP/1.1\r\nHost: {host.Address.Authority}\r\nConnection: close\r\n\r\n");

    /// <param name="leaveAfter">Stops sending then, while the service still waits for more.</param>
    public static async Task<(int Status, string Body)> SendAsync(PlatformHost host, string request, byte[]? body = null, bool leaveAfter = false)
    {
        using var client = new TcpClient { NoDelay = true };
        var ct = TestContext.Current.CancellationToken;
        await client.ConnectAsync(host.Address.Host, host.Address.Port, ct);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), ct);
        if (body is not null) await stream.WriteAsync(body, ct);
        if (leaveAfter) client.Client.Shutdown(SocketShutdown.Send);
        return await ReadAnswerAsync(stream);
    }

    /// <summary>One answer with a declared length, or until the connection ends, in whatever way.</summary>
    public static async Task<(int Status, string Body)> ReadAnswerAsync(Stream stream)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        enough.CancelAfter(TimeSpan.FromSeconds(30));
        var text = new StringBuilder();
        var block = new byte[16 * 1024];
        while (!IsWhole(text.ToString()))
        {
            var read = await ReadOrEndAsync(stream, block, enough.Token);
            if (read == 0) break;
            text.Append(Encoding.UTF8.GetString(block, 0, read));
        }

        var answer = text.ToString();
        var end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return end < 0 ? (0, answer) : (int.Parse(answer.AsSpan(9, 3), CultureInfo.InvariantCulture), answer[(end + 4)..]);
    }

    // A service that closes while bytes are still coming resets the connection: for who asked it has ended.
    private static async Task<int> ReadOrEndAsync(Stream stream, byte[] block, CancellationToken ct)
    {
        try
        {
            return await stream.ReadAsync(block, ct);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static bool IsWhole(string answer)
    {
        var end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0) return false;

        var length = answer[..end].Split("\r\n").FirstOrDefault(h => h.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        if (length is not null) return Encoding.UTF8.GetByteCount(answer.AsSpan(end + 4)) >= int.Parse(length.AsSpan(15), CultureInfo.InvariantCulture);
        return answer.EndsWith("0\r\n\r\n", StringComparison.Ordinal);
    }
}
