using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using VideoPlatform.Browser.Tests.Hosting;
using static Microsoft.Playwright.Assertions;

namespace VideoPlatform.Browser.Tests;

/// <summary>What the page shows is what the service has, with and without a connection.</summary>
public sealed class LiveTests(Chromium chromium) : BrowserTest(chromium)
{
    // What was in the queue of a port that closes is reset, and not refused.
    private static readonly string[] brokenOff = ["ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "ERR_CONNECTION_CLOSED", "ERR_EMPTY_RESPONSE", "WebSocket connection"];

    [Fact]
    public async Task A_lost_connection_is_said_and_restored_with_all_that_was_missed()
    {
        Expected.AddRange(brokenOff);
        await StartAsync(new PlatformPlan { RunningFor = TimeSpan.FromMinutes(5) });
        var id = await Platform.GivenVideoAsync("paper boat", "processing");
        var page = await OpenAsync();
        await Expect(page.Locator("#connection")).ToHaveAttributeAsync("data-state", "live");
        await Expect(Card(page, "paper boat")).ToHaveAttributeAsync("data-status", "processing");

        await Platform.StopAsync();
        await Expect(page.Locator("#connection")).ToHaveAttributeAsync("data-state", "lost");
        await Expect(page.Locator("[data-notice=connection]")).ToContainTextAsync("The connection is lost. What you see may be out of date; nothing that is under way is harmed.");
        await Expect(page.Locator("#countdown")).ToHaveTextAsync(new Regex(@"Next try in \d+ s\."));
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Try now" })).ToBeVisibleAsync();

        // It is said for a few seconds only, and the page may be back before this is.
        var said = Expect(page.Locator("#toasts-polite")).ToContainTextAsync("Connected again. Everything is up to date.", new() { Timeout = 60_000 });
        await Platform.StartAgainAsync();
        var missed = await Platform.GivenPictureAsync("came meanwhile");
        await page.EvaluateAsync("() => document.querySelector('[data-notice=connection] button')?.click()");   // on a slow machine the page was faster by itself
        await Expect(page.Locator("#connection")).ToHaveAttributeAsync("data-state", "live");
        await Expect(page.Locator("[data-notice=connection]")).ToHaveCountAsync(0);
        await said;
        await Expect(page.Locator($".grid > li[data-id='{missed}']")).ToBeVisibleAsync();
        await Expect(page.Locator($".grid > li[data-id='{id}']")).ToHaveAttributeAsync("data-status", "processing");
    }

    [Fact]
    public async Task A_video_outside_the_list_is_right_again_too()
    {
        Expected.AddRange(brokenOff);
        await StartAsync();
        var id = await Platform.GivenVideoAsync("paper boat");
        var page = await OpenAsync($"/?status=failed#/w/{id}");
        await Expect(page.Locator("#connection")).ToHaveAttributeAsync("data-state", "live");
        await Expect(page.Locator(".detail")).ToHaveAttributeAsync("data-storage", "local");

        await Platform.StopAsync();
        await Expect(page.Locator("#connection")).ToHaveAttributeAsync("data-state", "lost");
        await Platform.StartAgainAsync();
        await Platform.LoseFileAsync(id);
        await page.EvaluateAsync("() => dispatchEvent(new Event('online'))");

        await Expect(page.Locator(".detail")).ToHaveAttributeAsync("data-storage", "remote");
    }

    [Fact]
    public async Task A_connection_comes_back_by_itself()
    {
        await StartAsync();
        var page = await OpenAsync();
        await Expect(page.Locator("#connection")).ToHaveAttributeAsync("data-state", "live");

        await page.Context.SetOfflineAsync(true);
        await Expect(page.Locator("#connection")).ToHaveAttributeAsync("data-state", "lost");
        await page.Context.SetOfflineAsync(false);

        await Expect(page.Locator("#connection")).ToHaveAttributeAsync("data-state", "live");
        Expected.AddRange(["ERR_INTERNET_DISCONNECTED", "WebSocket connection"]);
    }

    [Fact]
    public async Task What_is_deleted_while_the_pages_are_read_again_stays_deleted()
    {
        await StartAsync();
        await Platform.GivenPictureAsync("first");
        await Platform.GivenPictureAsync("second");
        var deleted = await Platform.GivenPictureAsync("third");
        var page = await OpenAsync("about:blank");
        var connections = await PlayLiveAsync(page);
        await page.RouteAsync("**/api/workspaces?*", async route => await route.FulfillAsync(new() { Response = await FetchAsync(route, limit: 2) }));
        await page.GotoAsync("/");
        var live = await ConnectedAsync(connections);
        await Expect(page.Locator(".grid > li[data-id]")).ToHaveCountAsync(3);

        await page.RouteAsync("**/api/workspaces?*cursor=*", async route =>
        {
            Tell(live, new { type = "deleted", workspace_id = deleted });
            await Expect(Card(page, "third")).ToHaveCountAsync(0);
            await route.FulfillAsync(new() { Response = await FetchAsync(route, limit: 2) });
        });
        await live.CloseAsync();
        live = await connections.ReadAsync(TestContext.Current.CancellationToken);
        TellSnapshot(live);

        await Expect(page.Locator("#toasts-polite")).ToContainTextAsync("Connected again. Everything is up to date.");
        await page.EvaluateAsync("() => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)))");   // drawn
        await Expect(Card(page, "first")).ToBeVisibleAsync();
        await Expect(Card(page, "second")).ToBeVisibleAsync();
        await Expect(page.Locator(".grid > li[data-id]")).ToHaveCountAsync(2);
    }

    [Fact]
    public async Task An_answer_that_is_older_than_the_messages_changes_nothing_back()
    {
        await StartAsync(new PlatformPlan { RunningFor = TimeSpan.FromMinutes(5) });
        await Platform.GivenVideoAsync("stays", "processing", "One");
        var failed = await Platform.GivenVideoAsync("has failed", "processing", "Two");
        var deleted = await Platform.GivenVideoAsync("is deleted", "processing", "Three");
        var video = await Platform.VideoAsync(failed);
        video["status"] = "failed";
        var page = await OpenAsync("about:blank");
        var connections = await PlayLiveAsync(page);
        var mayArrive = new TaskCompletionSource();
        await page.RouteAsync("**/api/workspaces?*", async route =>
        {
            var older = await route.FetchAsync();
            await mayArrive.Task;
            await route.FulfillAsync(new() { Response = older });
        });
        await page.RouteAsync($"**/api/workspaces/{failed}", async route =>
        {
            var workspace = JsonNode.Parse(await (await route.FetchAsync()).TextAsync())!;
            workspace["version"] = 1_000;
            workspace["video"] = video.DeepClone();
            await route.FulfillAsync(new() { Json = workspace });
        });

        await page.GotoAsync("/?status=processing");
        var live = await ConnectedAsync(connections);
        await page.RunAndWaitForResponseAsync(
            () => { Tell(live, new { type = "video", workspace_id = failed, version = 1_000, video }); return Task.CompletedTask; }, $"**/api/workspaces/{failed}");
        Tell(live, new { type = "deleted", workspace_id = deleted });
        await Expect(page.Locator("#connection")).ToHaveAttributeAsync("data-state", "live");
        mayArrive.SetResult();

        await Expect(Card(page, "stays")).ToBeVisibleAsync();
        await Expect(page.Locator(".grid > li[data-id]")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task What_is_told_of_an_unknown_video_while_it_is_asked_for_counts()
    {
        await StartAsync(new PlatformPlan { RunningFor = TimeSpan.FromMinutes(5) });
        var shown = await Platform.GivenVideoAsync("is shown", "processing");
        var id = await Platform.GivenVideoAsync("is not shown", "processing");
        var video = await Platform.VideoAsync(id);
        var failed = video.DeepClone();
        failed["status"] = "failed";
        var page = await OpenAsync("about:blank");
        var connections = await PlayLiveAsync(page);
        await page.GotoAsync("/?status=failed");
        var live = await ConnectedAsync(connections);
        Tell(live, new { type = "video", workspace_id = shown, version = 1_000, video = failed });
        await Expect(Card(page, "is shown")).ToBeVisibleAsync();
        await page.RouteAsync($"**/api/workspaces/{id}", async route =>
        {
            var older = await route.FetchAsync();
            Tell(live, new { type = "video", workspace_id = id, version = 1_000, video = failed });
            Tell(live, new { type = "deleted", workspace_id = shown });
            await Expect(Card(page, "is shown")).ToHaveCountAsync(0);   // so both were read
            await route.FulfillAsync(new() { Response = older });
        });

        Tell(live, new { type = "video", workspace_id = id, version = 999, video });

        await Expect(Card(page, "is not shown")).ToHaveAttributeAsync("data-status", "failed");
    }

    [Fact]
    public async Task Without_a_socket_the_page_asks_instead()
    {
        Expected.Add("WebSocket");
        await StartAsync();
        await Platform.GivenPictureAsync("paper boat");
        var page = await OpenAsync("about:blank");
        await page.RouteWebSocketAsync("**/ws", socket => _ = socket.CloseAsync());

        await page.GotoAsync("/");

        await Expect(Card(page, "paper boat")).ToBeVisibleAsync();
        await Expect(page.Locator("#connection")).ToHaveAttributeAsync("data-state", "polling");
        await Expect(page.Locator("[data-notice=connection]")).ToContainTextAsync("The page asks every 10 seconds instead");
    }

    [Fact]
    public async Task Asking_instead_finds_what_was_deleted_at_the_end_of_a_short_list()
    {
        Expected.Add("404");
        await StartAsync();
        var oldest = await Platform.GivenPictureAsync("oldest");
        var newest = await Platform.GivenPictureAsync("newest");
        var page = await OpenAsync("about:blank");
        await PlayLiveAsync(page);
        await page.GotoAsync("/");

        await page.EvaluateAsync(
            """
            async oldest => {
              const [{ Store }, { deleteWorkspace }] = await Promise.all(['store', 'api'].map(name => import(`/js/${name}.js`)));
              window.asking = new Store();
              await window.asking.show({ status: null, storage: null });
              await deleteWorkspace(oldest);
              await window.asking.refreshHead();
            }
            """, oldest);

        await page.WaitForFunctionAsync("newest => window.asking.list.ids.join() === newest", newest);
    }

    [Fact]
    public async Task Two_tabs_show_the_same()
    {
        await StartAsync();
        var page = await OpenAsync();
        var other = await OpenBesideAsync(page);
        await Expect(other.Locator("#connection")).ToHaveAttributeAsync("data-state", "live");

        await ChooseAsync(page, ("paper boat.png", Pictures.Png()));
        await Prompt(page).FillAsync("The boat drifts away");
        await page.Locator("[data-action=make]").ClickAsync();

        await Expect(Card(other, "paper boat")).ToHaveAttributeAsync("data-status", "completed");
    }

    /// <summary>The service's own answer, in shorter pages than the page asks for.</summary>
    private static Task<IAPIResponse> FetchAsync(IRoute route, int limit) =>
        route.FetchAsync(new() { Url = Regex.Replace(route.Request.Url, @"limit=\d+", $"limit={limit}") });
}
