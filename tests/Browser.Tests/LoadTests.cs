using System.Collections.Concurrent;
using Microsoft.Playwright;
using VideoPlatform.Browser.Tests.Hosting;
using static Microsoft.Playwright.Assertions;

namespace VideoPlatform.Browser.Tests;

/// <summary>What comes over the wire when the page is opened.</summary>
public sealed class LoadTests(Chromium chromium) : BrowserTest(chromium)
{
    [Theory]
    [InlineData("en-GB")]
    [InlineData("zh-CN")]
    public async Task The_first_load_is_under_100_KB(string locale)
    {
        await StartAsync();
        var page = await OpenAsync("about:blank", new BrowserNewContextOptions { Locale = locale });
        var finished = new ConcurrentQueue<IRequest>();
        page.RequestFinished += (_, request) => finished.Enqueue(request);

        await page.GotoAsync("/");
        await Expect(page.Locator("textarea[name=prompt]")).ToBeVisibleAsync();
        await page.WaitForLoadStateAsync(LoadState.NetworkIdle);

        var sizes = await Task.WhenAll(finished.Select(async request => (request.Url, Bytes: (await request.SizesAsync()).ResponseBodySize)));
        Assert.Contains(sizes, size => size.Url.EndsWith("/js/app.js", StringComparison.Ordinal));
        Assert.Contains(sizes, size => size.Url.EndsWith("/css/studio.css", StringComparison.Ordinal));
        Assert.InRange(sizes.Sum(size => size.Bytes), 1, 100_000);
        TestContext.Current.SendDiagnosticMessage($"First load ({locale}): {sizes.Sum(size => size.Bytes)} bytes in {sizes.Length} answers");
    }

    [Fact]
    public async Task The_content_policy_stops_what_is_not_ours()
    {
        Expected.AddRange(["Content Security Policy", "violates", "https://example.org/"]);
        await StartAsync();
        var page = await OpenAsync();
        await Expect(Prompt(page)).ToBeVisibleAsync();

        await page.EvaluateAsync(
            """
            () => {
              window.broken = [];
              document.addEventListener('securitypolicyviolation', event => window.broken.push(event.effectiveDirective));
              const add = (tag, values) => document.body.append(Object.assign(document.createElement(tag), values));
              add('script', { textContent: 'window.owned = true' });
              add('script', { src: 'https://example.org/x.js' });
              add('img', { src: 'https://example.org/x.png' });
              add('iframe', { src: 'https://example.org/' });
              add('style', { textContent: 'body { display: none }' });
              fetch('https://example.org/').catch(() => {});
            }
            """);

        await page.WaitForFunctionAsync("() => new Set(window.broken).size >= 5");
        var broken = await page.EvaluateAsync<string[]>("() => [...new Set(window.broken)].sort()");
        Assert.Equal(["connect-src", "frame-src", "img-src", "script-src-elem", "style-src-elem"], broken);
        Assert.True(await page.EvaluateAsync<bool>("() => window.owned === undefined"));
        await Expect(Prompt(page)).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Only_the_sandbox_may_send_videos_over_plain_http()
    {
        await StartAsync(new PlatformPlan { BuiltIn = true });
        var page = await OpenAsync("about:blank");

        var answer = await page.GotoAsync("/");

        var policy = answer!.Headers["content-security-policy"];
        Assert.Contains($"media-src 'self' blob: https: {Platform.SandboxOrigin};", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("http:", policy.Replace(Platform.SandboxOrigin, "", StringComparison.Ordinal), StringComparison.Ordinal);
        await Expect(page.Locator("#sandbox")).ToBeVisibleAsync();
    }
}
