using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace VideoPlatform.Bench.Equipment;

/// <summary>The yardstick of "reading state": the framework's smallest endpoint, without logs, in a process of its own.</summary>
internal static class HelloServer
{
    public static async Task<int> RunAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var app = builder.Build();
        app.MapGet("/", () => "hello");
        await app.StartAsync();
        Console.WriteLine($"Hello at {app.Urls.First()}");
        await app.WaitForShutdownAsync();
        return 0;
    }

    public static async Task<(ChildProcess Process, Uri Address)> StartAsync(Ground ground, CancellationToken ct)
    {
        var child = ChildProcess.Start(Ground.Dotnet, ["exec", typeof(HelloServer).Assembly.Location, "hello"], ground.Folder, new Dictionary<string, string?> { ["DOTNET_ENVIRONMENT"] = "Production" });
        var line = await child.LineWithAsync("Hello at ", ct);
        return (child, new Uri(line["Hello at ".Length..]));
    }
}
