using System.Collections.Frozen;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using VideoPlatform.Api.Configuration;
using VideoPlatform.Api.Docs;
using VideoPlatform.Api.Files;
using VideoPlatform.Api.Health;
using VideoPlatform.Api.Live;
using VideoPlatform.Api.Metrics;
using VideoPlatform.Api.Problems;
using VideoPlatform.Api.Security;
using VideoPlatform.Api.Videos;
using VideoPlatform.Api.Workspaces;
using VideoPlatform.Application.Videos;
using VideoPlatform.Application.Work;
using VideoPlatform.Domain.Results;
using VideoPlatform.Infrastructure.Work;
using VideoPlatform.Sandbox;

namespace VideoPlatform.Api;

/// <summary>The <c>serve</c> command: the service with its API, its page and its background work.</summary>
internal static partial class Serve
{
    /// <summary>What runs has this much time to come to its end; see <see cref="LastMoment"/>.</summary>
    private static readonly TimeSpan shutdown = TimeSpan.FromSeconds(7);

    /// <summary>An answer of less, a player's range say, is handed over without waiting for the socket; of a longer one, the next piece is read when this has gone out.</summary>
    private const long AnswerBuffer = 128 * 1024;

    private static readonly FrozenSet<string> methods = FrozenSet.Create(StringComparer.Ordinal, "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE");

    public static async Task<int> RunAsync(string[] configuration, CancellationToken ct)
    {
        using var lastMoment = new LastMoment();
        await using var app = await BuildAsync(configuration, ct);
        lastMoment.Watch(app);
        await Listen(app, ct);
        await app.WaitForShutdownAsync(ct);
        return 0;
    }

    private static async Task Listen(WebApplication app, CancellationToken ct)
    {
        try
        {
            await app.StartAsync(ct);
        }
        catch (InvalidOperationException) when (app.Configuration["Urls"]?.Contains("https:", StringComparison.OrdinalIgnoreCase) is true)
        {
            await app.StopAsync(CancellationToken.None);
            throw new ConfigurationException("Configuration error: Urls names an https address, but there is no certificate for it (Kestrel:Certificates:Default:Path and :Password). Example: http://localhost:3000");
        }
        catch (Exception e) when (e is SocketException or IOException { InnerException: AddressInUseException })
        {
            await app.StopAsync(CancellationToken.None);   // what had started before it
            throw new ConfigurationException($"Configuration error: Urls cannot be listened at: {e.Message.TrimEnd('.')}. Example: http://localhost:3000");
        }
    }

    /// <summary>Everything but listening: configured, opened, ready to start.</summary>
    /// <param name="adjust">Last word on the services: a crash test puts its tripwires around the ports here.</param>
    public static async Task<WebApplication> BuildAsync(string[] configuration, CancellationToken ct, Action<IServiceCollection>? adjust = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = configuration,
            ContentRootPath = AppContext.BaseDirectory,   // settings and page lie beside the program; files lie under the working directory
        });
        var settings = builder.AddPlatform();
        settings.RequireProvider();

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;

            // Whoever reads a body has a limit of its own and answers when it is broken. Kestrel's limit would then cut the connection,
            // and the answer with it; without one it reads on for a few seconds, so that a client that is still sending gets to see it.
            kestrel.Limits.MaxRequestBodySize = null;
        });
        builder.WebHost.UseSockets(sockets => sockets.MaxWriteBufferSize = AnswerBuffer);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = shutdown);
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            // The answers are written through ApiJson itself; the OpenAPI document reads its names and number forms here.
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default);
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
        });
        builder.Services.AddResponseCompression();
        builder.Services.AddSingleton<StoredFiles>();
        builder.Services.AddSingleton<LiveFeed>();
        builder.Services.AddSingleton<IChangeListener>(p => p.GetRequiredService<LiveFeed>());
        builder.Services.AddSingleton<IProgressListener>(p => p.GetRequiredService<LiveFeed>());
        builder.Services.AddSingleton<IChangeListener, TransitionMetrics>();
        builder.Services.AddHostedService<OtherProcesses>();
        builder.Services.AddWork();
        builder.Services.AddApiDocs();
        adjust?.Invoke(builder.Services);

        var sandbox = await settings.StartSandboxAsync(ct);
        var app = builder.Build();
        try
        {
            await app.Services.OpenAsync(ct);
        }
        catch
        {
            if (sandbox is not null) await sandbox.DisposeAsync();
            await app.DisposeAsync();
            throw;
        }

        Configure(app);
        Announce(app, settings, sandbox);
        return app;
    }

    private static void Configure(WebApplication app)
    {
        app.UseExceptionHandler(error => error.Run(Broken));
        app.UseStatusCodePages(context => EmptyAnswer(context.HttpContext));
        app.Use(SecurityHeaders.Add);
        app.Use(KnownMethods);
        app.UseRouting();
        app.UseWebSockets();   // before the access control, which asks whether a request is one
        app.UseMiddleware<AccessControl>();
        app.UseRequestMetrics();

        app.MapWorkspaces();
        app.MapVideos();
        app.MapFiles();
        app.MapHealth();
        app.MapLive();
        app.MapSession();
        app.MapApiDocs();
        app.MapServiceMetrics();
        app.MapPage();
    }

    /// <summary>Whatever is called by a name that HTTP does not know ends here, before it becomes a label of the metrics.</summary>
    private static Task KnownMethods(HttpContext http, RequestDelegate next) =>
        methods.Contains(http.Request.Method) ? next(http) : ProblemMapping.Of(405, "method_not_allowed", "This address does not take this method.").ExecuteAsync(http);

    /// <summary>A bug, or broken surroundings: the trace id alone leaves the house.</summary>
    private static Task Broken(HttpContext http) => http.Features.Get<IExceptionHandlerFeature>()?.Error switch
    {
        BadHttpRequestException bad => ProblemMapping.Of(bad.StatusCode, "validation_failed", "The request is not well-formed.").ExecuteAsync(http),
        _ => ProblemMapping.Of(500, "internal_error", "The service failed to answer. The trace id finds its log lines.").ExecuteAsync(http),
    };

    private static Task EmptyAnswer(HttpContext http) => http.Response.StatusCode switch
    {
        404 => ProblemMapping.Of(404, "not_found", "There is nothing at this address.").ExecuteAsync(http),
        405 => ProblemMapping.Of(405, "method_not_allowed", "This address does not take this method.").ExecuteAsync(http),
        // Of a body, only a picture's own form is "unsupported"; another content type than the address takes is a mistake in the request.
        415 => new ValidationFailed("body", "Send the content type that this address takes: multipart/form-data for a picture, else application/json.").ToProblem().ExecuteAsync(http),
        412 => ProblemMapping.Of(412, "precondition_failed", "It is not the one that the request's condition names.").ExecuteAsync(http),
        416 => ProblemMapping.Of(416, "range_not_satisfiable", "No byte of the file is in the range that was asked for; Content-Range tells its length.").ExecuteAsync(http),
        >= 400 => ProblemMapping.Of(http.Response.StatusCode, "validation_failed", "The request is not well-formed.").ExecuteAsync(http),
        _ => Task.CompletedTask,
    };

    private static void Announce(WebApplication app, Settings settings, SandboxProvider? sandbox)
    {
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("VideoPlatform");
        app.Services.WarnOfUnknown(settings);
        if (settings.UsesSandbox) LogSandbox(log, settings.Qwen.BaseUrl);
        if (sandbox is not null) app.Lifetime.ApplicationStopped.Register(() => sandbox.DisposeAsync().AsTask().GetAwaiter().GetResult());

        if (settings.Auth.ApiKeys.Count == 0) LogLoopbackOnly(log);
        app.Lifetime.ApplicationStarted.Register(() =>
        {
            foreach (var address in app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? []) LogListening(log, address);
        });
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "SANDBOX: videos are made by the built-in sandbox at {Address}, not by the paid provider. Set DASHSCOPE_API_KEY to use the real one")]
    private static partial void LogSandbox(ILogger log, string address);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No API keys are configured (Auth:ApiKeys): only this machine may connect")]
    private static partial void LogLoopbackOnly(ILogger log);

    [LoggerMessage(Level = LogLevel.Information, Message = "Serving at {Address}")]
    private static partial void LogListening(ILogger log, string address);
}
