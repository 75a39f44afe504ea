using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Playwright;
using VideoPlatform.Browser.Tests.Hosting;
using static Microsoft.Playwright.Assertions;

namespace VideoPlatform.Browser.Tests;

/// <summary>A service that asks for API keys.</summary>
public sealed class KeyTests(Chromium chromium) : BrowserTest(chromium)
{
    [Fact]
    public async Task A_key_is_asked_for_once_and_opens_everything()
    {
        Expected.AddRange(["401", "WebSocket"]);
        await StartAsync(WithKey("editor"));
        var id = await Platform.GivenVideoAsync("paper boat");
        var page = await OpenAsync("about:blank");
        var sockets = new ConcurrentQueue<string>();
        page.WebSocket += (_, socket) => sockets.Enqueue(socket.Url);
        await page.GotoAsync("/");
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "A key is needed" });
        var field = dialog.GetByLabel("API key");
        await Expect(field).ToBeFocusedAsync();

        await page.Keyboard.PressAsync("Escape");
        await field.FillAsync("a wrong one");
        await page.Keyboard.PressAsync("Enter");
        await Expect(dialog).ToContainTextAsync("This key is not known.");
        await field.FillAsync(Platform.Key);
        await page.Keyboard.PressAsync("Enter");

        await Expect(dialog).ToHaveCountAsync(0);
        await Expect(page.Locator("#connection")).ToHaveAttributeAsync("data-state", "live");
        await Expect(Prompt(page)).ToBeVisibleAsync();   // what comes last at the start
        Assert.Single(sockets);
        var picture = Card(page, "paper boat").Locator("img");
        await UntilAsync(picture, "image => image.complete && image.naturalWidth > 0");
        await page.GotoAsync($"/#/w/{id}");
        await UntilAsync(page.Locator("video[data-workspace]"), "video => video.readyState >= 1");

        await page.ReloadAsync();
        await Expect(page.Locator("#connection")).ToHaveAttributeAsync("data-state", "live");
        await Expect(dialog).ToHaveCountAsync(0);
        var cookie = Assert.Single(await page.Context.CookiesAsync());
        Assert.True(cookie.HttpOnly);
        Assert.Equal(SameSiteAttribute.Strict, cookie.SameSite);
    }

    [Fact]
    public async Task A_refusal_that_comes_behind_the_key_asks_for_no_other()
    {
        Expected.AddRange(["401", "WebSocket"]);
        await StartAsync(WithKey("editor"));
        await Platform.GivenVideoAsync("paper boat");
        var page = await OpenAsync();
        var isRefused = new TaskCompletionSource();
        var mayArrive = new TaskCompletionSource();
        await page.RouteAsync("**/api/workspaces?*", async route =>
        {
            var answer = await route.FetchAsync();
            isRefused.TrySetResult();
            await mayArrive.Task;
            await route.FulfillAsync(new RouteFulfillOptions { Response = answer });
        });
        await page.ReloadAsync();
        await isRefused.Task;

        await page.GetByLabel("API key").FillAsync(Platform.Key);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#connection")).ToHaveAttributeAsync("data-state", "live");
        mayArrive.SetResult();

        await Expect(Card(page, "paper boat")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task What_a_key_does_not_allow_is_said()
    {
        Expected.AddRange(["401", "403", "WebSocket"]);
        await StartAsync(WithKey("reader"));
        var page = await OpenAsync();
        await page.GetByLabel("API key").FillAsync(Platform.Key);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);

        await ChooseAsync(page, ("boat.png", Pictures.Png()));
        await Prompt(page).FillAsync("The boat drifts away");
        await page.Locator("[data-action=make]").ClickAsync();

        await Expect(page.Locator(".draft [role=alert]")).ToContainTextAsync("Your key does not allow this.");
    }

    private static PlatformPlan WithKey(string role) => new()
    {
        Settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Auth:ApiKeys:0:Name"] = "page",
            ["Auth:ApiKeys:0:Sha256"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Platform.Key))),
            ["Auth:ApiKeys:0:Role"] = role,
        },
    };
}
