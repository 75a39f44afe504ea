using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Browser.Tests.Hosting;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Sandbox.Faults;
using static Microsoft.Playwright.Assertions;

namespace VideoPlatform.Browser.Tests;

/// <summary>All videos: found, filtered, scrolled.</summary>
public sealed class GalleryTests(Chromium chromium) : BrowserTest(chromium)
{
    [Fact]
    public async Task A_filter_stands_in_the_address()
    {
        await StartAsync();
        Platform.Provider.Faults.Add(SandboxFaultKind.OutcomeFailed, times: 1);
        await Platform.GivenVideoAsync("bad", "failed");
        await Platform.GivenVideoAsync("good");
        var page = await OpenAsync();
        await Expect(page.Locator(".grid > li[data-id]")).ToHaveCountAsync(2);

        await page.Locator("[data-filter='status:failed']").ClickAsync();
        await Expect(page).ToHaveURLAsync($"{Platform.Address}/?status=failed");
        await Expect(page.Locator(".grid > li[data-id]")).ToHaveCountAsync(1);
        await Expect(page.Locator("[data-filter='status:failed']")).ToHaveAttributeAsync("aria-current", "true");

        await page.ReloadAsync();
        await Expect(Card(page, "bad")).ToBeVisibleAsync();
        await Expect(Card(page, "good")).ToHaveCountAsync(0);
        await page.Locator("[data-filter='storage:local']").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Nothing matches" })).ToBeVisibleAsync();
        await page.GoBackAsync();
        await Expect(Card(page, "bad")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_video_leaves_a_filter_that_no_longer_holds()
    {
        await StartAsync();
        Platform.Provider.Faults.Add(SandboxFaultKind.QueryServerError);
        var id = await Platform.GivenVideoAsync("paper boat", "processing");
        var page = await OpenAsync("/?status=processing");
        await Expect(Card(page, "paper boat")).ToBeVisibleAsync();

        Platform.Provider.Faults.Clear();
        await Platform.WaitForAsync(id, "completed");

        await Expect(Card(page, "paper boat")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task New_counts_leave_the_filters_where_they_were_scrolled_to()
    {
        await StartAsync();
        Platform.Provider.Faults.Add(SandboxFaultKind.OutcomeFailed, times: 1);
        await Platform.GivenVideoAsync("bad", "failed");
        await Platform.GivenVideoAsync("good");
        var page = await OpenAsync("/?status=unsettled", new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 320, Height = 800 } });
        var ready = page.Locator("[data-filter='status:completed']");
        await Expect(ready).ToContainTextAsync("1");
        await Expect(page.Locator("#connection")).ToHaveAttributeAsync("data-state", "live");
        var row = page.Locator(".filter-row ul").First;
        await ready.FocusAsync();
        var scrolled = await row.EvaluateAsync<int>("row => { row.scrollLeft = 40; return row.scrollLeft; }");
        Assert.Equal(40, scrolled);

        await Platform.GivenVideoAsync("another");

        await Expect(ready).ToContainTextAsync("2");
        await Expect(ready).ToBeFocusedAsync();
        Assert.Equal(scrolled, await row.EvaluateAsync<int>("row => row.scrollLeft"));
    }

    [Fact]
    public async Task New_counts_of_the_storage_keep_the_focus()
    {
        await StartAsync();
        await Platform.GivenVideoAsync("paper boat");
        var page = await OpenAsync("/#/storage");
        var ready = page.Locator(".tally a").Filter(new() { HasText = "Ready" });
        await Expect(ready).ToContainTextAsync("1");
        await Expect(page.Locator("#connection")).ToHaveAttributeAsync("data-state", "live");
        await ready.FocusAsync();

        await Platform.GivenVideoAsync("another");

        await Expect(ready).ToContainTextAsync("2");
        await Expect(ready).ToBeFocusedAsync();
    }

    [Fact]
    public async Task What_was_just_made_does_not_hide_behind_a_filter()
    {
        await StartAsync();
        var page = await OpenAsync("/?status=failed&storage=none");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Nothing matches" })).ToBeVisibleAsync();

        await ChooseAsync(page, ("boat.png", Pictures.Png()));
        await Prompt(page).FillAsync("The boat drifts away");
        await page.Locator("[data-action=make]").ClickAsync();

        await Expect(Card(page, "boat")).ToBeVisibleAsync();
        await Expect(page).ToHaveURLAsync($"{Platform.Address}/");
    }

    [Fact]
    public async Task Going_back_finds_the_place_and_the_card()
    {
        await StartAsync();
        await SeedAsync(200);
        var page = await OpenAsync();
        var card = page.Locator(".grid > li[data-id]").Filter(new() { HasTextRegex = new Regex(@"^Picture 3(?!\d)") });
        await ScrollToAsync(page, card);
        await card.GetByRole(AriaRole.Link).ClickAsync();
        await Expect(page.Locator("#detail-title")).ToHaveTextAsync("Picture 3");
        await Expect(page.Locator("#detail-title")).ToBeFocusedAsync();

        await page.GoBackAsync();

        await Expect(card).ToBeInViewportAsync();
        await Expect(card.GetByRole(AriaRole.Link)).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Ten_thousand_scroll_with_few_elements()
    {
        await StartAsync();
        await SeedAsync(10_000);
        var page = await OpenAsync();
        await Expect(page.Locator(".grid > li[data-id]").First).ToContainTextAsync("Picture 10000");

        var most = 0;
        var last = page.Locator(".grid > li[data-id]").Filter(new() { HasTextRegex = new Regex(@"^Picture 1(?!\d)") });
        await ScrollToAsync(page, last, async () => most = Math.Max(most, await page.EvaluateAsync<int>("() => document.getElementsByTagName('*').length")));

        await Expect(last).ToBeInViewportAsync();
        await Expect(last).ToHaveAttributeAsync("aria-posinset", "10000");
        await Expect(last).ToHaveAttributeAsync("aria-setsize", "10000");
        Assert.InRange(most, 100, 2_000);
        await page.Keyboard.PressAsync("Control+Home");
        await Expect(page.Locator(".grid > li[data-id]").First).ToContainTextAsync("Picture 10000");
    }

    /// <summary>Scrolls down, a window at a time or to where the list ends by now, until the element is there.</summary>
    private static async Task ScrollToAsync(IPage page, ILocator element, Func<Task>? look = null)
    {
        using var enough = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (await element.CountAsync() == 0)
        {
            enough.Token.ThrowIfCancellationRequested();
            await page.EvaluateAsync("() => { scrollTo(0, document.documentElement.scrollHeight); return new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve))); }");
            if (look is not null) await look();
        }

        await element.ScrollIntoViewIfNeededAsync();
    }

    /// <summary>Workspaces with one shared picture, straight into the records: "Picture 1" is the oldest.</summary>
    private async Task SeedAsync(int count)
    {
        var path = StoragePath.Parse("1767008037365-8206bx2s.png");
        await File.WriteAllBytesAsync(Path.Combine(Platform.Uploads, path.Value), Pictures.Png(), TestContext.Current.CancellationToken);
        var picture = new Picture(path, "image/png", 1000, 320, 240, HasAlpha: false);
        var records = Platform.Services.GetRequiredService<IWorkspaceRepository>();
        var start = TimeProvider.System.Now() - TimeSpan.FromSeconds(count + 60);
        await Parallel.ForEachAsync(Enumerable.Range(1, count), new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (n, ct) =>
        {
            var at = start + TimeSpan.FromSeconds(n);
            Assert.True(await records.AddAsync(Workspace.Create(WorkspaceId.New(at), $"Picture {n}", picture, at), ct));
        });
    }
}
