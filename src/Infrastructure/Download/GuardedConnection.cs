using System.Net;
using System.Net.Sockets;

namespace VideoPlatform.Infrastructure.Download;

/// <summary>The name leads to addresses that are not of the public internet.</summary>
internal sealed class ForbiddenAddressException(string host)
    : IOException($"The host {host} leads to an address that is not public (Downloads:AllowPrivateAddresses).");

/// <summary>
/// Makes the TCP connection of a fetch. Forbidden addresses are not even knocked at, and the connected socket's own far end is checked
/// again before a byte or a TLS greeting leaves: what was resolved before does not count.
/// </summary>
internal static class GuardedConnection
{
    public static async ValueTask<Stream> OpenAsync(
        SocketsHttpConnectionContext context, LinkPolicy policy, TimeSpan patience, TimeProvider clock, CancellationToken ct)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var anyAddress = policy.AllowsAnyAddress(context.InitialRequestMessage.RequestUri!);
        // The resolver refuses to look at 0.0.0.0 and ::; they are judged like any other address.
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, ct);
        var open = anyAddress ? addresses : [.. addresses.Where(PublicAddress.IsPublic)];
        if (open.Length == 0) throw addresses.Length > 0 ? new ForbiddenAddressException(host) : new SocketException((int)SocketError.HostNotFound);

        var socket = await ConnectAsync(open, port, patience, clock, ct);
        if (anyAddress || (socket.RemoteEndPoint is IPEndPoint far && PublicAddress.IsPublic(far.Address))) return new NetworkStream(socket, ownsSocket: true);

        socket.Dispose();
        throw new ForbiddenAddressException(host);
    }

    /// <summary>Knocks at one address after the other. Each has its share of the patience: one that swallows every packet must not use up the others' time.</summary>
    internal static async Task<Socket> ConnectAsync(IPAddress[] addresses, int port, TimeSpan patience, TimeProvider clock, CancellationToken ct)
    {
        SocketException? last = null;
        foreach (var address in addresses)
        {
            using var share = new CancellationTokenSource(patience / addresses.Length, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, share.Token);
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, port), either.Token);
                return socket;
            }
            catch (SocketException e)
            {
                socket.Dispose();
                last = e;
            }
            catch (OperationCanceledException)
            {
                socket.Dispose();
                ct.ThrowIfCancellationRequested();
                last = new SocketException((int)SocketError.TimedOut);
            }
        }

        throw last!;
    }
}
