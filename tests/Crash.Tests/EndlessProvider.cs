using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace VideoPlatform.Crash.Tests;

/// <summary>A provider with any number of tasks that run for ever: it answers single questions and lists, and counts both. Its object store is out of order.</summary>
internal sealed class EndlessProvider : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly string[] tasks;
    private int lists;

    private EndlessProvider(WebApplication app, int count) =>
        (this.app, tasks) = (app, [.. Enumerable.Range(0, count).Select(_ => Guid.NewGuid().ToString())]);

    public IReadOnlyList<string> Tasks => tasks;

    public ConcurrentDictionary<string, int> Questions { get; } = new(StringComparer.Ordinal);

    public int Lists => Volatile.Read(ref lists);

    public int Downloads;

    public string Origin => app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    public string BaseUrl => $"{Origin}/api/v1";

    public static async Task<EndlessProvider> StartAsync(int count)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var host = builder.Build();
        var provider = new EndlessProvider(host, count);
        host.MapGet("/api/v1/tasks/{id}", provider.Query);
        host.MapGet("/api/v1/tasks/", provider.List);
        host.MapGet("/videos/{id}", () =>
        {
            Interlocked.Increment(ref provider.Downloads);
            return Results.StatusCode(503);
        });
        await host.StartAsync(CancellationToken.None);
        return provider;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private IResult Query(string id)
    {
        Questions.AddOrUpdate(id, 1, (_, n) => n + 1);
        return Results.Json(new { request_id = Guid.NewGuid(), output = new { task_id = id, task_status = "RUNNING" } });
    }

    private IResult List(int page_no, int page_size)
    {
        Interlocked.Increment(ref lists);
        var data = tasks.Skip((page_no - 1) * page_size).Take(page_size)
            .Select(id => new { task_id = id, status = "RUNNING", model_name = Platform.Model, gmt_create = DateTimeOffset.UnixEpoch.ToUnixTimeMilliseconds() });
        return Results.Json(new { request_id = Guid.NewGuid(), total = tasks.Length, total_page = (tasks.Length + page_size - 1) / page_size, page_no, page_size, data });
    }
}
