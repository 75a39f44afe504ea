using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;

namespace VideoPlatform.Sandbox.Tests;

public sealed class ListeningTests : SandboxTest
{
    [Fact]
    public void Both_listeners_are_on_the_loopback_address_and_on_different_ports()
    {
        Assert.Equal("127.0.0.1", Sandbox.BaseUrl.Host);
        Assert.Equal("/api/v1", Sandbox.BaseUrl.AbsolutePath);
        Assert.Equal("127.0.0.1", Sandbox.ResultOrigin.Host);
        Assert.NotEqual(Sandbox.BaseUrl.Port, Sandbox.ResultOrigin.Port);
    }

    [Fact]
    public async Task A_remembered_port_that_is_taken_is_replaced_by_another()
    {
        var port = Sandbox.BaseUrl.Port;
        await StopAsync();
        using var taken = new TcpListener(IPAddress.Loopback, port);
        taken.Start();

        await StartAsync(Options());

        Assert.NotEqual(port, Sandbox.BaseUrl.Port);
    }

    [Fact]
    public async Task A_running_sandbox_is_found_by_its_folder_and_by_no_other()
    {
        var found = await SandboxProvider.FindRunningAsync(Options().Folder, CancellationToken.None);
        Assert.Equal(new RunningSandbox(Sandbox.BaseUrl, Sandbox.ResultOrigin), found);

        // Another folder that remembers the same port, from a time when it had it.
        var other = Path.Combine(Folder, "other");
        Directory.CreateDirectory(other);
        File.Copy(Path.Combine(Options().Folder, "ports.json"), Path.Combine(other, "ports.json"));
        Assert.Null(await SandboxProvider.FindRunningAsync(other, CancellationToken.None));
        await File.WriteAllBytesAsync(Path.Combine(other, "link.secret"), new byte[32]);
        Assert.Null(await SandboxProvider.FindRunningAsync(other, CancellationToken.None));

        await StopAsync();
        Assert.Null(await SandboxProvider.FindRunningAsync(Options().Folder, CancellationToken.None));
    }

    [Fact]
    public async Task A_chosen_port_that_is_taken_is_an_error()
    {
        var options = new SandboxOptions { Folder = Path.Combine(Folder, "second"), Port = Sandbox.BaseUrl.Port };

        await Assert.ThrowsAnyAsync<IOException>(() => SandboxProvider.StartAsync(options, NullLoggerFactory.Instance, CancellationToken.None));
    }

    [Fact]
    public async Task It_stops_while_a_client_hangs_on_it()
    {
        var (_, link) = await FinishedAsync();
        Sandbox.Faults.Add(Faults.SandboxFaultKind.DownloadStalled);
        using var response = await DownloadAsync(link);
        await using var stream = await response.Content.ReadAsStreamAsync();

        await StopAsync();

        await Assert.ThrowsAnyAsync<IOException>(() => stream.CopyToAsync(Stream.Null));
    }
}
