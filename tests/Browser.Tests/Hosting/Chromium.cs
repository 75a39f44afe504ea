using Microsoft.Playwright;
using VideoPlatform.Browser.Tests.Hosting;

[assembly: AssemblyFixture(typeof(Chromium))]

namespace VideoPlatform.Browser.Tests.Hosting;

/// <summary>The one browser of the whole run: the <c>chromium</c> of the system, by Playwright's driver. Nothing is ever downloaded.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] arguments =
        ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    private IPlaywright? playwright;
    private IBrowser? browser;

    /// <summary>Why there is no browser; null where there is one.</summary>
    public string? Missing { get; private set; }

    public IBrowser Browser => browser ?? throw new InvalidOperationException(Missing);

    public async ValueTask InitializeAsync()
    {
        if (Find("chromium") is not { } program)
        {
            Missing = "There is no chromium on the PATH (Debian package chromium): nothing was looked at in a browser.";
            return;
        }

        Assertions.SetDefaultExpectTimeout(20_000);   // a busy machine is slow, not wrong
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = program, Args = arguments });
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null) await browser.DisposeAsync();
        playwright?.Dispose();
    }

    private static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
