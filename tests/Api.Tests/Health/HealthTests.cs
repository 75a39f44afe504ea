using System.Net;
using Microsoft.Extensions.DependencyInjection;
using NSubstitute;
using VideoPlatform.Api.Tests.Hosting;
using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Sandbox.Faults;

namespace VideoPlatform.Api.Tests.Health;

/// <summary>Health, stats and metrics.</summary>
public sealed class HealthTests
{
    [Fact]
    public async Task All_is_well()
    {
        await using var host = await PlatformHost.StartAsync();

        Assert.Equal((HttpStatusCode.OK, """{"status":"ok"}"""), await host.GetAsync("/health/live") is var live ? (live.Status, live.Text) : default);
        Assert.Equal((HttpStatusCode.OK, """{"status":"ok"}"""), await host.GetAsync("/health/ready") is var ready ? (ready.Status, ready.Text) : default);
    }

    [Fact]
    public async Task A_storage_that_is_gone_is_named_and_comes_back()
    {
        await using var host = await PlatformHost.StartAsync();
        Directory.Move(host.Root, host.Root + "-away");

        var gone = await host.GetAsync("/health/ready");
        var upload = await host.UploadAsync(Pictures.Png());
        var stats = await host.GetAsync("/api/stats");
        var live = await host.GetAsync("/health/live");
        Directory.Move(host.Root + "-away", host.Root);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "failing"), (gone.Status, gone.Json["status"]!.GetValue<string>()));
        Assert.Equal(["storage"], gone.Json["parts"]!.AsObject().Select(p => p.Key));
        Assert.DoesNotContain(host.Folder, gone.Text, StringComparison.Ordinal);
        upload.IsProblem(507, "storage_full");
        Assert.Equal((HttpStatusCode.OK, 0), (stats.Status, stats.Json["bytes"]!["free"]!.GetValue<long>()));
        Assert.Equal(HttpStatusCode.OK, live.Status);
        await PlatformHost.EventuallyAsync(
            async () => (await host.GetAsync("/health/ready")).Text is """{"status":"ok"}""" ? new object() : null, () => "It does not come back.");
    }

    [Fact]
    public async Task A_database_that_does_not_answer_is_named()
    {
        var broken = false;
        await using var host = await PlatformHost.StartAsync(p => p.Adjust = services => services.Decorate<IWorkspaceRepository>((real, _) =>
        {
            var records = Substitute.For<IWorkspaceRepository>();
            records.PingAsync(default).ReturnsForAnyArgs(_ => broken ? Task.FromException(new InvalidOperationException("at /var/lib/secret.db")) : Task.CompletedTask);
            records.CountAsync(default, default, default).ReturnsForAnyArgs(c => real.CountAsync(c.ArgAt<DateTimeOffset>(0), c.ArgAt<DateTimeOffset>(1), c.ArgAt<CancellationToken>(2)));
            records.FindAsync(default, default).ReturnsForAnyArgs(_ => Task.FromException<Domain.Workspaces.Workspace?>(new InvalidOperationException("at /var/lib/secret.db")));
            return records;
        }));
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/health/ready")).Status);
        broken = true;

        var gone = await host.GetAsync("/health/ready");
        var asked = await host.GetAsync("/api/workspaces/0123456789abcdef01234567");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "failing"), (gone.Status, gone.Json["status"]!.GetValue<string>()));
        Assert.Equal(["database"], gone.Json["parts"]!.AsObject().Select(p => p.Key));
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/health/live")).Status);
        Assert.DoesNotContain("secret", gone.Text + asked.Text, StringComparison.Ordinal);
        asked.IsProblem(500, "internal_error");
        Assert.Contains("http_request_duration_seconds_count{code=\"5xx\",method=\"GET\",endpoint=\"/api/workspaces/{id}\"}", (await host.GetAsync("/metrics")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_account_stops_the_queue_visibly_and_its_return_starts_it_again()
    {
        await using var host = await PlatformHost.StartAsync();
        host.Provider.Faults.Add(SandboxFaultKind.SubmitInvalidApiKey);
        var id = await host.GivenVideoAsync("queued");
        var waiting = await host.WaitForAsync(id, v => v["status"]!.GetValue<string>() == "queued" && v["error"] is not null, "turned away");

        var ready = await host.GetAsync("/health/ready");
        var stats = await host.GetAsync("/api/stats");

        Assert.Equal("InvalidApiKey", waiting["error"]!["code"]!.GetValue<string>());
        Assert.Equal((HttpStatusCode.OK, "degraded"), (ready.Status, ready.Json["status"]!.GetValue<string>()));
        Assert.StartsWith("InvalidApiKey", ready.Json["parts"]!["queue"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("stopped", stats.Json["queue"]!["state"]!.GetValue<string>());
        Assert.StartsWith("InvalidApiKey", stats.Json["queue"]!["reason"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.DoesNotContain(PlatformHost.ProviderKey, ready.Text + stats.Text + waiting.ToJsonString(), StringComparison.Ordinal);

        // The next try is half a minute away; here the provider's word comes at once.
        host.Provider.Faults.Clear();
        await PlatformHost.EventuallyAsync(
            async () =>
            {
                host.Services.GetRequiredService<QueueGate>().Accepted("wan2.6-i2v-flash");   // a try that was under way may have ended with the refusal after it
                return (await host.GetAsync("/health/ready")).Json is var health && health["status"]!.GetValue<string>() == "ok" ? health : null;
            },
            () => "The queue does not go on.");
        Assert.Equal("running", (await host.GetAsync("/api/stats")).Json["queue"]!["state"]!.GetValue<string>());
    }

    [Fact]
    public async Task Stats_say_what_is_here_and_what_moves()
    {
        await using var host = await PlatformHost.StartAsync();
        await host.GivenVideoAsync(prompt: "one");
        await host.GivenVideoAsync(prompt: "two");
        host.Provider.Faults.Add(SandboxFaultKind.OutcomeNever);
        await host.GivenVideoAsync("processing", "three");

        var stats = (await host.GetAsync("/api/stats")).Json;

        Assert.Equal(["videos", "bytes", "queue", "provider"], stats.AsObject().Select(m => m.Key));
        Assert.Equal((2, 1), ((int)stats["videos"]!["by_status"]!["completed"]!, (int)stats["videos"]!["by_status"]!["processing"]!));
        Assert.Equal(2, stats["videos"]!["by_storage"]!["local"]!.GetValue<int>());
        Assert.Equal(0, stats["videos"]!["at_risk"]!.GetValue<int>());
        Assert.Equal(host.StoredFiles().Where(f => f.EndsWith(".mp4", StringComparison.Ordinal)).Sum(f => new FileInfo(Path.Combine(host.Root, f)).Length), stats["bytes"]!["stored"]!.GetValue<long>());
        Assert.True(stats["bytes"]!["free"]!.GetValue<long>() > 0);
        Assert.Equal("""{"state":"running","reason":null,"waiting":0,"in_flight":{"wan2.6-i2v-flash":1}}""", stats["queue"]!.ToJsonString());
        Assert.Equal("""{"sandbox":false}""", stats["provider"]!.ToJsonString());
    }

    [Fact]
    public async Task Metrics_are_text_for_prometheus()
    {
        const string Completed = "videoplatform_transitions_total{from=\"downloading\",to=\"completed\"}";
        await using var host = await PlatformHost.StartAsync();
        await host.GivenVideoAsync();

        (await host.SendAsync(new HttpMethod("MADEUP"), "/api/workspaces", null)).IsProblem(405, "method_not_allowed");
        var metrics = await PlatformHost.EventuallyAsync(
            async () => await host.GetAsync("/metrics") is var answer && answer.Text.Contains(Completed, StringComparison.Ordinal) ? answer : null, () => "The transition is not counted.");
        Assert.DoesNotContain("MADEUP", metrics.Text, StringComparison.Ordinal);

        Assert.StartsWith("text/plain", metrics.Header("Content-Type"), StringComparison.Ordinal);
        Assert.Contains("videoplatform_archived_bytes_total", metrics.Text, StringComparison.Ordinal);
        Assert.Contains("http_request_duration_seconds_count{code=\"2xx\",method=\"POST\",endpoint=\"/api/workspaces\"}", metrics.Text, StringComparison.Ordinal);

        // Nothing of the runtime's own meters, which every request would pay for.
        var families = metrics.Text.Split('\n').Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]).ToList();
        Assert.All(families, family => Assert.Matches("^(http_request_duration_seconds$|process_|dotnet_|videoplatform_)", family));
        (await host.PostAsync("/metrics", "{}")).IsProblem(405, "method_not_allowed");
    }
}
