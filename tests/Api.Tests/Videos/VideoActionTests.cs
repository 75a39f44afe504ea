using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using VideoPlatform.Api.Tests.Hosting;
using VideoPlatform.Sandbox;
using VideoPlatform.Sandbox.Faults;
using VideoPlatform.Testing.Files;
using VideoPlatform.Testing.UseCases;

namespace VideoPlatform.Api.Tests.Videos;

/// <summary>Cancel, download, settle, and the stable address of the bytes.</summary>
public sealed class VideoActionTests
{
    private static readonly TimeSpan ages = TimeSpan.FromHours(1);

    [Fact]
    public async Task What_waits_is_cancelled_at_once_and_costs_nothing()
    {
        await using var host = await PlatformHost.StartAsync(p => (p.RunningFor, p.Settings["Qwen:MaxInFlight"]) = (ages, "1"));
        await host.GivenVideoAsync("processing", "first");
        var id = await host.GivenVideoAsync("queued", "second");

        var cancelled = await host.PostAsync($"/api/workspaces/{id}/video/cancel");

        Assert.Equal((HttpStatusCode.OK, "cancelled"), (cancelled.Status, cancelled.Json["status"]!.GetValue<string>()));
        (await host.PostAsync($"/api/workspaces/{id}/video/cancel")).IsProblem(409, "not_cancellable");
        Assert.Equal(1, host.Provider.Counters.TasksCreated);
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Delete, $"/api/workspaces/{id}", null)).Status);
    }

    [Fact]
    public async Task A_task_that_has_not_begun_is_cancelled_at_the_provider()
    {
        await using var host = await PlatformHost.StartAsync(p => p.PendingFor = ages);
        var id = await host.GivenVideoAsync("processing");

        var cancelled = await host.PostAsync($"/api/workspaces/{id}/video/cancel");

        Assert.Equal((HttpStatusCode.OK, "cancelled"), (cancelled.Status, cancelled.Json["status"]!.GetValue<string>()));
        Assert.Equal(1, host.Provider.Counters.Cancels);
    }

    [Fact]
    public async Task A_task_that_runs_goes_on_and_is_kept()
    {
        var providerTime = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var host = await PlatformHost.StartAsync(p => (p.RunningFor, p.ProviderTime) = (ages, providerTime));
        host.Provider.Faults.Add(SandboxFaultKind.CancelRefused);
        var id = await host.GivenVideoAsync("processing");

        (await host.PostAsync($"/api/workspaces/{id}/video/cancel")).IsProblem(409, "not_cancellable");

        providerTime.Advance(ages);
        await host.WaitForAsync(id, "completed");
        (await host.PostAsync($"/api/workspaces/{id}/video/cancel")).IsProblem(409, "not_cancellable");
    }

    [Fact]
    public async Task No_log_of_any_level_shows_a_signature_a_key_or_a_prompt()
    {
        using var log = new RecordedLog();
        await using var host = await PlatformHost.StartAsync(p => p.Adjust = services =>
            services.Replace(ServiceDescriptor.Singleton<ILoggerFactory>(LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log)))));
        host.Provider.Faults.Add(SandboxFaultKind.DownloadServerError);
        var id = await host.GivenVideoAsync("downloading", "the boat that nobody may read of");
        Assert.Equal(HttpStatusCode.Found, (await host.GetAsync($"/api/workspaces/{id}/video/content")).Status);
        host.Provider.Faults.Clear();

        await host.WaitForAsync(id, "completed");

        Assert.Contains(log.Lines, line => line.Text.Contains("/video/content", StringComparison.Ordinal));
        Assert.DoesNotContain(log.Lines, line => line.Text.Contains("Signature", StringComparison.Ordinal));
        Assert.DoesNotContain(log.Lines, line => line.Text.Contains(PlatformHost.ProviderKey, StringComparison.Ordinal));
        Assert.DoesNotContain(log.Lines, line => line.Text.Contains("nobody may read", StringComparison.Ordinal));
    }

    [Fact]
    public async Task While_only_the_link_lives_the_address_of_the_bytes_leads_there()
    {
        // The next try is an hour away: only the one that is asked for comes sooner.
        await using var host = await PlatformHost.StartAsync(p => p.Settings["Downloads:RetryDelay"] = p.Settings["Downloads:MaxRetryDelay"] = "01:00:00");
        host.Provider.Faults.Add(SandboxFaultKind.DownloadServerError);
        var id = await host.GivenVideoAsync("downloading");

        var content = await host.GetAsync($"/api/workspaces/{id}/video/content");
        var video = await host.WaitForAsync(id, v => v["error"] is not null, "in vain");

        Assert.Equal((HttpStatusCode.Found, "no-store"), (content.Status, content.Header("Cache-Control")));
        Assert.Equal(video["remote_url"]!.GetValue<string>(), content.Header("Location"));
        Assert.Equal(("remote", video["remote_url"]!.GetValue<string>()), (video["storage"]!.GetValue<string>(), video["url"]!.GetValue<string>()));
        Assert.DoesNotContain("Signature", video["error"]!.ToJsonString(), StringComparison.Ordinal);
        host.Provider.Faults.Clear();
        var now = await host.PostAsync($"/api/workspaces/{id}/video/download");
        Assert.Equal(HttpStatusCode.Accepted, now.Status);
        await host.WaitForAsync(id, "completed");
        (await host.PostAsync($"/api/workspaces/{id}/video/download")).IsProblem(409, "video_exists");
    }

    [Fact]
    public async Task Before_there_are_bytes_there_is_nothing_to_play()
    {
        await using var host = await PlatformHost.StartAsync(p => p.RunningFor = ages);
        var id = await host.GivenVideoAsync("processing");

        (await host.GetAsync($"/api/workspaces/{id}/video/content")).IsProblem(404, "video_not_stored");
        (await host.PostAsync($"/api/workspaces/{id}/video/download")).IsProblem(409, "generation_in_progress");
    }

    [Fact]
    public async Task When_the_link_has_died_the_bytes_are_gone_unless_the_task_gives_another()
    {
        await using var host = await PlatformHost.StartAsync();
        host.Provider.Faults.Add(SandboxFaultKind.DownloadExpired);
        var id = await host.GivenVideoAsync("expired");

        (await host.GetAsync($"/api/workspaces/{id}/video/content")).IsProblem(410, "video_expired");
        (await host.PostAsync($"/api/workspaces/{id}/video/download")).IsProblem(410, "video_expired");
        host.Provider.Faults.Clear();
        host.Provider.Faults.Add(SandboxFaultKind.QueryFreshLink);
        Assert.Equal(HttpStatusCode.Accepted, (await host.PostAsync($"/api/workspaces/{id}/video/download")).Status);
        await host.WaitForAsync(id, "completed");

        Assert.Equal(1, host.Provider.Counters.TasksCreated);
    }

    [Fact]
    public async Task A_provider_that_is_silent_is_told_as_unavailable_with_a_time_to_come_back()
    {
        await using var host = await PlatformHost.StartAsync();
        host.Provider.Faults.Add(SandboxFaultKind.DownloadExpired);
        var id = await host.GivenVideoAsync("expired");
        host.Provider.Faults.Add(SandboxFaultKind.QueryServerError);

        var refused = (await host.PostAsync($"/api/workspaces/{id}/video/download")).IsProblem(503, "provider_unavailable");

        Assert.Matches("^[1-9][0-9]*$", refused.Header("Retry-After"));
    }

    [Fact]
    public async Task A_file_that_vanished_is_fetched_again_while_the_link_lives()
    {
        await using var host = await PlatformHost.StartAsync(p => p.Video = new SandboxVideo.Made(SampleVideo.Mp4(20_000).Bytes));
        var id = await host.GivenVideoAsync();
        var sha = (await host.GetAsync($"/api/workspaces/{id}/video")).Json["sha256"]!.GetValue<string>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(host.Root, "videos"))) File.Delete(file);

        var content = await host.GetAsync($"/api/workspaces/{id}/video/content");

        Assert.Equal((HttpStatusCode.Found, "no-store"), (content.Status, content.Header("Cache-Control")));
        Assert.Equal(sha, (await host.WaitForAsync(id, v => v["status"]!.GetValue<string>() == "completed" && v["storage"]!.GetValue<string>() == "local", "local again"))["sha256"]!.GetValue<string>());
        Assert.Equal(1, host.Provider.Counters.TasksCreated);
    }

    [Fact]
    public async Task A_person_settles_what_nobody_knows_once_with_a_task_that_is_nobody_elses()
    {
        await using var host = await PlatformHost.StartAsync(p => p.Settings["Qwen:SettleAfter"] = "00:30:00");
        var other = await host.GivenVideoAsync(prompt: "another");
        host.Provider.Faults.Add(SandboxFaultKind.SubmitLostResponse, 1);
        var id = await host.GivenVideoAsync("unsettled");
        var others = (await host.GetAsync($"/api/workspaces/{other}/video")).Json["task_id"]!.GetValue<string>();
        var mine = host.Provider.Counters.Tasks[^1].Id;
        var settle = $"/api/workspaces/{id}/video/settle";

        (await host.AskAsync(id)).IsProblem(409, "generation_in_progress");
        (await host.PostAsync($"/api/workspaces/{id}/video/cancel")).IsProblem(409, "not_cancellable");
        (await host.PostAsync(settle, "{}")).IsProblem(400, "validation_failed", "body");
        (await host.PostAsync(settle, """{"task_id": "../../tasks"}""")).IsProblem(400, "validation_failed", "task_id");
        (await host.PostAsync(settle, """{"task_id": 5}""")).IsProblem(400, "validation_failed", "task_id");
        (await host.PostAsync(settle, """{"task_id": "0b0b0b0b-0000-0000-0000-000000000000"}""")).IsProblem(400, "validation_failed", "task_id");
        (await host.PostAsync(settle, $$"""{"task_id": "{{others}}"}""")).IsProblem(400, "validation_failed", "task_id");
        var settled = await host.PostAsync(settle, $$"""{"task_id": "{{mine}}"}""");

        Assert.Equal((HttpStatusCode.OK, mine), (settled.Status, settled.Json["task_id"]!.GetValue<string>()));
        await host.WaitForAsync(id, "completed");
        (await host.PostAsync(settle, """{"task_id": null}""")).IsProblem(409, "version_conflict");
        Assert.Equal(2, host.Provider.Counters.TasksCreated);
    }

    [Fact]
    public async Task A_person_may_say_that_there_is_no_task()
    {
        await using var host = await PlatformHost.StartAsync(p => p.Settings["Qwen:SettleAfter"] = "00:30:00");
        host.Provider.Faults.Add(SandboxFaultKind.SubmitAborted, 1);
        var id = await host.GivenVideoAsync("unsettled");

        Assert.Equal(HttpStatusCode.OK, (await host.PostAsync($"/api/workspaces/{id}/video/settle", """{"task_id": null}""")).Status);

        await host.WaitForAsync(id, "completed");
        Assert.Equal(1, host.Provider.Counters.TasksCreated);
    }
}
