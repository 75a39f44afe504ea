using System.Net;
using VideoPlatform.Api.Tests.Hosting;

namespace VideoPlatform.Api.Tests.Videos;

/// <summary><c>Idempotency-Key</c>: one intent, one workspace, one paid task.</summary>
public sealed class IdempotencyTests
{
    private static readonly (string, string) key = ("Idempotency-Key", "click-1");

    [Fact]
    public async Task The_same_upload_gives_the_first_answer_also_after_a_restart()
    {
        await using var host = await PlatformHost.StartAsync();
        var first = await host.UploadAsync(Pictures.Png(), "boat", key);
        await host.AskAsync(first.Json["id"]!.GetValue<string>());
        await host.WaitForAsync(first.Json["id"]!.GetValue<string>(), "completed");

        var second = await host.UploadAsync(Pictures.Png(), "boat", key);
        await host.StopAsync();
        await host.StartAgainAsync();
        var third = await host.UploadAsync(Pictures.Png(), "boat", key);

        Assert.Equal((HttpStatusCode.Created, first.Text, first.Header("Location")), (second.Status, second.Text, second.Header("Location")));
        Assert.Equal((HttpStatusCode.Created, first.Text, first.Header("Location")), (third.Status, third.Text, third.Header("Location")));
        Assert.Single((await host.GetAsync("/api/workspaces")).Json["items"]!.AsArray());
        Assert.Single(host.StoredFiles(), f => f.EndsWith(".png", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_double_click_uploads_one_workspace()
    {
        await using var host = await PlatformHost.StartAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => host.UploadAsync(Pictures.Png(), "boat", key)));

        Assert.All(answers, a => Assert.Equal((HttpStatusCode.Created, answers[0].Text), (a.Status, a.Text)));
        Assert.Single((await host.GetAsync("/api/workspaces")).Json["items"]!.AsArray());
        Assert.Single(host.StoredFiles());
    }

    [Fact]
    public async Task A_double_click_orders_one_video()
    {
        await using var host = await PlatformHost.StartAsync();
        var id = await host.GivenWorkspaceAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => host.AskAsync(id, headers: key)));
        await host.WaitForAsync(id, "completed");
        var later = await host.AskAsync(id, headers: key);
        await host.StopAsync();
        await host.StartAgainAsync();
        var afterRestart = await host.AskAsync(id, headers: key);

        Assert.All(answers, a => Assert.Equal(HttpStatusCode.Accepted, a.Status));
        Assert.Contains(answers, a => a.Text == later.Text);
        Assert.Equal((HttpStatusCode.Accepted, later.Text, $"/api/workspaces/{id}/video"), (afterRestart.Status, afterRestart.Text, afterRestart.Header("Location")));
        Assert.NotEqual("completed", later.Json["status"]!.GetValue<string>());
        Assert.Equal(1, host.Provider.Counters.TasksCreated);
        Assert.Equal(1, host.Provider.Counters.Submits);
    }

    [Fact]
    public async Task Without_a_key_a_double_click_still_orders_one_video()
    {
        await using var host = await PlatformHost.StartAsync(p => p.RunningFor = TimeSpan.FromHours(1));
        var id = await host.GivenWorkspaceAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => host.AskAsync(id)));
        await host.WaitForAsync(id, "processing");

        Assert.Single(answers, a => a.Status is HttpStatusCode.Accepted);
        Assert.All(answers.Where(a => a.Status is not HttpStatusCode.Accepted), a => a.IsProblem(409, "generation_in_progress"));
        Assert.Equal(1, host.Provider.Counters.TasksCreated);
    }

    [Fact]
    public async Task The_same_key_with_another_body_is_refused()
    {
        await using var host = await PlatformHost.StartAsync();
        var id = (await host.UploadAsync(Pictures.Png(), "boat", key)).Json["id"]!.GetValue<string>();
        await host.AskAsync(id, """{"prompt": "one"}""", key);

        (await host.UploadAsync(Pictures.Png(), "ship", key)).IsProblem(422, "idempotency_key_reused");
        (await host.UploadAsync(Pictures.Jpeg(), "boat", key)).IsProblem(422, "idempotency_key_reused");
        (await host.AskAsync(id, """{"prompt": "two"}""", key)).IsProblem(422, "idempotency_key_reused");

        Assert.Single(host.StoredFiles(), f => !f.Contains('/', StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_refused_call_leaves_its_key_free()
    {
        await using var host = await PlatformHost.StartAsync();
        var id = await host.GivenVideoAsync();
        (await host.AskAsync(id, """{"prompt": "two"}""", ("Idempotency-Key", "again"))).IsProblem(409, "video_exists");

        Assert.Equal(HttpStatusCode.Accepted, (await host.AskAsync(id, """{"prompt": "two", "replace": true}""", ("Idempotency-Key", "again"))).Status);
    }

    [Fact]
    public async Task A_key_is_visible_ascii_and_not_too_long()
    {
        await using var host = await PlatformHost.StartAsync();
        var id = await host.GivenWorkspaceAsync();

        foreach (var wrong in (string[])["", " ", "two words", new string('k', 256)])
        {
            (await host.AskAsync(id, headers: ("Idempotency-Key", wrong))).IsProblem(400, "validation_failed", "Idempotency-Key");
            (await host.UploadAsync(Pictures.Png(), null, ("Idempotency-Key", wrong))).IsProblem(400, "validation_failed", "Idempotency-Key");
        }

        Assert.Equal(HttpStatusCode.Accepted, (await host.AskAsync(id, headers: ("Idempotency-Key", "!" + new string('~', 254)))).Status);
    }
}
