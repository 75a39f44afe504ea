using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using VideoPlatform.Api.Tests.Hosting;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Sandbox.Faults;
using VideoPlatform.Testing.Records;

namespace VideoPlatform.Api.Tests.Workspaces;

/// <summary>Lists, looks and deletions.</summary>
public sealed class WorkspaceTests
{
    private const string Nobody = "0123456789abcdef01234567";

    [Fact]
    public async Task The_list_is_walked_newest_first_and_is_not_disturbed_by_what_is_added()
    {
        await using var host = await PlatformHost.StartAsync();
        List<string> made = [];
        for (var i = 0; i < 5; i++) made.Insert(0, await host.GivenWorkspaceAsync($"w{i}"));

        List<string> walked = [];
        string? cursor = null;
        do
        {
            var page = await host.GetAsync($"/api/workspaces?limit=2{(cursor is null ? "" : $"&cursor={cursor}")}");
            Assert.Equal(["items", "next_cursor"], page.Json.AsObject().Select(m => m.Key));
            walked.AddRange(page.Json["items"]!.AsArray().Select(w => w!["id"]!.GetValue<string>()));
            cursor = page.Json["next_cursor"]?.GetValue<string>();
            await host.GivenWorkspaceAsync("newer");
        }
        while (cursor is not null);

        Assert.Equal(made, walked);
    }

    [Fact]
    public async Task The_list_can_be_narrowed()
    {
        await using var host = await PlatformHost.StartAsync();
        var done = await host.GivenVideoAsync();
        host.Provider.Faults.Add(SandboxFaultKind.SubmitDataInspectionFailed, 1);
        var failed = await host.GivenVideoAsync("failed");
        await host.GivenWorkspaceAsync();

        Assert.Equal([done], await ListAsync(host, "?status=completed"));
        Assert.Equal([failed], await ListAsync(host, "?status=failed"));
        Assert.Equal([done], await ListAsync(host, "?storage=local"));
        Assert.Equal([done], await ListAsync(host, "?status=completed&storage=local&limit=1"));
        Assert.Empty(await ListAsync(host, "?status=failed&storage=local"));
        Assert.Equal(3, (await ListAsync(host, "")).Length);
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=201", "limit")]
    [InlineData("limit=-1", "limit")]
    [InlineData("limit=ten", "limit")]
    [InlineData("limit=", "limit")]
    [InlineData("limit=1&limit=2", "limit")]
    [InlineData("limit=99999999999", "limit")]
    [InlineData("cursor=x", "cursor")]
    [InlineData("cursor=", "cursor")]
    [InlineData("status=done", "status")]
    [InlineData("status=Completed", "status")]
    [InlineData("status=5", "status")]
    [InlineData("storage=cloud", "storage")]
    public async Task A_question_that_cannot_be_understood_is_refused_by_its_field(string query, string field)
    {
        await using var host = await PlatformHost.StartAsync();

        (await host.GetAsync($"/api/workspaces?{query}")).IsProblem(400, "validation_failed", field);
    }

    [Fact]
    public async Task A_workspace_is_tagged_with_its_version()
    {
        await using var host = await PlatformHost.StartAsync();
        var id = await host.GivenWorkspaceAsync();

        var first = await host.GetAsync($"/api/workspaces/{id}");

        Assert.Equal($"\"{first.Json["version"]}\"", first.Header("ETag"));
        foreach (var tag in (string[])[first.Header("ETag")!, $"W/{first.Header("ETag")}", $"\"99\", {first.Header("ETag")}", "*"])
            Assert.Equal(HttpStatusCode.NotModified, (await host.GetAsync($"/api/workspaces/{id}", ("If-None-Match", tag))).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync($"/api/workspaces/{id}", ("If-None-Match", "rubbish"))).Status);

        await host.AskAsync(id);
        await host.WaitForAsync(id, "completed");
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync($"/api/workspaces/{id}", ("If-None-Match", first.Header("ETag")!))).Status);
    }

    [Fact]
    public async Task What_changes_without_a_new_version_is_always_told_whole()
    {
        await using var host = await PlatformHost.StartAsync();
        var now = TimeProvider.System.GetUtcNow();
        var records = host.Services.GetRequiredService<IWorkspaceRepository>();
        var (alive, over) = (SampleWorkspaces.CompletedRemote(now.AddHours(1), now), SampleWorkspaces.CompletedRemote(now.AddHours(-1), now));
        Assert.True(await records.AddAsync(alive, CancellationToken.None) && await records.AddAsync(over, CancellationToken.None));
        host.Provider.Faults.Add(SandboxFaultKind.DownloadServerError);
        var fetching = await host.GivenVideoAsync("downloading");

        foreach (var (id, storage, why) in ((string, string, string?)[])[(alive.Id.Value, "remote", "remote_only"), (over.Id.Value, "none", "link_expired"), (fetching, "remote", null)])
        {
            var tag = (await host.GetAsync($"/api/workspaces/{id}")).Header("ETag")!;
            var again = await host.GetAsync($"/api/workspaces/{id}", ("If-None-Match", tag));

            Assert.Equal((HttpStatusCode.OK, storage), (again.Status, again.Json["video"]!["storage"]!.GetValue<string>()));
            if (why is not null) Assert.Equal(why, again.Json["video"]!["error"]!["code"]!.GetValue<string>());
        }
    }

    [Fact]
    public async Task What_is_not_there_and_what_is_no_id_are_told_apart()
    {
        await using var host = await PlatformHost.StartAsync();
        var id = await host.GivenWorkspaceAsync();

        foreach (var path in (string[])["", "/video", "/video/content"])
        {
            (await host.GetAsync($"/api/workspaces/{Nobody}{path}")).IsProblem(404, "not_found");
            (await host.GetAsync($"/api/workspaces/{Nobody.ToUpperInvariant()}{path}")).IsProblem(400, "validation_failed", "id");
            (await host.GetAsync($"/api/workspaces/1{path}")).IsProblem(400, "validation_failed", "id");
        }

        foreach (var path in (string[])["/video", "/video/content"]) (await host.GetAsync($"/api/workspaces/{id}{path}")).IsProblem(404, "not_found");
        foreach (var path in (string[])["", "/cancel", "/download", "/settle"])
        {
            (await host.PostAsync($"/api/workspaces/{Nobody}/video{path}", path is "/settle" ? """{"task_id": null}""" : """{"prompt": "x"}""")).IsProblem(404, "not_found");
            (await host.PostAsync($"/api/workspaces/x/video{path}", """{"prompt": "x"}""")).IsProblem(400, "validation_failed", "id");
            if (path.Length > 0) (await host.PostAsync($"/api/workspaces/{id}/video{path}", """{"task_id": null}""")).IsProblem(404, "not_found");
        }

        (await host.SendAsync(HttpMethod.Delete, $"/api/workspaces/{Nobody}", null)).IsProblem(404, "not_found");
    }

    [Fact]
    public async Task Deleting_takes_the_files_along()
    {
        await using var host = await PlatformHost.StartAsync();
        var id = await host.GivenVideoAsync();
        await host.WaitForAsync(id, v => v["thumbnail_url"] is not null, "described");
        Assert.Equal(4, host.StoredFiles().Length);   // picture, video, sidecar, poster

        var deleted = await host.SendAsync(HttpMethod.Delete, $"/api/workspaces/{id}", null);

        Assert.Equal((HttpStatusCode.NoContent, 0), (deleted.Status, deleted.Bytes.Length));
        Assert.Empty(host.StoredFiles());
        (await host.GetAsync($"/api/workspaces/{id}")).IsProblem(404, "not_found");
        (await host.SendAsync(HttpMethod.Delete, $"/api/workspaces/{id}", null)).IsProblem(404, "not_found");
    }

    [Fact]
    public async Task While_the_storage_is_gone_nothing_is_deleted_and_what_is_asked_for_waits()
    {
        await using var host = await PlatformHost.StartAsync();
        var (kept, asked) = (await host.GivenVideoAsync(), await host.GivenWorkspaceAsync());
        var before = host.StoredFiles();
        Directory.Move(host.Root, host.Root + "-away");
        Directory.CreateDirectory(host.Root);   // the place where its disk was mounted

        (await host.SendAsync(HttpMethod.Delete, $"/api/workspaces/{kept}", null)).IsProblem(503, "storage_gone");
        await host.AskAsync(asked);
        await host.WaitForAsync(asked, v => (string?)v["status"] == "queued" && (string?)v["error"]?["code"] == "storage_failed", "waiting for the storage");

        Directory.Delete(host.Root);
        Directory.Move(host.Root + "-away", host.Root);
        Assert.Empty(before.Except(host.StoredFiles(), StringComparer.Ordinal));
        await host.WaitForAsync(asked, "completed");
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Delete, $"/api/workspaces/{kept}", null)).Status);
    }

    [Fact]
    public async Task A_workspace_whose_paid_task_may_run_stays()
    {
        await using var host = await PlatformHost.StartAsync(p => p.RunningFor = TimeSpan.FromHours(1));
        var id = await host.GivenVideoAsync("processing");

        (await host.SendAsync(HttpMethod.Delete, $"/api/workspaces/{id}", null)).IsProblem(409, "generation_in_progress");

        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync($"/api/workspaces/{id}")).Status);
    }

    private static async Task<string[]> ListAsync(PlatformHost host, string query) =>
        [.. (await host.GetAsync($"/api/workspaces{query}")).Json["items"]!.AsArray().Select((JsonNode? w) => w!["id"]!.GetValue<string>())];
}
