using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using VideoPlatform.Infrastructure.Download;

namespace VideoPlatform.Infrastructure.Tests.Download;

/// <summary>A name with several addresses, one of which swallows every packet: a listener whose queue is full.</summary>
public sealed class GuardedConnectionTests : IDisposable
{
    private static readonly IPAddress silent = IPAddress.Parse("127.0.0.1"), open = IPAddress.Parse("127.0.0.2");

    private readonly FakeTimeProvider clock = new();
    private readonly Socket silentListener = NewSocket();
    private readonly Socket openListener = NewSocket();
    private readonly Socket queued = NewSocket();
    private readonly int port;

    public GuardedConnectionTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere a full queue refuses, or there is one loopback address.");
        silentListener.Bind(new IPEndPoint(silent, 0));
        silentListener.Listen(0);
        port = ((IPEndPoint)silentListener.LocalEndPoint!).Port;
        queued.Connect(silent, port);
        openListener.Bind(new IPEndPoint(open, port));
        openListener.Listen();
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        foreach (var socket in (Socket[])[queued, silentListener, openListener]) socket.Dispose();
    }

    [Fact]
    public async Task The_next_address_has_its_turn_when_the_first_is_silent()
    {
        var connecting = GuardedConnection.ConnectAsync([silent, open], port, TimeSpan.FromSeconds(60), clock, Ct);
        clock.Advance(TimeSpan.FromSeconds(29));
        Assert.False(connecting.IsCompleted);

        clock.Advance(TimeSpan.FromSeconds(1));

        using var socket = await connecting.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, Ct);   // the system itself gives up after two minutes
        Assert.Equal(new IPEndPoint(open, port), socket.RemoteEndPoint);
    }

    [Fact]
    public async Task Silence_at_the_last_address_is_a_failure_to_connect()
    {
        var connecting = GuardedConnection.ConnectAsync([silent], port, TimeSpan.FromSeconds(60), clock, Ct);

        clock.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal(SocketError.TimedOut, (await Assert.ThrowsAsync<SocketException>(() => connecting.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, Ct))).SocketErrorCode);
    }

    [Fact]
    public async Task A_caller_who_leaves_is_not_kept()
    {
        using var leaves = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var connecting = GuardedConnection.ConnectAsync([silent, open], port, TimeSpan.FromSeconds(60), clock, leaves.Token);

        await leaves.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
    }

    private static Socket NewSocket() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
}
