using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace VideoPlatform.Sandbox.Listening;

/// <summary>A web server on 127.0.0.1 that knows nothing of the host process: no arguments, settings, environment, signals or console.</summary>
internal sealed class LoopbackListener : IAsyncDisposable
{
    /// <summary>Larger than any body that is accepted, so that an oversized one gets the provider's answer and not the server's.</summary>
    private const long MaxRequestBytes = 2L << 30;

    private readonly WebApplication _app;

    private LoopbackListener(WebApplication app)
    {
        _app = app;
        Origin = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    public Uri Origin { get; }

    /// <summary>On the port of last time if it is free, else on one that the system chooses. 0: there was no last time.</summary>
    public static async Task<LoopbackListener> StartRememberedAsync(int port, Action<WebApplication> map, CancellationToken ct)
    {
        try
        {
            return await StartAsync(port, map, ct);
        }
        catch (IOException) when (port != 0)
        {
            return await StartAsync(0, map, ct);
        }
    }

    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<LoopbackListener> StartAsync(int port, Action<WebApplication> map, CancellationToken ct)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxRequestBytes;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            // A write is over when the bytes have left: an answer that is cut off after N bytes delivers N bytes.
            kestrel.Limits.MaxResponseBufferSize = 0;
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, DetachedLifetime>();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(2));

        var app = builder.Build();
        map(app);
        try
        {
            await app.StartAsync(ct);
            return new LoopbackListener(app);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }

    /// <summary>Takes the place of the console lifetime, which would catch the signals that are meant for the host process.</summary>
    private sealed class DetachedLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
