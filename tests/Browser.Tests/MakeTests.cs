using System.Text.RegularExpressions;
using Microsoft.Playwright;
using VideoPlatform.Browser.Tests.Hosting;
using VideoPlatform.Sandbox.Faults;
using static Microsoft.Playwright.Assertions;

namespace VideoPlatform.Browser.Tests;

/// <summary>From a picture to a video that plays.</summary>
public sealed class MakeTests(Chromium chromium) : BrowserTest(chromium)
{
    [Fact]
    public async Task A_dropped_picture_becomes_a_video_that_plays_and_seeks()
    {
        await StartAsync();
        var page = await OpenAsync();

        await BringAsync(page, "drop", ("paper boat.png", Pictures.Png()));
        await Expect(page.Locator(".draft")).ToContainTextAsync("320 × 240");
        await Prompt(page).FillAsync("The boat drifts away");
        await page.GetByRole(AriaRole.Radio, new() { Name = "720P" }).CheckAsync(new() { Force = true });
        await page.Locator("[data-action=make]").ClickAsync();

        var card = Card(page, "paper boat");
        await Expect(card).ToHaveAttributeAsync("data-status", "completed");
        await Expect(card.Locator(".card-storage")).ToHaveTextAsync("Kept here");
        await Expect(page.Locator("#toasts-polite")).ToContainTextAsync("“paper boat” is ready.");
        var bytes = await page.RunAndWaitForResponseAsync(
            () => card.GetByRole(AriaRole.Link).ClickAsync(), response => response.Url.Contains("/uploads/videos/", StringComparison.Ordinal));
        Assert.Equal(206, bytes.Status);

        var player = page.Locator("video[data-workspace]");
        await player.FocusAsync();
        await page.Keyboard.PressAsync("Space");
        await UntilAsync(player, "video => video.currentTime > 0.2 && !video.paused");
        await player.EvaluateAsync("video => { video.currentTime = 4; }");
        await UntilAsync(player, "video => video.currentTime >= 4 && !video.seeking && video.readyState >= 2 && video.error === null");
        Assert.Equal(1, Platform.Provider.Counters.TasksCreated);
    }

    [Fact]
    public async Task A_pasted_picture_is_taken()
    {
        await StartAsync();
        var page = await OpenAsync();

        await BringAsync(page, "paste", ("image.png", Pictures.Png()));

        await Expect(page.Locator(".draft")).ToHaveCountAsync(1);
        await Expect(page.Locator(".draft")).ToContainTextAsync("PNG · 320 × 240");
    }

    /// <summary>Office programs put a picture of the text beside the text.</summary>
    [Fact]
    public async Task A_pasted_text_stays_text()
    {
        await StartAsync();
        var page = await OpenAsync();
        await Expect(Prompt(page)).ToBeVisibleAsync();

        var taken = await Prompt(page).EvaluateAsync<bool>(
            """
            prompt => {
              const carried = new DataTransfer();
              carried.items.add('The boat drifts away', 'text/plain');
              carried.items.add(new File([new Uint8Array(9)], 'image.png', { type: 'image/png' }));
              return !prompt.dispatchEvent(new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData: carried }));
            }
            """);

        Assert.False(taken);
        await Expect(page.Locator(".draft")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_folder_among_the_pictures_stops_nothing()
    {
        await StartAsync();
        var page = await OpenAsync();
        await Expect(Prompt(page)).ToBeVisibleAsync();

        await page.EvaluateAsync(
            """
            () => {
              const folder = new File([], 'holidays');
              folder.slice = () => ({ arrayBuffer: () => Promise.reject(new DOMException('A folder', 'NotFoundError')) });
              const event = new DragEvent('drop', { bubbles: true, cancelable: true });
              Object.defineProperty(event, 'dataTransfer', { value: { types: ['Files'], files: [folder] } });
              document.querySelector('.drop').dispatchEvent(event);
            }
            """);
        await Expect(page.Locator(".draft")).ToContainTextAsync("not a picture that the browser can read");
        await ChooseAsync(page, ("boat.png", Pictures.Png()));
        await Prompt(page).FillAsync("The boat drifts away");
        await page.Locator("[data-action=make]").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Remove holidays" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Prompt(page).PressAsync("Control+Enter");

        await Expect(Card(page, "boat")).ToHaveAttributeAsync("data-status", "completed");
        await Expect(page.Locator("#make-pictures")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Several_pictures_become_several_videos()
    {
        await StartAsync();
        var page = await OpenAsync();

        await ChooseAsync(page, ("one.png", Pictures.Png(10)), ("two.png", Pictures.Png(120)), ("three.png", Pictures.Png(240)));
        await Prompt(page).FillAsync("Clouds pass");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make 3 videos" }).ClickAsync();

        foreach (var name in (string[])["one", "two", "three"])
            await Expect(Card(page, name)).ToHaveAttributeAsync("data-status", "completed");
        await Expect(page.Locator(".draft")).ToHaveCountAsync(0);
        await Expect(Prompt(page)).ToHaveValueAsync("");
        Assert.Equal(3, Platform.Provider.Counters.TasksCreated);
    }

    [Fact]
    public async Task What_is_typed_while_an_order_goes_out_stays()
    {
        await StartAsync();
        var page = await OpenAsync();
        var mayArrive = new TaskCompletionSource();
        await page.RouteAsync("**/api/workspaces/*/video", async route =>
        {
            await mayArrive.Task;
            await route.ContinueAsync();
        });
        await ChooseAsync(page, ("boat.png", Pictures.Png()));
        await Prompt(page).FillAsync("The boat drifts away");
        await page.Locator(".composer summary").ClickAsync();
        var negative = page.GetByRole(AriaRole.Textbox, new() { Name = "What should not be in it" });
        await negative.FillAsync("People");

        await page.Locator("[data-action=make]").ClickAsync();
        await Expect(page.Locator(".draft")).ToContainTextAsync("Ordering");
        await Prompt(page).FillAsync("The boat comes");
        mayArrive.SetResult();
        await Expect(page.Locator(".draft")).ToHaveCountAsync(0);
        await page.Keyboard.TypeAsync(" back");

        await Expect(Prompt(page)).ToHaveValueAsync("The boat comes back");
        await Expect(negative).ToHaveValueAsync("");
        await Expect(Card(page, "boat")).ToHaveAttributeAsync("data-status", "completed");
    }

    [Fact]
    public async Task A_double_click_makes_one_video()
    {
        await StartAsync();
        var page = await OpenAsync();
        await ChooseAsync(page, ("boat.png", Pictures.Png()));
        await Prompt(page).FillAsync("The boat drifts away");

        await page.Locator("[data-action=make]").DblClickAsync();

        await Expect(Card(page, "boat")).ToHaveAttributeAsync("data-status", "completed");
        Assert.Equal(1, Platform.Provider.Counters.TasksCreated);
        Assert.Equal(1, await Platform.CountAsync());
    }

    [Fact]
    public async Task A_lost_answer_and_a_second_press_make_one_video()
    {
        Expected.Add("net::ERR_FAILED");
        await StartAsync();
        var page = await OpenAsync();
        await ChooseAsync(page, ("boat.png", Pictures.Png()));
        await Prompt(page).FillAsync("The boat drifts away");
        await page.RouteAsync("**/api/workspaces/*/video", async route =>
        {
            await route.FetchAsync();
            await route.AbortAsync();
        }, new PageRouteOptions { Times = 1 });

        await page.Locator("[data-action=make]").ClickAsync();
        await Expect(page.Locator(".draft [role=alert]")).ToContainTextAsync("The server cannot be reached. Check the connection and try again. Nothing is ordered twice.");
        await page.Locator("[data-action=make]").ClickAsync();

        await Expect(page.Locator(".draft")).ToHaveCountAsync(0);
        await Expect(Card(page, "boat")).ToHaveAttributeAsync("data-status", "completed");
        Assert.Equal(1, Platform.Provider.Counters.TasksCreated);
    }

    /// <summary>A quick provider: the page learns from the answer to its own question that the video is here, and from no message.</summary>
    [Fact]
    public async Task A_video_that_is_here_before_the_page_is_told_of_it_is_said_to_be_ready()
    {
        await StartAsync();
        var page = await OpenAsync("about:blank");
        var connections = await PlayLiveAsync(page);
        await page.GotoAsync("/");
        await ConnectedAsync(connections);
        await page.RouteAsync(new Regex("/api/workspaces/[0-9a-f]{24}$"), async route =>
        {
            await Platform.WaitForAsync(route.Request.Url[^24..], "completed");
            await route.ContinueAsync();
        });

        await ChooseAsync(page, ("paper boat.png", Pictures.Png()));
        await Prompt(page).FillAsync("The boat drifts away");
        await page.Locator("[data-action=make]").ClickAsync();

        await Expect(Card(page, "paper boat")).ToHaveAttributeAsync("data-status", "completed");
        await Expect(page.Locator("#toasts-polite")).ToContainTextAsync("“paper boat” is ready.");
    }

    [Fact]
    public async Task Progress_is_seen_live()
    {
        await StartAsync();
        Platform.Provider.Faults.Add(new SandboxFault(SandboxFaultKind.DownloadSlow) { Bytes = 1_000 });   // for some twenty seconds
        var page = await OpenAsync();
        var id = await Platform.GivenPictureAsync("slow");

        await Platform.AskAsync(id);

        var card = page.Locator($".grid > li[data-id='{id}']");
        await Expect(card).ToHaveAttributeAsync("data-status", "downloading");
        await Expect(card.Locator(".card-status")).ToHaveTextAsync(new Regex("Being fetched · [1-9][0-9]?%"));
        var bar = card.Locator(".bar-fill");
        var share = await bar.EvaluateAsync<double>("bar => parseFloat(bar.style.width)");
        Assert.InRange(share, 1, 99);
        await UntilAsync(bar, $"(bar) => parseFloat(bar.style.width) > {share} || !bar.checkVisibility()");
        await Expect(card).ToHaveAttributeAsync("data-status", "completed", new() { Timeout = 60_000 });
        await Expect(bar).ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_picture_that_the_model_refuses_is_explained_and_can_be_made_to_fit()
    {
        await StartAsync();
        var page = await OpenAsync();
        await Expect(page.GetByRole(AriaRole.Radio, new() { Name = "720P" })).ToBeAttachedAsync();

        await ChooseAsync(page, ("glass.png", Pictures.Png(transparent: true)), ("tiny.png", Pictures.Png(width: 100, height: 100)));
        await Expect(page.Locator(".draft").Nth(0)).ToContainTextAsync("transparent background");
        await Expect(page.Locator(".draft").Nth(1)).ToContainTextAsync("each side needs at least 240");
        await Prompt(page).FillAsync("Light falls through");
        await page.Locator("[data-action=make]").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Make it fit" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".draft").Nth(0)).ToContainTextAsync("JPEG · 320 × 240");
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove tiny" }).ClickAsync();
        await page.Locator("[data-action=make]").ClickAsync();

        await Expect(Card(page, "glass")).ToHaveAttributeAsync("data-status", "completed");
        Assert.Equal(1, Platform.Provider.Counters.TasksCreated);
    }

    [Fact]
    public async Task A_drawing_can_be_made_to_fit_and_one_that_cannot_says_so()
    {
        await StartAsync();
        var page = await OpenAsync();
        await Expect(page.GetByRole(AriaRole.Radio, new() { Name = "720P" })).ToBeAttachedAsync();
        await page.Locator("#make-pictures").SetInputFilesAsync(new FilePayload
        {
            Name = "boat.svg", MimeType = "image/svg+xml",
            Buffer = "<svg xmlns='http://www.w3.org/2000/svg' width='320' height='240'><rect width='320' height='240' fill='teal'/></svg>"u8.ToArray(),
        });
        await Expect(page.Locator(".draft")).ToContainTextAsync("The model does not take image/svg+xml.");

        await page.EvaluateAsync("() => { window.drawn = HTMLCanvasElement.prototype.toBlob; HTMLCanvasElement.prototype.toBlob = () => { throw new DOMException('Tainted', 'SecurityError'); }; }");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make it fit" }).ClickAsync();
        await Expect(page.Locator(".draft [role=alert]")).ToContainTextAsync("The browser could not convert this picture.");
        await page.EvaluateAsync("() => { HTMLCanvasElement.prototype.toBlob = window.drawn; }");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Make it fit" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");

        await Expect(page.Locator(".draft")).ToContainTextAsync("JPEG · 320 × 240");
        await Expect(page.Locator(".draft [role=alert]")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_picture_can_be_kept_without_a_video()
    {
        await StartAsync();
        var page = await OpenAsync();

        await ChooseAsync(page, ("later.png", Pictures.Png()));
        await page.Locator("[data-action=keep-picture]").ClickAsync();

        await Expect(Card(page, "later")).ToHaveAttributeAsync("data-status", "none");
        await Expect(Card(page, "later").Locator(".card-status")).ToHaveTextAsync("Picture only");
        Assert.Equal(0, Platform.Provider.Counters.TasksCreated);
    }

    [Fact]
    public async Task What_is_missing_is_said_where_it_is_missing()
    {
        await StartAsync();
        var page = await OpenAsync();
        await Expect(Prompt(page)).ToBeVisibleAsync();

        await page.Locator("[data-action=make]").ClickAsync();
        await Expect(page.Locator(".composer .form-error")).ToContainTextAsync("Choose a picture first.");
        await ChooseAsync(page, ("boat.png", Pictures.Png()));
        await page.Locator("[data-action=make]").ClickAsync();

        await Expect(Prompt(page)).ToBeFocusedAsync();
        await Expect(Prompt(page)).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(page.Locator(".composer")).ToContainTextAsync("Say in a few words what should happen.");
        Assert.Equal(0, await Platform.CountAsync());
    }

    /// <summary>The events as the browser fires them when a file is dropped on the composer, or pasted.</summary>
    private static async Task BringAsync(IPage page, string how, (string Name, byte[] Bytes) picture)
    {
        await Expect(page.Locator(".drop")).ToBeVisibleAsync();
        await page.EvaluateAsync(
            """
            ({ how, name, bytes }) => {
              const carried = new DataTransfer();
              carried.items.add(new File([Uint8Array.from(atob(bytes), c => c.charCodeAt(0))], name, { type: 'image/png' }));
              const options = { bubbles: true, cancelable: true };
              if (how === 'paste') return void document.body.dispatchEvent(new ClipboardEvent('paste', { ...options, clipboardData: carried }));
              const drop = document.querySelector('.drop');
              for (const kind of ['dragenter', 'dragover', 'drop']) drop.dispatchEvent(new DragEvent(kind, { ...options, dataTransfer: carried }));
            }
            """,
            new { how, name = picture.Name, bytes = Convert.ToBase64String(picture.Bytes) });
    }
}
