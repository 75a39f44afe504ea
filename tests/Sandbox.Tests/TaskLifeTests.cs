using System.Text.Json.Nodes;

namespace VideoPlatform.Sandbox.Tests;

public sealed class TaskLifeTests : SandboxTest
{
    [Fact]
    public async Task A_submit_is_answered_with_a_pending_task()
    {
        using var response = await SubmitAsync(ABody());
        var answer = await JsonAsync(response);

        Assert.Equal("PENDING", (string?)answer["output"]!["task_status"]);
        Assert.True(Guid.TryParse((string?)answer["output"]!["task_id"], out _));
        Assert.True(Guid.TryParse((string?)answer["request_id"], out _));
        Assert.Equal("VideoPlatform", response.Headers.GetValues("X-Sandbox").Single());
    }

    [Fact]
    public async Task A_task_goes_from_pending_over_running_to_succeeded()
    {
        var id = await SubmittedAsync();

        var pending = (await QueryAsync(id))["output"]!;
        Clock.Advance(TimeSpan.FromSeconds(1));
        var running = (await QueryAsync(id))["output"]!;
        Clock.Advance(TimeSpan.FromSeconds(3));
        var whole = await QueryAsync(id);
        var succeeded = whole["output"]!;

        Assert.Equal("PENDING", (string?)pending["task_status"]);
        Assert.Equal("2026-10-02 11:07:28.590", (string?)pending["submit_time"]);
        Assert.Null(pending["scheduled_time"]);
        Assert.Equal("RUNNING", (string?)running["task_status"]);
        Assert.Equal("2026-10-02 11:07:29.590", (string?)running["scheduled_time"]);
        Assert.Equal("SUCCEEDED", (string?)succeeded["task_status"]);
        Assert.Equal("2026-10-02 11:07:32.590", (string?)succeeded["end_time"]);
        Assert.Equal("The paper boat drifts away", (string?)succeeded["orig_prompt"]);
        Assert.StartsWith(Sandbox.ResultOrigin.AbsoluteUri, (string?)succeeded["video_url"], StringComparison.Ordinal);
        Assert.Equal(5, (int?)whole["usage"]!["duration"]);
        Assert.Equal(720, (int?)whole["usage"]!["SR"]);
    }

    [Fact]
    public async Task Times_are_those_of_the_schedule_and_not_of_the_look()
    {
        var id = await SubmittedAsync();
        Clock.Advance(TimeSpan.FromMinutes(7));

        var output = (await QueryAsync(id))["output"]!;

        Assert.Equal("2026-10-02 11:07:29.590", (string?)output["scheduled_time"]);
        Assert.Equal("2026-10-02 11:07:32.590", (string?)output["end_time"]);
    }

    [Fact]
    public async Task An_unknown_id_is_UNKNOWN_on_200()
    {
        var answer = await QueryAsync("11111111-2222-3333-4444-555555555555");

        Assert.Equal("UNKNOWN", (string?)answer["output"]!["task_status"]);
        Assert.Equal(2, answer["output"]!.AsObject().Count);
    }

    [Fact]
    public async Task A_record_dies_after_24_hours()
    {
        var id = await SubmittedAsync();

        Clock.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        var before = await StatusAsync(id);
        Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("SUCCEEDED", before);
        Assert.Equal("UNKNOWN", await StatusAsync(id));
        Assert.Equal(0, (int?)(await ListAsync())["total"]);
    }

    [Fact]
    public async Task Only_a_pending_task_can_be_cancelled()
    {
        var id = await SubmittedAsync();
        var other = await SubmittedAsync();

        using var cancelled = await CallAsync(HttpMethod.Post, $"tasks/{id}/cancel");
        Clock.Advance(TimeSpan.FromSeconds(1));
        using var refused = await CallAsync(HttpMethod.Post, $"tasks/{other}/cancel");
        using var unknown = await CallAsync(HttpMethod.Post, "tasks/nothing/cancel");

        Assert.Equal(200, (int)cancelled.StatusCode);
        Assert.Equal("CANCELED", await StatusAsync(id));
        Assert.Equal("RUNNING", await StatusAsync(other));
        const string message = "Failed to cancel the task, please confirm if the task is in PENDING status.";
        await AssertErrorAsync(refused, 400, "UnsupportedOperation", message);
        await AssertErrorAsync(unknown, 400, "UnsupportedOperation", message);
    }

    [Fact]
    public async Task A_surplus_waits_until_a_slot_is_free()
    {
        await StartAsync(Options(maxRunning: 1));
        var first = await SubmittedAsync();
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        var second = await SubmittedAsync();

        Clock.Advance(TimeSpan.FromSeconds(2));
        var waiting = await StatusAsync(second);
        Clock.Advance(TimeSpan.FromSeconds(60));
        var output = (await QueryAsync(second))["output"]!;

        Assert.Equal("PENDING", waiting);
        Assert.Equal("SUCCEEDED", await StatusAsync(first));
        Assert.Equal("2026-10-02 11:07:32.590", (string?)output["scheduled_time"]);
        Assert.Equal(1, Sandbox.Counters.MostRunning[Model]);
        Assert.Equal(2, Sandbox.Counters.MostInProgress[Model]);
    }

    [Fact]
    public async Task A_surplus_can_be_throttled_instead()
    {
        await StartAsync(Options(maxRunning: 1, surplus: SurplusTasks.Throttle));
        await SubmittedAsync();

        using var refused = await SubmitAsync(ABody());

        await AssertErrorAsync(refused, 429, "Throttling.RateQuota");
        Assert.Equal(1, Sandbox.Counters.TasksCreated);
    }

    [Fact]
    public async Task Only_succeeded_seconds_are_billed()
    {
        await SubmittedAsync(ABody(seconds: 8));
        var cancelled = await SubmittedAsync(ABody(seconds: 10));
        using var _ = await CallAsync(HttpMethod.Post, $"tasks/{cancelled}/cancel");
        var before = Sandbox.Counters.SecondsBilled;
        Clock.Advance(TimeSpan.FromSeconds(4));

        Assert.Equal(0, before);
        Assert.Equal(8, Sandbox.Counters.SecondsBilled);
        Assert.Equal(2, Sandbox.Counters.TasksCreated);
    }

    [Fact]
    public async Task What_nobody_can_ask_for_any_more_is_removed()
    {
        var (old, _) = await FinishedAsync();
        Clock.Advance(TimeSpan.FromHours(50));

        var young = await SubmittedAsync();

        Assert.Equal([young], Sandbox.Counters.Tasks.Select(t => t.Id));
        Assert.False(File.Exists(Path.Combine(Folder, "videos", $"{old}.mp4")));
        Assert.False(File.Exists(Path.Combine(Folder, "tasks", $"{old}.json")));
    }

    [Fact]
    public async Task A_killed_sandbox_finds_its_tasks_its_ports_and_its_links()
    {
        var (finished, link) = await FinishedAsync();
        var open = await SubmittedAsync(ABody(prompt: "Another"));
        var (baseUrl, origin) = (Sandbox.BaseUrl, Sandbox.ResultOrigin);

        await StopAsync();
        Clock.Advance(TimeSpan.FromSeconds(2));
        await StartAsync(Options());
        var running = await StatusAsync(open);
        Clock.Advance(TimeSpan.FromSeconds(2));
        using var video = await DownloadAsync(link);

        Assert.Equal((baseUrl, origin), (Sandbox.BaseUrl, Sandbox.ResultOrigin));
        Assert.Equal("RUNNING", running);
        Assert.Equal("SUCCEEDED", await StatusAsync(open));
        Assert.Equal("SUCCEEDED", await StatusAsync(finished));
        Assert.Equal(Content, await BytesAsync(video));
        Assert.Equal(2, Sandbox.Counters.TasksCreated);
    }

    [Fact]
    public async Task A_task_whose_video_was_not_made_before_the_end_of_the_process_is_made_after_it()
    {
        var id = await SubmittedAsync();
        await StopAsync();
        var file = Path.Combine(Folder, "tasks", $"{id}.json");
        var record = JsonNode.Parse(await File.ReadAllTextAsync(file))!;
        record["Video"] = null;
        await File.WriteAllTextAsync(file, record.ToJsonString());

        await StartAsync(Options());
        Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal("SUCCEEDED", await StatusAsync(id));
    }
}
