using System.Runtime.InteropServices;
using MediatR;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Configuration.Memory;
using VideoPlatform.Api.Configuration;
using VideoPlatform.Application.Maintenance.Library;
using VideoPlatform.Domain.Results;
using VideoPlatform.Infrastructure.Archive;
using VideoPlatform.Infrastructure.Records;
using VideoPlatform.Sandbox;

namespace VideoPlatform.Api.Commands;

/// <summary>What a command needs to be there before it begins.</summary>
[Flags]
internal enum Needs
{
    Records = 0,

    /// <summary>The storage root as it is; nothing is made or written there by opening it.</summary>
    Storage = 1,

    /// <summary>The storage root, made ready for writing.</summary>
    WritableStorage = 2,

    /// <summary>The provider: the sandbox where that is used, else whatever is configured, a key or none.</summary>
    Provider = 4,

    /// <summary>A key, or the sandbox: without asking the provider there is nothing to do.</summary>
    ProviderKey = 8,

    /// <summary>No other command may remove files meanwhile.</summary>
    SharedLock = 16,
}

/// <summary>The program without its service: configuration, records, storage and use cases, for one command.</summary>
internal sealed class CommandHost : IAsyncDisposable
{
    private readonly WebApplication app;
    private SandboxProvider? sandbox;
    private IDisposable? held;

    private CommandHost(WebApplication app) => this.app = app;

    public IServiceProvider Services => app.Services;

    /// <exception cref="ConfigurationException">A value is wrong, or another command stands in the way.</exception>
    /// <exception cref="RecordsUnavailableException">The database is not there.</exception>
    /// <exception cref="StorageUnavailableException">The storage cannot be used.</exception>
    public static async Task<CommandHost> OpenAsync(string[] configuration, Needs needs, CancellationToken ct, Action<IServiceCollection>? adjust = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = configuration, ContentRootPath = AppContext.BaseDirectory });
        SpeakLess(builder.Configuration);
        var settings = builder.AddPlatform();
        if (needs.HasFlag(Needs.ProviderKey)) settings.RequireProvider();
        adjust?.Invoke(builder.Services);

        var started = needs.HasFlag(Needs.Provider) ? await settings.StartSandboxAsync(ct) : null;
        var host = new CommandHost(builder.Build()) { sandbox = started };
        try
        {
            host.Services.WarnOfUnknown(settings);
            await host.OpenAsync(needs, ct);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Keeps commands apart until this one ends, see <see cref="IMaintenanceLock"/>.</summary>
    /// <exception cref="ConfigurationException">Another command stands in the way.</exception>
    /// <exception cref="StorageUnavailableException">The storage root cannot be written.</exception>
    public void Take(bool alone) => held ??= Services.GetRequiredService<IMaintenanceLock>().TryTake(alone)
        ?? throw new ConfigurationException("Another maintenance command is changing this library. Wait for its end, then try again.");

    public Task<Result<T>> SendAsync<T>(IRequest<Result<T>> request, CancellationToken ct)
        where T : notnull => Services.GetRequiredService<IMediator>().Send(request, ct);

    public async ValueTask DisposeAsync()
    {
        held?.Dispose();
        await app.DisposeAsync();
        if (sandbox is not null) await sandbox.DisposeAsync();
    }

    /// <summary>Runs a command until it ends or somebody asks it to stop (Ctrl-C, SIGTERM): then it hands back what it has in hand. A second signal ends it at once.</summary>
    public static async Task<int> UntilStoppedAsync(Func<CancellationToken, Task<int>> command)
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        return await command(stop.Token);

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = !stop.IsCancellationRequested;
            if (signal.Cancel) stop.Cancel();
        }
    }

    private async Task OpenAsync(Needs needs, CancellationToken ct)
    {
        if (needs.HasFlag(Needs.WritableStorage))
        {
            await Services.OpenAsync(ct);
        }
        else
        {
            await Services.GetRequiredService<IRecordsStarter>().StartAsync(ct);
            if (needs.HasFlag(Needs.Storage)) await RefuseLostStorageAsync(ct);
        }

        // Before the first start there is no storage, and nothing in it that another command could take away.
        if (needs.HasFlag(Needs.SharedLock) && Directory.Exists(Services.GetRequiredService<StorageRoot>().Folder)) Take(alone: false);
    }

    private async Task RefuseLostStorageAsync(CancellationToken ct)
    {
        if (!Services.GetRequiredService<ILibraryFiles>().HasSentinel && await Services.KnowStorageAsync(ct)) throw Services.GetRequiredService<StorageRoot>().LostSentinel();
    }

    // The output is the command's own; the log joins in from warnings up, unless somebody asked for more.
    private static void SpeakLess(ConfigurationManager configuration)
    {
        IList<IConfigurationSource> sources = configuration.Sources;
        var files = sources.Select((source, at) => (source, at)).LastOrDefault(s => s.source is JsonConfigurationSource).at;
        sources.Insert(files + 1, new MemoryConfigurationSource { InitialData = [new("Serilog:MinimumLevel:Default", "Warning")] });
    }
}
