using System.Net;
using System.Net.Sockets;

namespace VideoPlatform.Infrastructure.Download;

/// <summary>
/// Tells addresses of the public internet from all others (IANA special-purpose registries for IPv4 and IPv6, RFC 6890).
/// An IPv6 form that carries an IPv4 address is judged by that address.
/// </summary>
internal static class PublicAddress
{
    private static readonly IPNetwork[] closedV4 =
    [
        IPNetwork.Parse("0.0.0.0/8"),          // this network, and "unspecified"
        IPNetwork.Parse("10.0.0.0/8"),
        IPNetwork.Parse("100.64.0.0/10"),      // carrier NAT; Alibaba's metadata service 100.100.100.200 is in it
        IPNetwork.Parse("127.0.0.0/8"),
        IPNetwork.Parse("169.254.0.0/16"),     // link-local; the metadata service 169.254.169.254 is in it
        IPNetwork.Parse("172.16.0.0/12"),
        IPNetwork.Parse("192.0.0.0/24"),
        IPNetwork.Parse("192.0.2.0/24"),       // documentation
        IPNetwork.Parse("192.88.99.0/24"),     // 6to4 relays, withdrawn
        IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("198.18.0.0/15"),      // benchmarks
        IPNetwork.Parse("198.51.100.0/24"),    // documentation
        IPNetwork.Parse("203.0.113.0/24"),     // documentation
        IPNetwork.Parse("224.0.0.0/4"),        // multicast
        IPNetwork.Parse("240.0.0.0/4"),        // reserved, and broadcast
    ];

    // Of IPv6 only 2000::/3 is given out as global unicast. Loopback, ULA (with the metadata service fd00:ec2::254), link-local,
    // site-local, multicast, IPv4-compatible and the local NAT64 prefix all lie outside it.
    private static readonly IPNetwork globalV6 = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] closedV6 =
    [
        IPNetwork.Parse("2001::/23"),          // protocol assignments: Teredo, ORCHID, benchmarks
        IPNetwork.Parse("2001:db8::/32"),      // documentation
        IPNetwork.Parse("3fff::/20"),          // documentation
    ];

    private static readonly IPNetwork sixToFour = IPNetwork.Parse("2002::/16");
    private static readonly IPNetwork nat64 = IPNetwork.Parse("64:ff9b::/96");

    public static bool IsPublic(IPAddress address) => address.AddressFamily switch
    {
        AddressFamily.InterNetwork => !closedV4.Any(network => network.Contains(address)),
        AddressFamily.InterNetworkV6 => IsPublicV6(address),
        _ => false,
    };

    private static bool IsPublicV6(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        if (address.IsIPv4MappedToIPv6 || nat64.Contains(address)) return IsPublic(new IPAddress(bytes.AsSpan(12, 4)));
        if (sixToFour.Contains(address)) return IsPublic(new IPAddress(bytes.AsSpan(2, 4)));

        return globalV6.Contains(address) && !closedV6.Any(network => network.Contains(address));
    }
}
