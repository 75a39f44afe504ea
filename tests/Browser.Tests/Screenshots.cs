using Microsoft.Playwright;
using VideoPlatform.Browser.Tests.Hosting;
using VideoPlatform.Sandbox;
using VideoPlatform.Sandbox.Faults;
using static Microsoft.Playwright.Assertions;

namespace VideoPlatform.Browser.Tests;

/// <summary>The pictures of the README. No test: build/screenshots.sh runs it, and says where they go.</summary>
public sealed class Screenshots(Chromium chromium) : BrowserTest(chromium)
{
    private static readonly (string English, string Chinese, byte[] Picture)[] subjects =
    [
        ("Paper boat at dawn", "晨光中的纸船", Scenes.Boat()),
        ("Glacier", "冰川", Scenes.Ridges("#cfe6f5", "#f4fafd", "#b9d6e8", "#4f86a6", 3)),
        ("Red dunes", "红色沙丘", Scenes.Ridges("#f6cf9e", "#f7e3c4", "#e6a06a", "#9c4226", 11)),
        ("Northern night", "北方之夜", Scenes.Ridges("#0e1b3d", "#28477a", "#27456f", "#081226", 7, night: true)),
        ("Quiet bay", "静静的海湾", Scenes.Shore("#9fd4e8", "#f3f0da", "#5f8f7c", "#8cc9cf", "#235f78", 5)),
        ("Misty ridge", "雾中山脊", Scenes.Ridges("#f1e4dc", "#fbf5ee", "#cbd3cd", "#3f5d54", 2)),
        ("Violet evening", "紫色黄昏", Scenes.Shore("#54407f", "#f0a6a0", "#3c2c5e", "#b0779c", "#2b2450", 9)),
        ("Autumn hills", "秋日山丘", Scenes.Ridges("#fbe3b4", "#fdf3dc", "#e9b872", "#7d3b1e", 4)),
        ("Green valley", "青翠山谷", Scenes.Ridges("#cdeaf0", "#f5fbef", "#a9cf9d", "#2d6a4a", 6)),
    ];

    private static readonly ViewportSize wide = new() { Width = 1440, Height = 1000 };
    private static readonly ViewportSize narrow = new() { Width = 390, Height = 844 };

    [Picture]
    public async Task Take()
    {
        var folder = PictureAttribute.Folder!;
        await StartAsync(new PlatformPlan
        {
            Video = new SandboxVideo.FromPicture(),
            Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["Qwen:MaxInFlight"] = "1" },
        });

        var ids = await GivenLibraryAsync(subjects.Select(subject => subject.English));
        await TakeStudioAsync(Path.Combine(folder, "studio.jpg"), ColorScheme.Light, "en-GB", "Waves roll in, the light turns to gold, the camera rises slowly");
        await TakeStudioAsync(Path.Combine(folder, "studio-dark.jpg"), ColorScheme.Dark, "en-GB", "Waves roll in, the light turns to gold, the camera rises slowly");
        await TakeVideoAsync(Path.Combine(folder, "video.jpg"), ids[0]);
        await TakeFailureAsync(Path.Combine(folder, "failed-narrow.jpg"), ids[7]);
        await TakeStorageAsync(Path.Combine(folder, "storage.jpg"));

        var gallery = await OpenAsync("/", new BrowserNewContextOptions { ViewportSize = narrow, DeviceScaleFactor = 2 });
        await ReadyAsync(gallery);
        await gallery.Locator(".gallery").EvaluateAsync("gallery => scrollTo(0, gallery.getBoundingClientRect().top + scrollY - document.getElementById('bar').offsetHeight - 12)");
        await ShootAsync(gallery, Path.Combine(folder, "gallery-narrow.jpg"), 72);
    }

    [Picture]
    public async Task Take_in_Chinese()
    {
        var folder = PictureAttribute.Folder!;
        await StartAsync(new PlatformPlan
        {
            Video = new SandboxVideo.FromPicture(),
            Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["Qwen:MaxInFlight"] = "1" },
        });

        await GivenLibraryAsync(subjects.Select(subject => subject.Chinese));
        await TakeStudioAsync(Path.Combine(folder, "studio-zh.jpg"), ColorScheme.Light, "zh-CN", "海浪缓缓涌来，光线渐渐变成金色，镜头慢慢升高");
    }

    /// <summary>A small library in which everything happens at once; the first name stands first.</summary>
    private async Task<string[]> GivenLibraryAsync(IEnumerable<string> names)
    {
        var ids = new string[subjects.Length];
        foreach (var (name, n) in names.Select((name, n) => (name, n)).Reverse()) ids[n] = await Platform.GivenPictureAsync(name, subjects[n].Picture);

        var faults = Platform.Provider.Faults;
        foreach (var n in (int[])[0, 3, 5, 8, 2])
        {
            await Platform.AskAsync(ids[n], n == 0 ? "The paper boat drifts away from the pier, ripples spreading in the morning light" : $"The light changes slowly, take {n}", duration: n == 0 ? 5 : 3);
            await Platform.WaitForAsync(ids[n], video => video["status"]!.GetValue<string>() is "completed" && video["media"] is not null && video["thumbnail_url"] is not null, "completed");
        }

        await Platform.LoseFileAsync(ids[2]);
        faults.Add(new SandboxFault(SandboxFaultKind.OutcomeFailed) { Code = "DataInspectionFailed", Message = "Output data may contain inappropriate content.", Times = 1 });
        await Platform.AskAsync(ids[7], "Leaves whirl up");
        await Platform.WaitForAsync(ids[7], "failed");
        faults.Add(SandboxFaultKind.DownloadTruncated, times: 1);
        faults.Add(new SandboxFault(SandboxFaultKind.DownloadSlow) { Bytes = 500, Times = 1 });
        await Platform.AskAsync(ids[1], "Ice breaks off and glides into the sea", "1080P", 5);
        await Platform.WaitForAsync(ids[1], video => video["progress"]?["received"]?.GetValue<long>() > 0, "half fetched");
        faults.Add(SandboxFaultKind.OutcomeNever, times: 1);
        await Platform.AskAsync(ids[4], "Waves roll in");
        await Platform.WaitForAsync(ids[4], "processing");
        await Platform.AskAsync(ids[6], "The sun goes down");
        return ids;
    }

    private async Task TakeStudioAsync(string file, ColorScheme scheme, string locale, string prompt)
    {
        var page = await OpenAsync("/", new BrowserNewContextOptions { ViewportSize = wide, ColorScheme = scheme, Locale = locale });
        await ReadyAsync(page);
        await ChooseAsync(page, (locale is "zh-CN" ? "海边.png" : "seaside.png", Scenes.Shore("#f7d9b0", "#fdf3e0", "#c98f6b", "#f0c9a0", "#3d7f94", 3)));
        await page.Locator("textarea[name=prompt]").FillAsync(prompt);
        await page.EvaluateAsync("() => { document.activeElement.blur(); scrollTo(0, 0); document.querySelector('.composer').scrollTo(0, 0); }");
        await ShootAsync(page, file, 80);
    }

    private async Task TakeVideoAsync(string file, string id)
    {
        var page = await OpenAsync($"/#/w/{id}", new BrowserNewContextOptions { ViewportSize = wide });
        var player = page.Locator("video[data-storage=local]");
        await player.EvaluateAsync("video => { video.muted = true; return video.play(); }");
        await UntilAsync(player, "video => video.currentTime > 1.5");
        await player.EvaluateAsync("video => video.pause()");
        await Expect(page.Locator("[data-panel=history] li").First).ToBeAttachedAsync();
        await page.EvaluateAsync("() => document.activeElement.blur()");
        await ShootAsync(page, file, 80);
    }

    private async Task TakeFailureAsync(string file, string id)
    {
        var page = await OpenAsync($"/#/w/{id}", new BrowserNewContextOptions { ViewportSize = narrow, DeviceScaleFactor = 2, ColorScheme = ColorScheme.Dark });
        await Expect(page.Locator(".problem")).ToBeVisibleAsync();
        await Expect(page.Locator("[data-panel=history] li").First).ToBeAttachedAsync();
        await ShootAsync(page, file, 72);
    }

    private async Task TakeStorageAsync(string file)
    {
        var page = await OpenAsync("/#/storage", new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = wide.Width, Height = 720 } });
        await Expect(page.Locator(".figures")).ToBeVisibleAsync();
        await ShootAsync(page, file, 80);
    }

    private static async Task ReadyAsync(IPage page)
    {
        await Expect(page.Locator("#connection")).ToHaveAttributeAsync("data-state", "live");
        await Expect(page.Locator(".grid > li[data-id]")).Not.ToHaveCountAsync(0);
        await page.WaitForFunctionAsync("() => [...document.querySelectorAll('.card-poster img')].filter(image => image.checkVisibility()).every(image => image.classList.contains('shown') || image.getBoundingClientRect().top > innerHeight)");
    }

    private static async Task ShootAsync(IPage page, string file, int quality)
    {
        await Expect(page.Locator("#connection")).ToHaveAttributeAsync("data-state", "live");
        // Headless, no scrollbar fills its place; the grid measures itself anew in the next frames.
        await page.EvaluateAsync("() => { document.documentElement.style.scrollbarGutter = 'auto'; return new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(resolve)))); }");
        await page.EvaluateAsync("() => Promise.all([...document.images].filter(image => image.getAttribute('src') && image.loading !== 'lazy').map(image => image.decode().catch(() => {})))");
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = file, Type = ScreenshotType.Jpeg, Quality = quality, Animations = ScreenshotAnimations.Disabled, Caret = ScreenshotCaret.Hide });
        Assert.InRange(new FileInfo(file).Length, 10_000, 200_000);
    }
}
