using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Playwright;

namespace VideoPlatform.Browser.Tests.Hosting;

/// <summary>
/// Opens pages in contexts of their own, and at the end of every test asks what a person never sees: whether the page asked another host for anything,
/// broke its own content policy, or complained in the console.
/// </summary>
public abstract class BrowserTest(Chromium chromium) : IAsyncLifetime
{
    private readonly List<(IPage Page, Watch Watch)> pages = [];
    private Platform? platform;

    /// <summary>The service of this test.</summary>
    protected Platform Platform => platform ?? throw new InvalidOperationException("Start it first.");

    /// <summary>Complaints in the console that belong to the test, because it breaks something: parts of their texts.</summary>
    protected List<string> Expected { get; } = [];

    public ValueTask InitializeAsync()
    {
        Assert.SkipWhen(chromium.Missing is not null, chromium.Missing ?? "");
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        var failed = TestContext.Current.TestState?.Result is TestResult.Failed;
        foreach (var (page, _) in pages)
        {
            if (failed && !page.IsClosed) TestContext.Current.AddAttachment("page.png", await page.ScreenshotAsync(), "image/png");
            await page.Context.CloseAsync();
        }

        if (platform is not null) await platform.DisposeAsync();
        GC.SuppressFinalize(this);
        if (!failed) Assert.Equal("", string.Join('\n', pages.SelectMany(page => page.Watch.Complaints).Where(c => !Expected.Exists(e => c.Contains(e, StringComparison.Ordinal)))));
    }

    protected async Task StartAsync(PlatformPlan? plan = null) => platform = await Platform.StartAsync(plan);

    /// <summary>A new context with one page that shows the address.</summary>
    protected Task<IPage> OpenAsync(string address = "/", BrowserNewContextOptions? options = null) => OpenAsync(Platform, address, options);

    protected async Task<IPage> OpenAsync(Platform at, string address, BrowserNewContextOptions? options = null)
    {
        options ??= new BrowserNewContextOptions();
        options.BaseURL = at.Address;
        options.Locale ??= "en-GB";
        options.ViewportSize ??= new ViewportSize { Width = 1280, Height = 800 };
        var context = await chromium.Browser.NewContextAsync(options);
        context.SetDefaultTimeout(30_000);
        var page = await context.NewPageAsync();
        pages.Add((page, new Watch(page, at.Address)));
        await page.GotoAsync(address);
        return page;
    }

    /// <summary>Another tab of the same person.</summary>
    protected async Task<IPage> OpenBesideAsync(IPage page, string address = "/")
    {
        var other = await page.Context.NewPageAsync();
        pages.Add((other, new Watch(other, Platform.Address)));
        await other.GotoAsync(address);
        return other;
    }

    /// <summary>Puts pictures into the composer, as a person who chooses files.</summary>
    protected static Task ChooseAsync(IPage page, params (string Name, byte[] Bytes)[] pictures) =>
        page.Locator("#make-pictures").SetInputFilesAsync(pictures.Select(picture => new FilePayload { Name = picture.Name, MimeType = "image/png", Buffer = picture.Bytes }));

    protected static ILocator Card(IPage page, string name) => page.Locator(".grid > li").Filter(new LocatorFilterOptions { HasText = name });

    protected static ILocator Prompt(IPage page) => page.GetByRole(AriaRole.Textbox, new PageGetByRoleOptions { Name = "What should happen?" });

    /// <summary>The server's side of the live connection is played by the test from now on.</summary>
    /// <returns>Each connection that the page opens, in turn; the page waits for its first message.</returns>
    protected static async Task<ChannelReader<IWebSocketRoute>> PlayLiveAsync(IPage page)
    {
        var connections = Channel.CreateUnbounded<IWebSocketRoute>();
        await page.RouteWebSocketAsync("**/ws", socket => connections.Writer.TryWrite(socket));
        return connections.Reader;
    }

    /// <summary>The next connection of the page, on which nothing is under way.</summary>
    protected static async Task<IWebSocketRoute> ConnectedAsync(ChannelReader<IWebSocketRoute> connections)
    {
        var live = await connections.ReadAsync(TestContext.Current.CancellationToken);
        TellSnapshot(live);
        return live;
    }

    /// <summary>Nothing is under way.</summary>
    protected static void TellSnapshot(IWebSocketRoute live) => Tell(live, new { type = "snapshot", workspaces = Array.Empty<object>() });

    protected static void Tell(IWebSocketRoute live, object message) => live.Send(JsonSerializer.Serialize(message));

    /// <summary>Waits until the condition holds for the element.</summary>
    /// <param name="holds">A function of the element, as JavaScript.</param>
    protected static async Task UntilAsync(ILocator element, string holds) =>
        await element.Page.WaitForFunctionAsync(holds, await element.ElementHandleAsync(), new PageWaitForFunctionOptions { PollingInterval = 50 });

    /// <summary>What went wrong behind the page's back.</summary>
    private sealed class Watch
    {
        public Watch(IPage page, string home)
        {
            page.Console += (_, message) =>
            {
                if (message.Type is "error" or "warning") Complaints.Enqueue($"{message.Type}: {message.Text} ({message.Location})");
            };
            page.PageError += (_, error) => Complaints.Enqueue($"exception: {error}");
            page.Request += (_, request) =>
            {
                if (!IsHome(request.Url, home)) Complaints.Enqueue($"foreign request: {request.Method} {request.Url}");
            };
            page.WebSocket += (_, socket) =>
            {
                if (!IsHome(socket.Url, home)) Complaints.Enqueue($"foreign socket: {socket.Url}");
            };
        }

        public ConcurrentQueue<string> Complaints { get; } = [];

        private static bool IsHome(string url, string home) =>
            new Uri(url) is var address && (address.Scheme is "blob" or "data" || address.Authority == new Uri(home).Authority);
    }
}
