using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json.Nodes;

namespace VideoPlatform.Sandbox.Tests;

public sealed class RenderingTests : SandboxTest
{
    public override async ValueTask InitializeAsync() => await StartAsync(Options(new SandboxVideo.FromPicture()));

    [Theory]
    [InlineData("720P", 1358, 678)]   // the picture is twice as wide as high; about as many pixels as 1280 by 720
    [InlineData("1080P", 1358, 678)]
    public async Task A_picture_becomes_a_playable_video(string resolution, int width, int height)
    {
        Assert.SkipUnless(await CanRunAsync("ffmpeg") && await CanRunAsync("ffprobe"), "ffmpeg or ffprobe is not installed.");
        var body = ABody(seconds: 2);
        body["parameters"]!["resolution"] = resolution;
        var id = await SubmittedAsync(body);
        await SucceededAsync(id);

        var stream = await ProbeAsync(await LinkAsync(id));

        Assert.Equal("h264", (string?)stream["codec_name"]);
        Assert.Equal("yuv420p", (string?)stream["pix_fmt"]);
        Assert.Equal("30/1", (string?)stream["r_frame_rate"]);
        Assert.Equal("60", (string?)stream["nb_frames"]);
        Assert.Equal((width, height), ((int?)stream["width"], (int?)stream["height"]));
        await GoneAsync(Path.Combine(Folder, "pictures"));
    }

    [Fact]
    public async Task A_picture_that_cannot_be_read_gives_the_bundled_clip()
    {
        var body = ABody();
        body["input"]!["img_url"] = "data:image/png;base64,bm90IGEgcGljdHVyZQ==";
        var id = await SubmittedAsync(body);
        await SucceededAsync(id);

        await AssertBundledAsync(id);
    }

    [Fact]
    public async Task A_picture_on_the_web_is_not_fetched_and_gives_the_bundled_clip()
    {
        var body = ABody();
        body["input"]!["img_url"] = $"{Sandbox.BaseUrl}/picture.png";
        var id = await SubmittedAsync(body);
        await SucceededAsync(id);

        await AssertBundledAsync(id);
        Assert.DoesNotContain(Sandbox.Counters.Requests, r => r.Path.EndsWith("picture.png", StringComparison.Ordinal));
    }

    /// <summary>What it was made from goes a moment after its task has succeeded.</summary>
    private static async Task GoneAsync(string folder)
    {
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        enough.CancelAfter(TimeSpan.FromMinutes(1));
        while (Directory.EnumerateFiles(folder).Any()) await beat.WaitForNextTickAsync(enough.Token);
    }

    private async Task AssertBundledAsync(string id)
    {
        using var response = await DownloadAsync(await LinkAsync(id));
        Assert.Equal(Rendering.BundledClip.Bytes.ToArray(), await BytesAsync(response));
    }

    /// <summary>Asks until the rendering, which runs in real time, is over.</summary>
    private async Task SucceededAsync(string id)
    {
        Clock.Advance(TimeSpan.FromSeconds(10));
        while (await StatusAsync(id) != "SUCCEEDED") TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
    }

    private async Task<JsonNode> ProbeAsync(Uri link)
    {
        var file = Path.Combine(Folder, "probe.mp4");
        using (var response = await DownloadAsync(link)) await File.WriteAllBytesAsync(file, await BytesAsync(response));
        using var probe = Process.Start(new ProcessStartInfo("ffprobe", ["-v", "error", "-show_streams", "-of", "json", file])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        var output = await probe.StandardOutput.ReadToEndAsync();
        await probe.WaitForExitAsync();
        Assert.Equal(0, probe.ExitCode);
        return JsonNode.Parse(output)!["streams"]!.AsArray().Single()!;
    }

    private static async Task<bool> CanRunAsync(string program)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, "-version") { RedirectStandardOutput = true, UseShellExecute = false })!;
            await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
