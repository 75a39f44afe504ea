using System.Net;
using System.Net.Sockets;

namespace VideoPlatform.Bench.Equipment;

/// <summary>nginx as a static file server: <c>sendfile on</c>, no logs, one worker a core.</summary>
internal sealed class NginxServer : IAsyncDisposable
{
    private readonly ChildProcess child;

    private NginxServer(ChildProcess child, Uri address) => (this.child, Address) = (child, address);

    public Uri Address { get; }

    /// <param name="root">What it serves.</param>
    /// <param name="extra">More for the location.</param>
    public static async Task<NginxServer> StartAsync(Ground ground, string root, CancellationToken ct, string extra = "")
    {
        var folder = ground.NewFolder("nginx");
        var port = FreePort();
        var user = Environment.UserName == "root" ? "user root;" : "";
        await File.WriteAllTextAsync(Path.Combine(folder, "nginx.conf"),
            $$"""
            {{user}}
            daemon off;
            worker_processes auto;
            pid nginx.pid;
            error_log stderr notice;
            events { worker_connections 512; }
            http {
                access_log off;
                sendfile on;
                keepalive_requests 100000000;
                types { video/mp4 mp4; }
                client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
                server {
                    listen 127.0.0.1:{{port}};
                    root {{root}};
                    location / { {{extra}} }
                }
            }
            """, ct);
        var started = ChildProcess.Start("nginx", ["-p", folder, "-c", "nginx.conf", "-e", "stderr"], folder);
        try
        {
            await started.LineWithAsync("start worker processes", ct);   // the socket listens before the workers start
            return new NginxServer(started, new Uri($"http://127.0.0.1:{port}"));
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => child.DisposeAsync();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
