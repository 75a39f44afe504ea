using System.Net;
using Microsoft.Extensions.DependencyInjection;
using VideoPlatform.Api.Tests.Hosting;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Api.Tests.Http;

public sealed class MainJobTests
{
    [Fact]
    public async Task A_picture_becomes_a_kept_video_by_the_documented_requests_alone()
    {
        await using var host = await PlatformHost.StartAsync();

        var id = await host.GivenVideoAsync();

        var video = (await host.GetAsync($"/api/workspaces/{id}/video")).Json;
        Assert.Equal("local", (string?)video["storage"]);
        Assert.Equal("checksum", (string?)video["verified"]);
        Assert.StartsWith($"/uploads/videos/{id}_", (string?)video["url"], StringComparison.Ordinal);
        var content = await host.GetAsync($"/api/workspaces/{id}/video/content");
        Assert.Equal((string?)video["sha256"], content.Sha256);
        Assert.Equal(
            ["queued", "submitting", "processing", "downloading", "completed"], video["history"]!.AsArray().Select(h => (string?)h!["status"]));
        Assert.Equal(1, host.Provider.Counters.TasksCreated);
        Assert.All(
            host.Provider.Counters.Requests.Where(r => r.Listener == "api"),
            r => Assert.Matches("^(POST /api/v1/services/aigc/video-generation/video-synthesis|GET /api/v1/tasks/[0-9a-f-]+)$", $"{r.Method} {r.Path}"));
        Assert.All(host.Provider.Counters.Requests.Where(r => r.Listener == "results"), r => Assert.DoesNotContain("Authorization", r.HeaderNames));
    }

    [Fact]
    public async Task Facts_and_poster_that_a_crash_has_cost_are_made_after_the_next_start()
    {
        await using var host = await PlatformHost.StartAsync();
        var id = await host.GivenVideoAsync();
        await host.WaitForAsync(id, v => v["thumbnail_url"] is not null, "described");
        var forgotten = await host.Services.GetRequiredService<IWorkspaceRepository>().ChangeAsync(
            WorkspaceId.Parse(id), w => w.Describe(w.Video!.File! with { Media = null, Thumbnail = null }, TimeProvider.System.GetUtcNow()), TestContext.Current.CancellationToken);
        Assert.True(forgotten.TryGet(out _, out _));

        await host.StopAsync();
        await host.StartAgainAsync();

        await host.WaitForAsync(id, v => v["thumbnail_url"] is not null && v["media"] is not null, "described");
    }

    [Fact]
    public async Task The_stored_file_answers_ranges_and_conditions_also_after_a_restart()
    {
        await using var host = await PlatformHost.StartAsync();
        var id = await host.GivenVideoAsync();
        var url = (string)(await host.GetAsync($"/api/workspaces/{id}")).Json["video"]!["url"]!;
        var whole = await host.GetAsync(url);
        await host.StopAsync();
        await host.StartAgainAsync();

        var range = await host.GetAsync(url, ("Range", "bytes=100-199"));
        var end = await host.GetAsync(url, ("Range", "bytes=-10"));
        var beyond = await host.GetAsync(url, ("Range", $"bytes={whole.Bytes.Length}-"));
        var known = await host.GetAsync(url, ("If-None-Match", whole.Header("ETag")!));
        var changed = await host.GetAsync(url, ("Range", "bytes=0-9"), ("If-Range", "\"another\""));
        var head = await host.SendAsync(HttpMethod.Head, url, null);

        Assert.Equal(HttpStatusCode.PartialContent, range.Status);
        Assert.Equal(whole.Bytes[100..200], range.Bytes);
        Assert.Equal($"bytes 100-199/{whole.Bytes.Length}", range.Header("Content-Range"));
        Assert.Equal(whole.Bytes[^10..], end.Bytes);
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, beyond.Status);
        Assert.Equal(HttpStatusCode.NotModified, known.Status);
        Assert.Equal(whole.Bytes, changed.Bytes);
        Assert.Equal(whole.Bytes.Length.ToString(), head.Header("Content-Length"));
        Assert.Empty(head.Bytes);
        Assert.Equal("video/mp4", whole.Header("Content-Type"));
        Assert.Equal("bytes", whole.Header("Accept-Ranges"));
        Assert.Contains("immutable", whole.Header("Cache-Control"), StringComparison.Ordinal);
        Assert.StartsWith("\"", whole.Header("ETag"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replaced_video_keeps_the_old_file_until_the_new_one_is_stored()
    {
        await using var host = await PlatformHost.StartAsync();
        var id = await host.GivenVideoAsync();
        var old = (string)(await host.GetAsync($"/api/workspaces/{id}")).Json["video"]!["url"]!;

        (await host.AskAsync(id)).IsProblem(409, "video_exists");
        var asked = await host.AskAsync(id, """{"prompt": "once more", "replace": true}""");
        await host.WaitForAsync(id, v => (string?)v["status"] == "completed" && (string?)v["url"] != old, "replaced");

        Assert.Equal("local", (string?)asked.Json["storage"]);
        Assert.Equal(old, (string?)asked.Json["url"]);
        await PlatformHost.EventuallyAsync(() => host.StoredFiles().Count(f => f.EndsWith(".mp4", StringComparison.Ordinal)) == 1, "the old file is gone");
        (await host.GetAsync(old)).IsProblem(404, "not_found");
    }

    [Fact]
    public async Task A_live_connection_begins_with_a_snapshot_and_then_tells_every_change()
    {
        await using var host = await PlatformHost.StartAsync();
        var id = await host.GivenWorkspaceAsync();
        await using var live = await LiveClient.ConnectAsync(host);
        var first = await live.NextAsync();

        await host.AskAsync(id);
        var messages = await live.UntilStatusAsync(id, "completed");
        await host.SendAsync(HttpMethod.Delete, $"/api/workspaces/{id}", null);
        var last = await live.UntilAsync(m => (string?)m["type"] == "deleted");

        Assert.Equal("snapshot", (string?)first["type"]);
        Assert.Empty(first["workspaces"]!.AsArray());
        var versions = messages.Where(m => (string?)m["type"] == "video").Select(m => (long)m["version"]!).ToList();
        Assert.Equal(versions.Order(), versions);
        Assert.Equal(id, (string?)last[^1]["workspace_id"]);
    }

    [Fact]
    public async Task A_deleted_workspace_takes_its_files_with_it()
    {
        await using var host = await PlatformHost.StartAsync();
        var id = await host.GivenVideoAsync();

        var deleted = await host.SendAsync(HttpMethod.Delete, $"/api/workspaces/{id}", null);

        Assert.Equal(HttpStatusCode.NoContent, deleted.Status);
        (await host.GetAsync($"/api/workspaces/{id}")).IsProblem(404, "not_found");
        await PlatformHost.EventuallyAsync(() => host.StoredFiles().All(f => f.StartsWith("thumbnails", StringComparison.Ordinal)), "its files are gone");
    }

    [Fact]
    public async Task A_double_click_makes_one_workspace_and_pays_once()
    {
        await using var host = await PlatformHost.StartAsync();
        var key = ("Idempotency-Key", "intent-1");

        var created = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => host.UploadAsync(Pictures.Png(), "boat", key)));
        var id = (string)created[0].Json["id"]!;
        var asked = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => host.AskAsync(id, """{"prompt": "go"}""", key)));
        await host.WaitForAsync(id, "completed");
        var later = await host.AskAsync(id, """{"prompt": "go"}""", key);

        Assert.Single(created.Select(c => (string?)c.Json["id"]).Distinct());
        Assert.All(asked, a => Assert.Equal(HttpStatusCode.Accepted, a.Status));
        Assert.Contains(asked, a => a.Text == later.Text);
        Assert.NotEqual("completed", (string?)later.Json["status"]);
        Assert.Equal(1, host.Provider.Counters.TasksCreated);
        (await host.AskAsync(id, """{"prompt": "other"}""", key)).IsProblem(422, "idempotency_key_reused");
        Assert.Single(host.StoredFiles(), f => f.EndsWith(".png", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pages_are_stable_while_others_insert()
    {
        await using var host = await PlatformHost.StartAsync();
        var ids = new List<string>();
        for (var i = 0; i < 5; i++) ids.Add(await host.GivenWorkspaceAsync());

        var first = (await host.GetAsync("/api/workspaces?limit=2")).Json;
        await host.GivenWorkspaceAsync();
        var second = (await host.GetAsync($"/api/workspaces?limit=2&cursor={(string?)first["next_cursor"]}")).Json;
        var third = (await host.GetAsync($"/api/workspaces?limit=2&cursor={(string?)second["next_cursor"]}")).Json;

        ids.Reverse();
        Assert.Equal(ids, new[] { first, second, third }.SelectMany(p => p["items"]!.AsArray()).Select(w => (string?)w!["id"]));
        Assert.Null(third["next_cursor"]);
    }

    [Fact]
    public async Task A_workspace_has_a_tag_that_follows_its_version()
    {
        await using var host = await PlatformHost.StartAsync();
        var id = await host.GivenWorkspaceAsync("paper boat");

        var read = await host.GetAsync($"/api/workspaces/{id}");
        var again = await host.GetAsync($"/api/workspaces/{id}", ("If-None-Match", read.Header("ETag")!));

        Assert.Equal($"\"{(long)read.Json["version"]!}\"", read.Header("ETag"));
        Assert.Equal(HttpStatusCode.NotModified, again.Status);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", (string?)read.Json["created_at"]);
        Assert.True(read.Json.AsObject().ContainsKey("video"));
    }

    [Fact]
    public async Task Health_stats_models_metrics_and_documents_answer()
    {
        await using var host = await PlatformHost.StartAsync();
        await host.GivenVideoAsync();

        var stats = (await host.GetAsync("/api/stats")).Json;
        var models = (await host.GetAsync("/api/models")).Json;
        var document = (await host.GetAsync("/openapi/v1.json")).Json;

        Assert.Equal(1, (int)stats["videos"]!["by_status"]!["completed"]!);
        Assert.Equal("running", (string?)stats["queue"]!["state"]);
        Assert.False((bool)stats["provider"]!["sandbox"]!);
        Assert.Contains(models["models"]!.AsArray(), m => (string?)m!["name"] == "wan2.6-i2v-flash" && (int)m["prompt_limit"]! == 1500);
        Assert.StartsWith("3.1", (string?)document["openapi"], StringComparison.Ordinal);
        Assert.NotNull(document["components"]!["schemas"]!["VideoRequestBody"]!["properties"]!["negative_prompt"]);
        Assert.Contains("videoplatform_transitions_total", (await host.GetAsync("/metrics")).Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/health/live")).Status);
        Assert.Equal("ok", (string?)(await host.GetAsync("/health/ready")).Json["status"]);
        Assert.Contains("script-src 'self'", (await host.GetAsync("/")).Header("Content-Security-Policy"), StringComparison.Ordinal);
    }
}
