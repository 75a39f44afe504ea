using System.Net.Http.Json;
using VideoPlatform.Sandbox.Faults;

namespace VideoPlatform.Crash.Tests;

/// <summary>Submits whose outcome is unknown: settled by the provider's list, by proven absence, or by a person; never by a guess.</summary>
public sealed class SettlingTests
{
    private static readonly TimeSpan twoSeconds = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Requests_with_the_same_words_never_take_each_others_task()
    {
        await using var platform = await Platform.CreateAsync();
        await platform.ServeAsync();
        platform.Sandbox.Faults.Add(SandboxFaultKind.SubmitLostResponse, 2);
        platform.Sandbox.Faults.Add(SandboxFaultKind.SubmitAborted, 2);
        platform.Sandbox.Faults.Add(SandboxFaultKind.SubmitServerErrorAfterCreation, 1);

        var ids = new List<string>();
        for (var i = 0; i < 6; i++) ids.Add(await platform.CreateAsync($"twin {i}"));
        await Task.WhenAll(ids.Select(id => platform.RequestAsync(id, "the same words", $"order {id}")));
        var videos = await Task.WhenAll(ids.Select(id => platform.ReachesAsync(id, "completed")));

        Assert.Equal(6, platform.Sandbox.Counters.TasksCreated);
        Assert.Equal(6, videos.Select(v => (string?)v["task_id"]).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task A_prompt_that_begins_like_another_is_another()
    {
        await using var platform = await Platform.CreateAsync();
        await platform.ServeAsync("--Qwen:SettleAfter=00:00:00.500");

        platform.Sandbox.Faults.Add(SandboxFaultKind.SubmitAborted, 1);
        var longer = await platform.OrderAsync("a boat drifts away");
        await Waiting.UntilAsync(() => platform.Sandbox.Faults.Struck(SandboxFaultKind.SubmitAborted) == 1, () => platform.Service.Tail());
        platform.Sandbox.Faults.Add(SandboxFaultKind.SubmitLostResponse, 1);
        var shorter = await platform.OrderAsync("a boat");

        await platform.ReachesAsync(longer, "completed");
        await platform.ReachesAsync(shorter, "completed");
        await platform.AssertBalanceAsync();
    }

    [Fact]
    public async Task The_task_is_found_behind_pages_of_foreign_ones()
    {
        await using var platform = await Platform.CreateAsync();
        await platform.ServeAsync();
        using var foreigner = new Foreigner(platform.Sandbox);

        platform.Sandbox.Faults.Add(SandboxFaultKind.ListServerError);
        platform.Sandbox.Faults.Add(SandboxFaultKind.SubmitLostResponse, 1);
        var id = await platform.OrderAsync("ours among many");
        await platform.ReachesAsync(id, "unsettled");
        for (var i = 0; i < 45; i++) await foreigner.SubmitAsync($"foreign {i}");
        platform.Sandbox.Faults.Clear();
        var video = await platform.ReachesAsync(id, "completed");

        Assert.Equal(platform.Sandbox.Counters.Tasks[0].Id, (string?)video["task_id"]);
        await platform.AssertBalanceAsync();
    }

    [Fact]
    public async Task A_task_that_the_list_shows_late_is_waited_for()
    {
        await using var platform = await Platform.CreateAsync();
        await platform.ServeAsync();
        platform.Sandbox.Faults.Add(new SandboxFault(SandboxFaultKind.ListLate) { Delay = TimeSpan.FromMilliseconds(700) });
        platform.Sandbox.Faults.Add(SandboxFaultKind.SubmitLostResponse, 1);

        var id = await platform.OrderAsync("shown late");
        await platform.ReachesAsync(id, "completed");

        await platform.AssertBalanceAsync();
    }

    [Fact]
    public async Task Absence_is_not_proven_by_a_list_that_cannot_be_read()
    {
        await using var platform = await Platform.CreateAsync();
        await platform.ServeAsync();
        platform.Sandbox.Faults.Add(SandboxFaultKind.ListServerError);
        platform.Sandbox.Faults.Add(SandboxFaultKind.SubmitServerErrorAfterCreation, 1);

        var id = await platform.OrderAsync("behind a broken list");
        await platform.ReachesAsync(id, "unsettled");
        await Waiting.UntilAsync(() => platform.Sandbox.Faults.Struck(SandboxFaultKind.ListServerError) >= 6, () => "The list was not asked for.");
        Assert.Equal("unsettled", Platform.StatusOf(await platform.VideoAsync(id)));
        platform.Sandbox.Faults.Clear();

        await platform.ReachesAsync(id, "completed");
        await platform.AssertBalanceAsync();
    }

    [Fact]
    public async Task A_person_chooses_among_candidates()
    {
        // Both must be running when the list is read, so it cannot be read before: a finished task shows whose it is.
        await using var platform = await Platform.CreateAsync(folder => Platform.Options(folder, runningFor: TimeSpan.FromSeconds(20)));
        await platform.ServeAsync();
        using var foreigner = new Foreigner(platform.Sandbox);

        platform.Sandbox.Faults.Add(SandboxFaultKind.ListServerError);
        platform.Sandbox.Faults.Add(SandboxFaultKind.SubmitLostResponse, 1);
        var id = await platform.OrderAsync("ours");
        await platform.ReachesAsync(id, "unsettled");
        var foreign = await foreigner.SubmitAsync("foreign");
        platform.Sandbox.Faults.Clear();
        var video = await Waiting.ForAsync(
            async () => await platform.VideoAsync(id) is var v && v["error"]?["candidates"]?.AsArray().Count == 2 ? v : null, () => platform.Service.Tail());
        var ours = platform.Sandbox.Counters.Tasks.Single(t => t.Prompt == "ours").Id;

        Assert.Contains(ours, video["error"]!["candidates"]!.AsArray().Select(c => (string?)c!["task_id"]));
        await platform.SendAsync(HttpMethod.Post, $"api/workspaces/{id}/video/settle", () => JsonContent.Create(new { task_id = ours }));
        await platform.ReachesAsync(id, "completed");
        await platform.AssertBalanceAsync();
        Assert.NotEqual(foreign, ours);
    }

    [Fact]
    public async Task A_person_decides_that_there_is_no_task()
    {
        await using var platform = await Platform.CreateAsync();
        await platform.ServeAsync();
        platform.Sandbox.Faults.Add(SandboxFaultKind.ListServerError);
        platform.Sandbox.Faults.Add(SandboxFaultKind.SubmitAborted, 1);

        var id = await platform.OrderAsync("never arrived");
        await platform.ReachesAsync(id, "unsettled");
        await platform.SendAsync(HttpMethod.Post, $"api/workspaces/{id}/video/settle", () => JsonContent.Create(new { task_id = (string?)null }));

        await platform.ReachesAsync(id, "completed");
        await platform.AssertBalanceAsync();
    }

    [Fact]
    public async Task An_answer_that_comes_after_the_doubt_is_believed()
    {
        await using var platform = await Platform.CreateAsync();
        platform.Sandbox.Faults.Add(new SandboxFault(SandboxFaultKind.SubmitDelayed) { Times = 1, Delay = twoSeconds });
        platform.Sandbox.Faults.Add(SandboxFaultKind.ListEmpty);
        await platform.ServeAsync("--Qwen:RequestTimeout=00:00:30");

        var id = await platform.OrderAsync("slow answer");

        await platform.ReachesAsync(id, "completed");
        await platform.AssertBalanceAsync();
    }
}
