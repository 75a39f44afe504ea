using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Abstractions;
using Serilog;
using Serilog.Events;
using VideoPlatform.Api.Configuration;
using VideoPlatform.Api.Logs;
using VideoPlatform.Application;
using VideoPlatform.Application.Stats;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Infrastructure.Archive;
using VideoPlatform.Infrastructure.Maintenance;
using VideoPlatform.Infrastructure.Qwen;
using VideoPlatform.Infrastructure.Records;
using VideoPlatform.Sandbox;
using ILogger = Microsoft.Extensions.Logging.ILogger;

namespace VideoPlatform.Api;

/// <summary>What every command of the program shares: configuration, logs, the use cases and their adapters.</summary>
internal static partial class PlatformServices
{
    private const int HostStartFailed = 11;   // Microsoft.Extensions.Hosting.Internal.LoggerEventIds.HostedServiceStartupFaulted

    /// <summary>Reads the configuration and registers everything; nothing is opened or started yet.</summary>
    /// <exception cref="ConfigurationException">A value is wrong.</exception>
    public static Settings AddPlatform(this IHostApplicationBuilder builder)
    {
        var settings = Settings.Read(builder.Configuration, builder.Environment.IsDevelopment());
        settings.Register(builder.Services);
        builder.Services.AddSerilog(preserveStaticLogger: true, configureLogger: (_, log) => log
            .ReadFrom.Configuration(builder.Configuration)
            .Filter.ByExcluding(IsStartFailure)
            .Enrich.FromLogContext()
            .WriteTo.Queued(lines => lines.Console(
                outputTemplate: "{Timestamp:yyyy-MM-ddTHH:mm:ss.fffK} {Level:u3} {TraceId} {SourceContext} {Message:lj}{NewLine}{Exception}",
                standardErrorFromLevel: LogEventLevel.Verbose)));
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(new ProviderIdentity(settings.UsesSandbox));
        builder.Services.AddApplication();
        builder.Services.AddRecords();
        builder.Services.AddFiles();
        builder.Services.AddQwen();
        builder.Services.AddLibrary();
        builder.Services.Decorate<IWorkspaceRepository, NotifyingWorkspaceRepository>();
        return settings;
    }

    /// <summary>Warns of keys that were given and mean nothing. Their values may be secrets.</summary>
    public static void WarnOfUnknown(this IServiceProvider services, Settings settings)
    {
        var log = services.GetRequiredService<ILoggerFactory>().CreateLogger("VideoPlatform");
        foreach (var key in settings.Unknown) LogUnknown(log, key);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Key} was given and means nothing: no setting has that name. docs/configuration.md has them all")]
    private static partial void LogUnknown(ILogger log, string key);

    // The host logs it with its stack trace and throws it as well; whoever starts the program is told in one line, or by the exception.
    private static bool IsStartFailure(LogEvent log) =>
        log.Properties.TryGetValue("SourceContext", out var source) && source is ScalarValue { Value: "Microsoft.Extensions.Hosting.Internal.Host" }
        && log.Properties.TryGetValue("EventId", out var id) && id is StructureValue { Properties: var parts } && parts.Any(p => p is { Name: "Id", Value: ScalarValue { Value: HostStartFailed } });

    /// <summary>
    /// Points the adapters at the built-in sandbox, if it is the provider: at that of another process on the same state folder, since two would not know
    /// of each other's tasks, or else at a new one.
    /// </summary>
    /// <returns>The new one, to be disposed; null when there is none.</returns>
    /// <exception cref="ConfigurationException">Its folder cannot be used.</exception>
    public static async Task<SandboxProvider?> StartSandboxAsync(this Settings settings, CancellationToken ct)
    {
        if (!settings.UsesSandbox) return null;

        if (await SandboxProvider.FindRunningAsync(settings.Sandbox.Path, ct) is { } running)
        {
            settings.Use(running.BaseUrl, running.ResultOrigin);
            return null;
        }

        var options = new SandboxOptions
        {
            Folder = settings.Sandbox.Path,
            PendingFor = settings.Sandbox.PendingFor,
            RunningFor = settings.Sandbox.RunningFor,
            LinkLifetime = settings.Sandbox.LinkLifetime,
        };
        try
        {
            var sandbox = await SandboxProvider.StartAsync(options, NullLoggerFactory.Instance, ct);
            settings.Use(sandbox.BaseUrl, sandbox.ResultOrigin);
            return sandbox;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new ConfigurationException($"Configuration error: Sandbox:Path is {settings.Sandbox.Path}, where the sandbox cannot be started: {e.Message.TrimEnd('.')}. Example: data/sandbox");
        }
    }

    private static void Use(this Settings settings, Uri sandbox, Uri resultOrigin)
    {
        settings.Qwen.BaseUrl = sandbox.ToString().TrimEnd('/');
        settings.Qwen.ApiKey = "sandbox";
        settings.Downloads.SandboxOrigin = resultOrigin;
    }

    /// <summary>Opens the database, then the storage that its records are about.</summary>
    /// <exception cref="RecordsUnavailableException">The database is not there.</exception>
    /// <exception cref="StorageUnavailableException">The storage cannot be used.</exception>
    public static async Task OpenAsync(this IServiceProvider services, CancellationToken ct)
    {
        await services.GetRequiredService<IRecordsStarter>().StartAsync(ct);
        await services.GetRequiredService<StorageRoot>().OpenAsync(await services.KnowStorageAsync(ct), ct);
        await services.GetRequiredService<IStorageMemory>().RememberStorageAsync(ct);
    }

    /// <summary>Whether a storage root without its sentinel cannot be that of the records.</summary>
    public static async Task<bool> KnowStorageAsync(this IServiceProvider services, CancellationToken ct)
    {
        if (await services.GetRequiredService<IStorageMemory>().KnowsStorageAsync(ct)) return true;

        // Records of before there was such a memory: only files that this product has archived have a recorded size; those of the earlier system lie in a root without a sentinel.
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        return (await services.GetRequiredService<IWorkspaceRepository>().CountAsync(now, now, ct)).StoredBytes > 0;
    }
}
