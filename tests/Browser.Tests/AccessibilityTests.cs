using Microsoft.Playwright;
using VideoPlatform.Browser.Tests.Hosting;
using VideoPlatform.Sandbox.Faults;
using static Microsoft.Playwright.Assertions;

namespace VideoPlatform.Browser.Tests;

/// <summary>For everyone: by axe-core, by keyboard alone, without motion.</summary>
public sealed class AccessibilityTests(Chromium chromium) : BrowserTest(chromium)
{
    [Fact]
    public async Task No_view_violates_a_rule()
    {
        // However long the walk takes, what is coming stays on its way: each stall that ends brings its piece.
        await StartAsync(new PlatformPlan { Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["Downloads:StallTimeout"] = "01:00:00" } });
        var videos = await GivenEveryKindAsync();

        var found = new List<string>();
        foreach (var (width, scheme, locale) in ((int, ColorScheme, string)[])
                 [(1280, ColorScheme.Light, "en-GB"), (1280, ColorScheme.Dark, "zh-CN"), (360, ColorScheme.Light, "zh-CN"), (360, ColorScheme.Dark, "en-GB")])
        {
            var page = await OpenAsync("/", new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = width, Height = 900 }, ColorScheme = scheme, Locale = locale });
            await foreach (var view in WalkAsync(page, videos))
            {
                var violations = await Axe.ViolationsAsync(page);
                if (violations.Length > 0) found.Add($"{view}, {width} pixels, {scheme}, {locale}:\n{violations}");
            }

            await page.CloseAsync();
        }

        Assert.Equal("", string.Join("\n\n", found));
    }

    [Fact]
    public async Task A_new_and_a_disconnected_page_violate_no_rule()
    {
        Expected.AddRange(["ERR_INTERNET_DISCONNECTED", "WebSocket connection"]);
        await StartAsync();
        var page = await OpenAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No videos yet" })).ToBeVisibleAsync();
        await Expect(Prompt(page)).ToBeVisibleAsync();
        Assert.Equal("", await Axe.ViolationsAsync(page));

        await Expect(page.Locator("#connection")).ToHaveAttributeAsync("data-state", "live");
        await page.Context.SetOfflineAsync(true);
        await Expect(page.Locator("[data-notice=connection]")).ToBeVisibleAsync();
        Assert.Equal("", await Axe.ViolationsAsync(page));
    }

    [Fact]
    public async Task A_violation_would_be_found()
    {
        await StartAsync();
        var page = await OpenAsync();
        await page.EvaluateAsync("() => document.body.append(document.createElement('button'))");

        Assert.Contains("button-name", await Axe.ViolationsAsync(page), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_can_be_done_by_keyboard()
    {
        Expected.Add("404");   // a poster that is made at the end may be asked for when its video is deleted
        await StartAsync();
        var page = await OpenAsync();
        await Expect(Prompt(page)).ToBeVisibleAsync();
        var opened = new TaskCompletionSource<IFileChooser>(TaskCreationOptions.RunContinuationsAsynchronously);
        page.FileChooser += (_, chooser) => opened.TrySetResult(chooser);

        await page.Keyboard.PressAsync("Tab");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Skip to content" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await TabToAsync(page, page.Locator("#make-pictures"));
        await page.Keyboard.PressAsync("Enter");
        var chooser = await opened.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await chooser.SetFilesAsync(new FilePayload { Name = "paper boat.png", MimeType = "image/png", Buffer = Pictures.Png() });
        await Expect(page.Locator(".draft")).ToBeVisibleAsync();
        await TabToAsync(page, Prompt(page));
        await page.Keyboard.TypeAsync("The boat drifts away");
        await TabToAsync(page, page.GetByRole(AriaRole.Radio, new() { Name = "1080P" }));
        await page.Keyboard.PressAsync("ArrowLeft");
        await Expect(page.GetByRole(AriaRole.Radio, new() { Name = "720P" })).ToBeCheckedAsync();
        await TabToAsync(page, page.Locator("[data-action=make]"));
        await page.Keyboard.PressAsync("Enter");

        var card = Card(page, "paper boat");
        await Expect(card).ToHaveAttributeAsync("data-status", "completed");
        await TabToAsync(page, card.GetByRole(AriaRole.Link));
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#detail-title")).ToBeFocusedAsync();
        await TabToAsync(page, page.Locator("[data-action=ask-replace]"));
        await page.Keyboard.PressAsync("Enter");
        await Expect(Prompt(page)).ToBeFocusedAsync();
        await TabToAsync(page, page.GetByRole(AriaRole.Button, new() { Name = "Close" }));
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("[data-action=ask-replace]")).ToBeFocusedAsync();

        await TabToAsync(page, page.Locator("[data-action=delete]"));
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await Expect(page.Locator("[data-action=delete]")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Delete for good" })).ToBeVisibleAsync();
        await TabToAsync(page, page.GetByRole(AriaRole.Button, new() { Name = "Delete for good" }));
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No videos yet" })).ToBeVisibleAsync();
    }

    /// <summary>A fast hand on Escape and Enter: the browser tells of a closed dialog later than it gives the focus back.</summary>
    [Fact]
    public async Task A_question_that_was_left_can_be_asked_again_at_once()
    {
        await StartAsync();
        var page = await OpenAsync($"/#/w/{await Platform.GivenVideoAsync("paper boat")}");
        await page.Locator("[data-action=delete]").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();

        await page.EvaluateAsync("""
            async () => {
              const dialog = document.querySelector('dialog');
              if (dialog.dispatchEvent(new Event('cancel', { cancelable: true }))) dialog.close();
              for (let turn = 0; turn < 20; turn++) await null;
              document.querySelector('[data-action=delete]').click();
            }
            """);

        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Delete for good" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Arrow_keys_walk_the_grid()
    {
        await StartAsync();
        for (var n = 1; n <= 6; n++) await Platform.GivenPictureAsync($"picture {n}");
        var page = await OpenAsync();
        await Expect(page.Locator(".grid > li[data-id]")).ToHaveCountAsync(6);
        var newest = Card(page, "picture 6").GetByRole(AriaRole.Link);
        await newest.FocusAsync();

        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(Card(page, "picture 5").GetByRole(AriaRole.Link)).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("End");
        await Expect(Card(page, "picture 1").GetByRole(AriaRole.Link)).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("ArrowUp");
        await page.Keyboard.PressAsync("Home");
        await Expect(newest).ToBeFocusedAsync();
    }

    [Theory]
    [InlineData(ReducedMotion.Reduce, false)]
    [InlineData(ReducedMotion.NoPreference, true)]
    public async Task Nothing_moves_for_those_who_want_it_still(ReducedMotion wish, bool moves)
    {
        await StartAsync(new PlatformPlan { RunningFor = TimeSpan.FromMinutes(5) });
        await Platform.GivenVideoAsync("paper boat", "processing");
        var page = await OpenAsync("/", new BrowserNewContextOptions { ReducedMotion = wish });
        await Expect(Card(page, "paper boat")).ToHaveAttributeAsync("data-status", "processing");

        var endless = "() => document.getAnimations().some(a => a.playState === 'running' && a.effect.getComputedTiming().endTime > 1000)";
        Assert.Equal(moves, await page.EvaluateAsync<bool>(endless));
    }

    private static async IAsyncEnumerable<string> WalkAsync(IPage page, Dictionary<string, string> videos)
    {
        await Expect(page.Locator(".grid > li[data-id]")).ToHaveCountAsync(videos.Count);
        yield return "gallery";

        await ChooseAsync(page, ("boat.png", Pictures.Png()), ("glass.png", Pictures.Png(transparent: true)));
        await Expect(page.Locator("textarea[name=prompt]")).ToBeVisibleAsync();
        await page.Locator("[data-action=make]").ClickAsync();
        await Expect(page.Locator("textarea[name=prompt][aria-invalid=true]")).ToBeVisibleAsync();
        yield return "composer";

        foreach (var (status, id) in videos)
        {
            await page.GotoAsync($"/#/w/{id}");
            await Expect(page.Locator(".detail")).ToHaveAttributeAsync("data-status", status);
            await Expect(status is "none" ? page.Locator("textarea[name=prompt]") : page.Locator("[data-panel=history] li").First).ToBeVisibleAsync();
            yield return status;
        }

        await page.Locator("[data-action=delete]").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        yield return "dialog";

        await page.Keyboard.PressAsync("Escape");
        await page.GotoAsync("/#/storage");
        await Expect(page.Locator(".figures")).ToBeVisibleAsync();
        yield return "storage";
    }

    private static async Task TabToAsync(IPage page, ILocator element)
    {
        for (var presses = 0; presses < 60; presses++)
        {
            if (await element.CountAsync() == 1 && await element.EvaluateAsync<bool>("element => element === document.activeElement")) return;
            await page.Keyboard.PressAsync("Tab");
        }

        Assert.Fail($"Sixty times Tab does not lead to {element}.");
    }

    /// <returns>Ids by status.</returns>
    private async Task<Dictionary<string, string>> GivenEveryKindAsync()
    {
        var faults = Platform.Provider.Faults;
        var made = new Dictionary<string, string>(StringComparer.Ordinal);
        faults.Add(new SandboxFault(SandboxFaultKind.OutcomeFailed) { Code = "DataInspectionFailed", Message = "Refused.", Times = 1 });
        made["failed"] = await Platform.GivenVideoAsync("refused", "failed", "one");
        await Platform.OrderElsewhereAsync("two");
        faults.Add(SandboxFaultKind.SubmitLostResponse, times: 1);
        made["unsettled"] = await Platform.GivenVideoAsync("unclear", "unsettled", "two");
        await Platform.WaitForAsync(made["unsettled"], video => video["error"]?["candidates"] is not null, "with candidates");
        made["completed"] = await Platform.GivenVideoAsync("ready", prompt: "three");
        faults.Add(new SandboxFault(SandboxFaultKind.DownloadStalled) { Bytes = 9_000 });
        made["downloading"] = await Platform.GivenVideoAsync("coming", "downloading", "four");
        made["none"] = await Platform.GivenPictureAsync("a picture only");
        return made;
    }
}
