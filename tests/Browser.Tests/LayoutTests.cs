using System.Runtime.CompilerServices;
using Microsoft.Playwright;
using VideoPlatform.Browser.Tests.Hosting;
using static Microsoft.Playwright.Assertions;

namespace VideoPlatform.Browser.Tests;

/// <summary>Narrow and wide, in both languages.</summary>
public sealed class LayoutTests(Chromium chromium) : BrowserTest(chromium)
{
    [Theory]
    [InlineData(320, "en-GB")]
    [InlineData(375, "zh-CN")]
    [InlineData(768, "en-GB")]
    [InlineData(1024, "zh-CN")]
    [InlineData(1920, "en-GB")]
    public async Task Nothing_sticks_out(int width, string locale)
    {
        await StartAsync();
        var id = await Platform.GivenVideoAsync("a name that is rather long and has no end that anybody could see from here, nor a_place_where_it_could_be_broken_into_lines",
            prompt: new string('x', 400));
        var page = await OpenAsync("/", new BrowserNewContextOptions { Locale = locale, ViewportSize = new ViewportSize { Width = width, Height = 800 } });

        await Expect(page.Locator($".grid > li[data-id='{id}']")).ToBeVisibleAsync();
        await FitsAsync(page);
        await ChooseAsync(page, ("paper boat.png", Pictures.Png()));
        await Expect(page.Locator("textarea[name=prompt]")).ToBeVisibleAsync();
        await FitsAsync(page);

        await page.GotoAsync($"/#/w/{id}");
        await Expect(page.Locator("[data-panel=history] li").First).ToBeVisibleAsync();
        await page.Locator("[data-action=ask-replace]").ClickAsync();
        await Expect(page.Locator("textarea[name=prompt]")).ToBeVisibleAsync();
        await FitsAsync(page);

        await page.GotoAsync("/#/storage");
        await Expect(page.Locator(".figures")).ToBeVisibleAsync();
        await FitsAsync(page);
    }

    [Theory]
    [InlineData(768, "en-GB")]
    [InlineData(1280, "en-GB")]
    [InlineData(1280, "zh-CN")]
    public async Task Every_filter_can_be_seen_without_scrolling_sideways(int width, string locale)
    {
        await StartAsync();
        var page = await OpenAsync("about:blank", new BrowserNewContextOptions { Locale = locale, ViewportSize = new ViewportSize { Width = width, Height = 1200 } });
        await page.RouteAsync("**/api/stats", route => route.FulfillAsync(new RouteFulfillOptions
        {
            ContentType = "application/json",
            Body = """
                {"videos": {"by_status": {"queued": 1, "submitting": 2, "unsettled": 3, "processing": 4, "downloading": 5, "completed": 12345, "failed": 7, "cancelled": 8, "expired": 9},
                  "by_storage": {"local": 12345, "remote": 2, "none": 3}, "at_risk": 0}, "bytes": {"stored": 1, "free": 2},
                 "queue": {"state": "stopped", "reason": "Arrearage: Access denied.", "waiting": 1, "in_flight": {}}, "provider": {"sandbox": false}}
                """,
        }));
        await page.GotoAsync("/");

        await Expect(page.Locator(".chip")).ToHaveCountAsync(14);
        foreach (var chip in await page.Locator(".chip").AllAsync()) await Expect(chip).ToBeInViewportAsync(new() { Ratio = 1 });
        await Expect(page.Locator("[data-notice=queue]")).ToContainTextAsync(locale is "zh-CN" ? "服务商账户欠费" : "The provider’s account is overdue.");
    }

    [Fact]
    public async Task The_composer_stands_beside_the_gallery_where_there_is_room_and_above_it_where_there_is_none()
    {
        await StartAsync();
        await Platform.GivenPictureAsync("paper boat");
        var page = await OpenAsync();
        await Expect(Card(page, "paper boat")).ToBeVisibleAsync();

        await page.WaitForFunctionAsync(Boxes("composer.right <= gallery.left"));

        await page.SetViewportSizeAsync(375, 800);
        await page.WaitForFunctionAsync(Boxes("composer.bottom <= gallery.top"));

        static string Boxes(string stand) =>
            $"() => {{ const [composer, gallery] = ['.composer', '.gallery'].map(one => document.querySelector(one).getBoundingClientRect()); return {stand}; }}";
    }

    [Fact]
    public async Task On_a_phone_the_new_video_is_seen_after_sending()
    {
        await StartAsync(new PlatformPlan { RunningFor = TimeSpan.FromMinutes(5) });
        for (var n = 0; n < 12; n++) await Platform.GivenPictureAsync($"picture {n}");
        var page = await OpenAsync("/", new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 375, Height = 700 }, HasTouch = true, IsMobile = true });
        await Expect(page.GetByText("Start with a picture")).ToBeVisibleAsync();

        await ChooseAsync(page, ("boat.png", Pictures.Png()));
        await Prompt(page).FillAsync("The boat drifts away");
        await page.Locator("[data-action=make]").ClickAsync();

        await Expect(Card(page, "boat")).ToHaveAttributeAsync("data-status", "processing");
        await Expect(Card(page, "boat")).ToBeInViewportAsync(new() { Ratio = 1 });
    }

    [Fact]
    public async Task The_browsers_language_is_spoken_until_a_person_chooses_another()
    {
        await StartAsync();
        await Platform.GivenVideoAsync("纸船");
        var page = await OpenAsync("/", new BrowserNewContextOptions { Locale = "zh-CN" });
        await Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "zh-CN");
        await Expect(page.GetByRole(AriaRole.Textbox, new() { Name = "希望画面发生什么？" }).Or(page.Locator("textarea[name=prompt]"))).ToBeVisibleAsync();
        await Expect(page.Locator("[data-nav=storage]")).ToHaveTextAsync("存储");
        await page.Locator("textarea[name=prompt]").FillAsync("小船漂走");

        await page.Locator("#language").SelectOptionAsync("en");
        await Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "en");
        await Expect(page.Locator("[data-nav=storage]")).ToHaveTextAsync("Storage");
        await Expect(Prompt(page)).ToHaveValueAsync("小船漂走");
        await Expect(Card(page, "纸船").Locator(".card-status")).ToHaveTextAsync("Ready");
        await Expect(page.Locator("#language")).ToBeFocusedAsync();

        await page.ReloadAsync();
        await Expect(page.Locator("[data-nav=storage]")).ToHaveTextAsync("Storage");
    }

    [Fact]
    public async Task Both_languages_say_the_same_things()
    {
        await StartAsync();
        var page = await OpenAsync();

        var different = await page.EvaluateAsync<string[]>(
            """
            async () => {
              const [en, zh] = (await Promise.all(['en', 'zh-CN'].map(tag => import(`/js/i18n/${tag}.js`)))).map(module => module.default);
              const names = text => [...String(text).matchAll(/\{(\w+)\}/g)].map(match => match[1]).sort().join();
              const keys = [...new Set([...Object.keys(en), ...Object.keys(zh)])];
              return keys.filter(key => !(key in en) || !(key in zh)
                || (typeof en[key] === 'string' && typeof zh[key] === 'string' && names(en[key]) !== names(zh[key])));
            }
            """);

        Assert.Empty(different);
    }

    [Fact]
    public async Task Every_reason_that_a_record_can_give_is_told_in_both_languages()
    {
        await StartAsync();
        var page = await OpenAsync();
        var text = await File.ReadAllTextAsync(Path.Combine(Here(), "..", "..", "docs", "errors.md"), TestContext.Current.CancellationToken);
        var codes = text[text.IndexOf("## In a record", StringComparison.Ordinal)..].Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .SelectMany(line => line.Split('|')[1].Split(',')).Select(code => code.Trim().Trim('`'))
            .Except(["remote_only", "earlier_system", "taken_over", "task_id_invalid"]).ToArray();   // told by the status, in its own words, or by commands only
        Assert.Contains("link_expired", codes);

        foreach (var language in (string[])["en", "zh-CN"])
        {
            var told = await page.EvaluateAsync<string[][]>(
                """
                async ([language, codes]) => {
                  const [i18n, words] = await Promise.all(['i18n', 'words'].map(name => import(`/js/${name}.js`)));
                  await i18n.chooseLanguage(language);
                  const of = (status, code) => words.problemExplanation({ status, error: { code } });
                  return [codes.filter(code => !of('processing', code)), [of('failed', 'AccessDenied'), of('expired', 'AccessDenied')]];
                }
                """, new object[] { language, codes });

            Assert.Empty(told[0]);
            Assert.NotEqual(told[1][0], told[1][1]);   // the provider refuses the account; the store refuses the link
        }
    }

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;

    private static async Task FitsAsync(IPage page)
    {
        var sticking = await page.EvaluateAsync<string[]>(
            """
            () => {
              const width = document.documentElement.clientWidth;
              if (document.documentElement.scrollWidth <= width) return [];
              return [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > width + 1).map(e => e.outerHTML.slice(0, 120));
            }
            """);
        Assert.Empty(sticking);
    }
}
