using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using VideoPlatform.Browser.Tests.Hosting;
using VideoPlatform.Sandbox.Faults;
using static Microsoft.Playwright.Assertions;

namespace VideoPlatform.Browser.Tests;

/// <summary>One video, closely: what happened to it, where it is, and what can be done.</summary>
public sealed class DetailTests(Chromium chromium) : BrowserTest(chromium)
{
    [Fact]
    public async Task A_failed_video_says_what_the_provider_said_and_can_be_asked_for_again()
    {
        await StartAsync();
        Platform.Provider.Faults.Add(new SandboxFault(SandboxFaultKind.OutcomeFailed)
        {
            Code = "DataInspectionFailed", Message = "Output data may contain <b>inappropriate</b> content.", Times = 1,
        });
        var id = await Platform.GivenVideoAsync("paper boat", "failed");
        var page = await OpenAsync($"/#/w/{id}");

        await Expect(page.Locator(".detail")).ToHaveAttributeAsync("data-status", "failed");
        await Expect(page.Locator(".problem")).ToContainTextAsync("The provider’s content check refused the picture, the prompt or the result.");
        await Expect(page.Locator(".problem")).ToContainTextAsync("DataInspectionFailed");
        await Expect(page.Locator(".problem")).ToContainTextAsync("Output data may contain <b>inappropriate</b> content.");
        await Expect(page.Locator("[data-panel=history]")).ToContainTextAsync("Failed");

        await page.Locator("[data-action=ask-again]").ClickAsync();
        await Expect(Prompt(page)).ToHaveValueAsync("The boat drifts away");
        await Prompt(page).FillAsync("The boat stays");
        await page.Locator("[data-action=send]").DblClickAsync();

        await Expect(page.Locator(".detail")).ToHaveAttributeAsync("data-status", "completed");
        await Expect(page.Locator("[data-panel=request]")).ToContainTextAsync("The boat stays");
        Assert.Equal(2, Platform.Provider.Counters.TasksCreated);
    }

    [Fact]
    public async Task An_expired_video_says_why_and_what_is_left_to_do()
    {
        await StartAsync();
        Platform.Provider.Faults.Add(SandboxFaultKind.DownloadExpired);
        var id = await Platform.GivenVideoAsync("paper boat", "expired");
        var page = await OpenAsync($"/#/w/{id}");

        await Expect(page.Locator(".detail")).ToHaveAttributeAsync("data-storage", "none");
        await Expect(page.Locator(".explain")).ToContainTextAsync("It was made, but the provider’s link ended before the bytes were here.");
        await Expect(page.Locator(".state")).ToHaveTextAsync("ExpiredGone");
        await Expect(page.Locator("video")).ToHaveCountAsync(0);
        await Expect(page.Locator("[data-action=fetch]")).ToBeVisibleAsync();
        await Expect(page.Locator("[data-action=ask-again]")).ToBeVisibleAsync();

        Platform.Provider.Faults.Clear();
        Platform.Provider.Faults.Add(SandboxFaultKind.QueryFreshLink);
        await page.Locator("[data-action=fetch]").ClickAsync();
        await Expect(page.Locator(".detail")).ToHaveAttributeAsync("data-storage", "local");
        Assert.Equal(1, Platform.Provider.Counters.TasksCreated);
    }

    [Fact]
    public async Task Candidates_stand_side_by_side_and_the_chosen_one_is_kept()
    {
        const string prompt = "The boat drifts away";
        await StartAsync();
        await Platform.OrderElsewhereAsync(prompt);
        Platform.Provider.Faults.Add(SandboxFaultKind.SubmitLostResponse, times: 1);
        var id = await Platform.GivenPictureAsync("paper boat");
        await Platform.AskAsync(id, prompt);
        await Platform.WaitForAsync(id, video => video["error"]?["candidates"] is not null, "with candidates");
        var page = await OpenAsync();
        await Expect(Card(page, "paper boat").Locator(".card-status")).ToContainTextAsync("Needs your choice");
        await Card(page, "paper boat").GetByRole(AriaRole.Link).ClickAsync();

        var candidates = page.Locator(".candidates > li");
        await Expect(candidates).ToHaveCountAsync(2);
        await UntilAsync(page.Locator(".candidates"), "list => { const [a, b] = [...list.children].map(one => one.getBoundingClientRect()); return a.top === b.top && b.left >= a.right; }");
        await Expect(candidates.Nth(0)).ToContainTextAsync(prompt);

        var mine = Platform.Provider.Counters.Tasks[^1].Id;
        await page.Locator($"[data-action=settle][data-task='{mine}']").ClickAsync();
        await Expect(page.Locator(".detail")).ToHaveAttributeAsync("data-status", "completed");
        await Expect(page.Locator("[data-panel=request]")).ToContainTextAsync(mine);
        Assert.Equal(2, Platform.Provider.Counters.TasksCreated);
    }

    [Fact]
    public async Task Ordering_again_instead_of_choosing_asks_first()
    {
        await StartAsync();
        await Platform.OrderElsewhereAsync("The boat drifts away");
        Platform.Provider.Faults.Add(SandboxFaultKind.SubmitLostResponse, times: 1);
        var id = await Platform.GivenPictureAsync("paper boat");
        await Platform.AskAsync(id);
        await Platform.WaitForAsync(id, video => video["error"]?["candidates"] is not null, "with candidates");
        var page = await OpenAsync($"/#/w/{id}");

        await page.Locator("[data-action=settle-none]").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("If there is one after all, it is paid twice.");
        await page.Keyboard.PressAsync("Escape");
        Assert.Equal(2, Platform.Provider.Counters.TasksCreated);
        await page.Locator("[data-action=settle-none]").ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "It does not exist: order again" }).ClickAsync();

        await Expect(page.Locator(".detail")).ToHaveAttributeAsync("data-status", "completed");
        Assert.Equal(3, Platform.Provider.Counters.TasksCreated);
    }

    /// <summary>Each look of the server at the provider's list changes the record's message, and nothing that a person decides on.</summary>
    [Fact]
    public async Task A_task_number_that_is_being_typed_outlives_the_looks_of_the_server()
    {
        await StartAsync(new PlatformPlan { RunningFor = TimeSpan.FromMinutes(5) });
        var id = await Platform.GivenVideoAsync("paper boat", "processing");
        var video = (await Platform.VideoAsync(id)).AsObject();
        var page = await OpenAsync("about:blank");
        var connections = await PlayLiveAsync(page);
        await page.GotoAsync($"/#/w/{id}");
        var live = await ConnectedAsync(connections);
        await Expect(page.Locator(".detail")).ToHaveAttributeAsync("data-status", "processing");
        void Look(int n)
        {
            video["status"] = "unsettled";
            video["error"] = new JsonObject { ["code"] = "not_listed_yet", ["message"] = $"Look {n}" };
            Tell(live, new { type = "video", workspace_id = id, version = 1_000 + n, video });
        }

        Look(1);
        await page.GetByText("Settle by hand").ClickAsync();
        var number = page.GetByLabel("Task number");
        await number.PressSequentiallyAsync("0385");
        Look(2);
        await Expect(page.Locator(".problem")).ToContainTextAsync("Look 2");
        await page.Keyboard.TypeAsync("dc79");
        await Expect(number).ToBeVisibleAsync();
        await Expect(number).ToHaveValueAsync("0385dc79");

        var sent = new List<string?>();
        var mayArrive = new TaskCompletionSource();
        await page.RouteAsync("**/video/settle", async route =>
        {
            sent.Add(route.Request.PostData);
            await mayArrive.Task;
            await route.FulfillAsync(new() { Json = video });
        });
        await page.RunAndWaitForRequestAsync(() => page.Locator("form [data-action=settle]").DblClickAsync(), "**/video/settle");
        Tell(live, new { type = "video", workspace_id = id, version = 2_000, video = await Platform.VideoAsync(id) });
        await Expect(page.Locator(".settle")).ToHaveCountAsync(0);
        await Expect(page.Locator("#detail-title")).ToBeFocusedAsync();
        mayArrive.SetResult();
        await Expect(page.Locator("#toasts-polite")).ToContainTextAsync("Settled.");
        Assert.Equal(["""{"task_id":"0385dc79"}"""], sent);
    }

    [Fact]
    public async Task A_video_that_only_the_provider_has_plays_from_there()
    {
        await StartAsync(new PlatformPlan { BuiltIn = true });
        var id = await Platform.GivenVideoAsync("paper boat");
        await Platform.LoseFileAsync(id);
        var page = await OpenAsync($"/#/w/{id}");
        Expected.Add($"foreign request: GET {Platform.SandboxOrigin}");

        await Expect(page.Locator(".detail")).ToHaveAttributeAsync("data-storage", "remote");
        await Expect(page.Locator(".state")).ToContainTextAsync("Remote only, 23 h left");
        await Expect(page.Locator(".explain")).ToContainTextAsync("only at the provider, whose link will end");
        var player = page.Locator("video[data-workspace]");
        await player.FocusAsync();
        await page.Keyboard.PressAsync("Space");
        await UntilAsync(player, "video => video.currentTime > 0.1 && (video.pause(), true)");   // what has ended begins anew, and on a slow machine it would end before it is fetched
        await Expect(page.Locator(".stage-failed")).ToBeHiddenAsync();

        await page.Locator("[data-action=fetch]").ClickAsync();
        await Expect(page.Locator(".detail")).ToHaveAttributeAsync("data-storage", "local");
        await Expect(player).ToHaveAttributeAsync("src", new Regex("^/uploads/videos/"));
        await UntilAsync(player, "video => video.currentTime > 0.1");
    }

    /// <summary>Nothing is scheduled for a video that is not under way, whatever once went wrong with it.</summary>
    [Theory]
    [InlineData("en-GB", "connection_lost", "It can be fetched by hand while the provider’s link lives.", "by itself")]
    [InlineData("zh-CN", "wrong_checksum", "可以手动取回", "自动")]
    [InlineData("en-GB", "earlier_system", "It can be fetched by hand while the provider’s link lives.", "by itself")]
    public async Task A_video_that_nothing_fetches_is_not_said_to_be_tried_again_by_itself(string locale, string code, string told, string promise)
    {
        await StartAsync();
        var id = await Platform.GivenVideoAsync("paper boat");
        await Platform.LoseFileAsync(id, code, "The download did not work.");

        var page = await OpenAsync($"/#/w/{id}", new BrowserNewContextOptions { Locale = locale });

        await Expect(page.Locator(".detail")).ToHaveAttributeAsync("data-storage", "remote");
        await Expect(page.Locator(".problem")).ToContainTextAsync(told);
        await Expect(page.Locator(".problem")).ToContainTextAsync("The download did not work.");
        await Expect(page.Locator(".detail")).Not.ToContainTextAsync(promise);
    }

    [Fact]
    public async Task The_poster_does_not_disturb_a_playing_video()
    {
        await StartAsync(new PlatformPlan { RunningFor = TimeSpan.FromMilliseconds(200) });
        var id = await Platform.GivenPictureAsync("paper boat");
        var page = await OpenAsync($"/#/w/{id}");
        await Platform.AskAsync(id);

        var player = page.Locator("video[data-storage=local]");
        await player.EvaluateAsync("video => { video.dataset.mark = 'the first'; }");
        await Expect(player).ToHaveAttributeAsync("poster", new Regex("^/uploads/thumbnails/"));

        await Expect(player).ToHaveAttributeAsync("data-mark", "the first");
    }

    [Fact]
    public async Task Deleting_asks_first()
    {
        await StartAsync();
        var id = await Platform.GivenVideoAsync("paper boat");
        await Platform.WaitForAsync(id, video => video["thumbnail_url"] is not null, "with a poster");   // or it would be asked for when it is gone
        var page = await OpenAsync($"/#/w/{id}");
        await UntilAsync(page.Locator("video[data-workspace]"), "video => video.readyState >= 1");

        await page.Locator("[data-action=delete]").ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Delete “paper boat”?" });
        await Expect(dialog.GetByRole(AriaRole.Button, new() { Name = "Go back" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(dialog).ToHaveCountAsync(0);
        Assert.Equal(1, await Platform.CountAsync());

        await page.Locator("[data-action=delete]").ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Delete for good" }).ClickAsync();
        await Expect(page.Locator("#toasts-polite")).ToContainTextAsync("“paper boat” is deleted.");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No videos yet" })).ToBeVisibleAsync();
        Assert.Equal(0, await Platform.CountAsync());
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(Platform.Uploads, "videos")));
    }

    [Fact]
    public async Task The_file_can_be_downloaded_under_its_name()
    {
        await StartAsync();
        var id = await Platform.GivenVideoAsync("paper boat");
        var page = await OpenAsync($"/#/w/{id}");

        var download = await page.RunAndWaitForDownloadAsync(() => page.Locator("[data-action=download]").ClickAsync());

        Assert.Equal("paper boat.mp4", download.SuggestedFilename);
        await using var file = await download.CreateReadStreamAsync();
        Assert.Equal((await Platform.VideoAsync(id))["size"]!.GetValue<long>(), await LengthAsync(file));
    }

    [Fact]
    public async Task The_link_can_be_copied()
    {
        await StartAsync();
        var id = await Platform.GivenVideoAsync("paper boat");
        var page = await OpenAsync($"/#/w/{id}", new BrowserNewContextOptions { Permissions = ["clipboard-read", "clipboard-write"] });

        await page.Locator("[data-action=copy]").ClickAsync();

        await Expect(page.Locator("#toasts-polite")).ToContainTextAsync("The link is in your clipboard.");
        Assert.Equal($"{Platform.Address}/api/workspaces/{id}/video/content", await page.EvaluateAsync<string>("() => navigator.clipboard.readText()"));
    }

    /// <summary>The policy of a file goes for the browser's own player, too.</summary>
    [Fact]
    public async Task The_copied_link_plays_when_it_is_opened()
    {
        await StartAsync();
        var id = await Platform.GivenVideoAsync("paper boat");
        var file = (await Platform.VideoAsync(id))["url"]!.GetValue<string>();

        foreach (var address in (string[])[$"/api/workspaces/{id}/video/content", file])
        {
            var page = await OpenAsync(address);
            await UntilAsync(page.Locator("video"), "video => video.readyState >= 2 && video.error === null && video.videoWidth > 0");
        }
    }

    [Fact]
    public async Task A_video_that_cannot_be_read_is_not_called_gone()
    {
        Expected.AddRange(["net::ERR_FAILED", "404"]);
        await StartAsync();
        var id = await Platform.GivenVideoAsync("paper boat");
        var page = await OpenAsync("about:blank");
        // A live message about it, even one of its last change told once more, would mend the page by itself, without the button.
        await page.RouteWebSocketAsync("**/ws", silent => { });
        await page.RouteAsync($"**/api/workspaces/{id}", route => route.AbortAsync());
        await page.GotoAsync($"/?status=failed#/w/{id}");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "This video could not be read" })).ToBeFocusedAsync();
        await Expect(page.Locator(".detail")).ToContainTextAsync("The server cannot be reached.");

        await page.UnrouteAllAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        await Expect(page.Locator("#detail-title")).ToHaveTextAsync("paper boat");
        await Expect(page.Locator("video[data-storage=local]")).ToBeVisibleAsync();

        await page.GotoAsync("/#/w/0123456789abcdef01234567");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "This video is no longer here" })).ToBeFocusedAsync();
        await Expect(page).ToHaveTitleAsync("This video is no longer here · VideoPlatform");
        await page.Locator("#language").SelectOptionAsync("zh-CN");
        await Expect(page.Locator("#detail-title")).ToHaveTextAsync("这个视频已不存在");
    }

    [Fact]
    public async Task A_queued_video_can_be_cancelled()
    {
        await StartAsync(new PlatformPlan { RunningFor = TimeSpan.FromMinutes(5), Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["Qwen:MaxInFlight"] = "1" } });
        await Platform.GivenVideoAsync("first", "processing");
        var id = await Platform.GivenVideoAsync("second", "queued", "Another prompt");
        var page = await OpenAsync($"/#/w/{id}");

        await page.Locator("[data-action=cancel]").ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Cancel the video" }).ClickAsync();

        await Expect(page.Locator(".detail")).ToHaveAttributeAsync("data-status", "cancelled");
        Assert.Equal(1, Platform.Provider.Counters.TasksCreated);
    }

    /// <summary>What costs nothing while it waits its turn may be billed a moment later.</summary>
    [Fact]
    public async Task A_video_that_moves_on_while_the_question_stands_is_asked_about_again()
    {
        await StartAsync(new PlatformPlan { RunningFor = TimeSpan.FromMinutes(5), Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["Qwen:MaxInFlight"] = "1" } });
        await Platform.GivenVideoAsync("first", "processing");
        var id = await Platform.GivenVideoAsync("second", "queued", "Another prompt");
        var page = await OpenAsync("about:blank");
        var connections = await PlayLiveAsync(page);
        await page.GotoAsync($"/#/w/{id}");
        var live = await ConnectedAsync(connections);
        await page.Locator("[data-action=cancel]").ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await Expect(dialog).ToContainTextAsync("nothing is paid");

        var video = await Platform.VideoAsync(id);
        video["status"] = "processing";
        Tell(live, new { type = "video", workspace_id = id, version = 1_000, video });
        await Expect(page.Locator(".detail")).ToHaveAttributeAsync("data-status", "processing");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel the video" }).ClickAsync();

        await Expect(dialog).ToContainTextAsync("it is still billed");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Go back" }).ClickAsync();
        Assert.Equal("queued", (await Platform.VideoAsync(id))["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_history_that_comes_late_does_not_cover_the_newer_one()
    {
        await StartAsync(new PlatformPlan { RunningFor = TimeSpan.FromMinutes(5) });
        var id = await Platform.GivenVideoAsync("paper boat", "processing");
        var video = await Platform.VideoAsync(id);
        var page = await OpenAsync("about:blank");
        var connections = await PlayLiveAsync(page);
        var asked = new TaskCompletionSource();
        var mayArrive = new TaskCompletionSource();
        await page.RouteAsync($"**/api/workspaces/{id}/video", async route =>
        {
            asked.TrySetResult();
            await mayArrive.Task;
            video["history"] = new JsonArray();
            await route.FulfillAsync(new() { Json = video });
        }, new PageRouteOptions { Times = 1 });
        await page.GotoAsync($"/#/w/{id}");
        var live = await ConnectedAsync(connections);
        await asked.Task;

        var newer = await Platform.VideoAsync(id);
        newer["status"] = "failed";
        Tell(live, new { type = "video", workspace_id = id, version = 1_000, video = newer });
        await Expect(page.Locator(".timeline")).ToContainTextAsync("Being made");
        await page.RunAndWaitForResponseAsync(() => { mayArrive.SetResult(); return Task.CompletedTask; }, $"**/api/workspaces/{id}/video");
        await page.EvaluateAsync("() => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)))");

        await Expect(page.Locator(".timeline")).ToContainTextAsync("Being made");
    }

    [Fact]
    public async Task Where_the_models_could_not_be_read_the_form_can_be_asked_for_again()
    {
        Expected.Add("net::ERR_FAILED");
        await StartAsync();
        var id = await Platform.GivenPictureAsync("paper boat");
        var page = await OpenAsync("about:blank");
        await page.RouteAsync("**/api/models", route => route.AbortAsync());
        await page.GotoAsync($"/#/w/{id}");
        await Expect(page.Locator(".ask-again")).ToContainTextAsync("The server cannot be reached.");
        await page.Locator("#language").SelectOptionAsync("zh-CN");
        await Expect(page.Locator(".ask-again")).ToContainTextAsync("无法连接服务器。");
        await page.Locator("#language").SelectOptionAsync("en");
        await Expect(page.Locator(".ask-again")).ToContainTextAsync("The server cannot be reached.");

        await page.UnrouteAllAsync();
        await page.Locator(".ask-again").GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();

        await Expect(Prompt(page)).ToBeFocusedAsync();
    }

    [Fact]
    public async Task A_name_is_never_markup()
    {
        const string name = "<img src=x onerror=document.title='owned'>";
        await StartAsync();
        var id = await Platform.GivenVideoAsync(name, prompt: "<script>document.title = 'owned'</script>");
        var page = await OpenAsync($"/#/w/{id}");

        await Expect(page.Locator("#detail-title")).ToHaveTextAsync(name);
        await Expect(page.Locator("[data-panel=request]")).ToContainTextAsync("<script>");
        await Expect(page).ToHaveTitleAsync($"{name} · VideoPlatform");
    }

    private static async Task<long> LengthAsync(Stream stream)
    {
        using var all = new MemoryStream();
        await stream.CopyToAsync(all, TestContext.Current.CancellationToken);
        return all.Length;
    }
}
