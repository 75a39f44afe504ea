using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Abstractions;
using Serilog;
using VideoPlatform.Api.Configuration;
using VideoPlatform.Application;
using VideoPlatform.Application.Stats;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Infrastructure.Archive;
using VideoPlatform.Infrastructure.Maintenance;
using VideoPlatform.Infrastructure.Qwen;
using VideoPlatform.Infrastructure.Records;
using VideoPlatform.Sandbox;

namespace VideoPlatform.Api;

/// <summary>What every command of the program shares: configuration, logs, the use cases and their adapters.</summary>
internal static class PlatformServices
{
    /// <summary>Reads the configuration and registers everything; nothing is opened or started yet.</summary>
    /// <exception cref="ConfigurationException">A value is wrong.</exception>
    public static Settings AddPlatform(this IHostApplicationBuilder builder)
    {
        var settings = Settings.Read(builder.Configuration, builder.Environment.IsDevelopment());
        settings.Register(builder.Services);
        builder.Services.AddSerilog(preserveStaticLogger: true, configureLogger: (_, log) => log
            .ReadFrom.Configuration(builder.Configuration)
            .Enrich.FromLogContext()
            .WriteTo.Console(
                outputTemplate: "{Timestamp:yyyy-MM-ddTHH:mm:ss.fffK} {Level:u3} {TraceId} {SourceContext} {Message:lj}{NewLine}{Exception}",
                standardErrorFromLevel: Serilog.Events.LogEventLevel.Verbose));
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(new ProviderIdentity(settings.UsesSandbox));
        builder.Services.AddApplication();
        builder.Services.AddRecords(builder.Configuration);
        builder.Services.AddFiles();
        builder.Services.AddQwen();
        builder.Services.AddLibrary();
        builder.Services.Decorate<IWorkspaceRepository, NotifyingWorkspaceRepository>();
        return settings;
    }

    /// <summary>Starts the built-in sandbox, if it is the provider, and points the adapters at it.</summary>
    public static async Task<SandboxProvider?> StartSandboxAsync(this Settings settings, CancellationToken ct)
    {
        if (!settings.UsesSandbox) return null;

        var sandbox = await SandboxProvider.StartAsync(
            new SandboxOptions
            {
                Folder = settings.Sandbox.Path,
                PendingFor = settings.Sandbox.PendingFor,
                RunningFor = settings.Sandbox.RunningFor,
                LinkLifetime = settings.Sandbox.LinkLifetime,
            },
            NullLoggerFactory.Instance, ct);
        settings.Qwen.BaseUrl = sandbox.BaseUrl.ToString().TrimEnd('/');
        settings.Qwen.ApiKey = "sandbox";
        settings.Downloads.SandboxOrigin = sandbox.ResultOrigin;
        return sandbox;
    }

    /// <summary>Points the adapters at the sandbox of a running service on the same state folder: two on one folder would not know of each other's tasks.</summary>
    /// <returns>False when there is none, or when the sandbox is not the provider.</returns>
    public static async Task<bool> AttachSandboxAsync(this Settings settings, CancellationToken ct)
    {
        if (!settings.UsesSandbox || await SandboxProvider.FindRunningAsync(settings.Sandbox.Path, ct) is not { } running) return false;

        settings.Qwen.BaseUrl = running.BaseUrl.ToString().TrimEnd('/');
        settings.Qwen.ApiKey = "sandbox";
        settings.Downloads.SandboxOrigin = running.ResultOrigin;
        return true;
    }

    /// <summary>Opens the database, then the storage that its records are about.</summary>
    /// <exception cref="RecordsUnavailableException">The database is not there.</exception>
    /// <exception cref="StorageUnavailableException">The storage cannot be used.</exception>
    public static async Task OpenAsync(this IServiceProvider services, CancellationToken ct)
    {
        await services.GetRequiredService<IRecordsStarter>().StartAsync(ct);
        var clock = services.GetRequiredService<TimeProvider>();
        var counts = await services.GetRequiredService<IWorkspaceRepository>().CountAsync(clock.GetUtcNow(), clock.GetUtcNow(), ct);

        // Only files that this product has archived have a recorded size; those of the earlier system lie in a root without a sentinel.
        await services.GetRequiredService<StorageRoot>().OpenAsync(recordsExist: counts.StoredBytes > 0, ct);
    }
}
