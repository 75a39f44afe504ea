using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Testing.Origin;

namespace VideoPlatform.Api.Tests.Fetching;

/// <summary>What is in the storage when it is over.</summary>
public enum Kept
{
    /// <summary>The origin's bytes.</summary>
    Same,

    /// <summary>Those of the object that has taken the first one's place.</summary>
    New,

    /// <summary>Nothing, neither under a final name nor beside it.</summary>
    Nothing,
}

/// <summary>One way in which a fetch goes wrong, and how it ends. Each is a row of <c>docs/fetching.md</c>, and each is done to the running service.</summary>
/// <param name="Injected">In words.</param>
/// <param name="Meanwhile">The record's <c>error.code</c> after the first try; null where nothing fails, or nothing is tried again.</param>
/// <param name="Asked">The requests for the video itself: <c>all</c>, or <c>rest</c> behind a proven part.</param>
/// <param name="End">The status, and the <c>error.code</c> that stays, if any.</param>
/// <param name="Answers">Of the origin, in order; the last one stays, and an honest one follows where the first is not the only one.</param>
internal sealed record Fault(string Injected, string? Meanwhile, string Asked, string End, Kept Kept, params Func<Scene, Exchange, Task>[] Answers)
{
    private const string Expired = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code><Message>Request has expired.</Message></Error>";

    /// <summary>Over the settings of the tests.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public Action<IServiceCollection, Scene> Adjust { get; init; } = static (_, _) => { };

    /// <summary>Done before the video is asked for.</summary>
    public Action<Scene> Before { get; init; } = static _ => { };

    /// <summary>Done once the record has said what it says meanwhile, before the origin goes on.</summary>
    public Func<Scene, Task> After { get; init; } = static _ => Task.CompletedTask;

    /// <summary>The task gives another link when it is asked.</summary>
    public bool HasFreshLink { get; init; }

    public string Row =>
        $"| {Injected} | {(Meanwhile is null ? "–" : $"`{Meanwhile}`")} | {Asked} | {string.Join(", ", End.Split(' ').Select(word => $"`{word}`"))} | "
        + Kept switch { Kept.Same => "the origin's", Kept.New => "the new object's", _ => "none" } + " |";

    public static readonly IReadOnlyList<Fault> All =
    [
        new("The body ends at its half", "truncated", "all, rest", "completed", Kept.Same, Half),
        new("The connection is reset in the body", "connection_lost", "all, rest", "completed", Kept.Same, async (scene, e) => { await Half(scene, e); await scene.PartIsHereAsync(); e.Reset(); }),
        new("The body falls silent", "stalled", "all, rest", "completed", Kept.Same, async (scene, e) => { await Half(scene, e); await e.HangAsync(); }) { Settings = Impatient },
        new("No answer comes at all", "stalled", "all, all", "completed", Kept.Same, (_, e) => e.HangAsync()) { Settings = Impatient },
        new("The service is stopped in the body, and started again", null, "all, rest", "completed", Kept.Same, async (scene, e) => { await Half(scene, e); await e.HangAsync(); }, Honest) { After = scene => scene.RestartAsync() },
        new("The object has changed when its rest is asked for: 200, another tag", "truncated", "all, rest", "completed", Kept.New, Half, (scene, e) => e.SayAsync(Whole(scene.Other), scene.Other.Bytes)),
        new("The object has changed: 206, another tag", "truncated", "all, rest, all", "completed", Kept.New, Half, (scene, e) => RestOf(e, scene.Other, scene.Other.Etag), (scene, e) => e.SayAsync(Whole(scene.Other), scene.Other.Bytes)),
        new("The range is overlooked: 200, the same tag", "truncated", "all, rest", "completed", Kept.Same, Half, (scene, e) => e.SayAsync(Whole(scene.Video), scene.Video.Bytes)),
        new("The rest has a `Content-Range` that begins elsewhere", "truncated", "all, rest, all", "completed", Kept.Same, Half, (scene, e) => RestOf(e, scene.Video, scene.Video.Etag, shift: -7), Honest),
        new("The rest has no `Content-Range`", "truncated", "all, rest, all", "completed", Kept.Same, Half, (scene, e) => e.SayAsync($"HTTP/1.1 206 Partial Content\r\nContent-Length: {scene.Video.Bytes.Length - e.From}\r\nETag: {scene.Video.Etag}\r\n\r\n", scene.Video.Bytes.AsMemory(e.From!.Value)), Honest),
        new("The rest is answered with 416", "truncated", "all, rest, all", "completed", Kept.Same, Half, (_, e) => e.SayAsync("HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\n\r\n"), Honest),
        new("A part that nobody asked for: 206", "http_206", "all, all", "completed", Kept.Same, (scene, e) => e.SayAsync($"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-99/{scene.Video.Bytes.Length}\r\nContent-Length: 100\r\n\r\n", scene.Video.Bytes.AsMemory(0, 100))),
        new("The body is empty", "empty", "all, all", "completed", Kept.Same, Says("HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: 0\r\n\r\n")),
        new("A page of HTML with status 200 and the type of a video", "not_a_video", "all, all", "completed", Kept.Same, Says("HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: 26\r\n\r\n<html>Please log in</html>")),
        new("A wrong `x-oss-hash-crc64ecma`", "wrong_checksum", "all, all", "completed", Kept.Same, (scene, e) => e.SayAsync(Whole(scene.Video, crc: scene.Video.Crc64 ^ 1), scene.Video.Bytes)),
        new("One bit of the body is wrong", "wrong_checksum", "all, all", "completed", Kept.Same, (scene, e) => e.SayAsync(Whole(scene.Video), Flipped(scene.Video.Bytes))),
        new("A `Content-Length` that is too large", "truncated", "all, all", "completed", Kept.Same, (scene, e) => e.SayAsync(Whole(scene.Video, length: scene.Video.Bytes.Length + 100, tag: false), scene.Video.Bytes)),
        new("A `Content-Length` that is too small", "wrong_checksum", "all, all", "completed", Kept.Same, (scene, e) => e.SayAsync(Whole(scene.Video, length: scene.Video.Bytes.Length - 100), scene.Video.Bytes)),
        new("Neither a length nor a checksum", "length_unknown", "all, all", "completed", Kept.Same, (scene, e) => e.SayAsync("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", scene.Video.Bytes)),
        new("A declared size above `Downloads:MaxBytes`", "too_large", "all, all", "expired AccessDenied", Kept.Nothing, (_, e) => e.SayAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n"), Says(Gone)),
        new("A body without an end", "too_large", "all, all", "expired AccessDenied", Kept.Nothing, Endless, Says(Gone)) { Settings = Small },
        new("gzip that was not asked for", "unasked_encoding", "all, all", "completed", Kept.Same, (scene, e) => e.SayAsync($"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {scene.Video.Bytes.Length}\r\n\r\n", scene.Video.Bytes)),
        new("A redirect to an allowed host", null, "all, all", "completed", Kept.Same, (scene, e) => Redirect(e, $"{scene.Origin.Address}/elsewhere.mp4"), Honest),
        new("A redirect to another host", "host_forbidden", "all, all", "completed", Kept.Same, (_, e) => Redirect(e, "https://127.0.0.1.example.com/video.mp4")),
        new("A redirect with a user name in it", "host_forbidden", "all, all", "completed", Kept.Same, (scene, e) => Redirect(e, $"http://127.0.0.1@localhost:{scene.Origin.Port}/video.mp4")),
        new("A redirect to another scheme", "scheme_forbidden", "all, all", "completed", Kept.Same, (_, e) => Redirect(e, "ftp://127.0.0.1/video.mp4")),
        new("A redirect to plain http, where that is not allowed", "scheme_forbidden", "all, all", "completed", Kept.Same, (_, e) => Redirect(e, "http://127.0.0.1:1/video.mp4")) { Settings = Strict, Adjust = TrustOrigin },
        new("A redirect to a metadata address under an allowed host", "address_forbidden", "all, all", "completed", Kept.Same, (_, e) => Redirect(e, "https://169.254.169.254/video.mp4")) { Settings = Strict, Adjust = TrustOrigin },
        new("A private address under an allowed host", "address_forbidden", "none", "downloading address_forbidden", Kept.Nothing) { Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["Downloads:AllowPrivateAddresses"] = "false" } },
        new("Redirects in a ring", "too_many_redirects", "all, all, all, all, all, all, all", "completed", Kept.Same, Ring, Ring, Ring, Ring, Ring, Ring, Honest),
        new("403, and the task gives no other link", null, "all", "expired AccessDenied", Kept.Nothing, Says(Gone)),
        new("404, and the task gives no other link", null, "all", "expired http_404", Kept.Nothing, Says("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")),
        new("403, and the task gives a fresh link", null, "all, all", "completed", Kept.Same, Says(Gone), Honest) { HasFreshLink = true },
        new("The half is here when the link dies", "truncated", "all, rest", "expired AccessDenied", Kept.Nothing, Half, Says(Gone)),
        new("503", "http_503", "all, all", "completed", Kept.Same, Says("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")),
        new("An answer that is no HTTP", "bad_answer", "all, all", "completed", Kept.Same, Says("\0\u0001\u0002 no answer\r\n\r\n")),
        new("The disk is full", "storage_full", "all, all", "completed", Kept.Same, Honest) { Before = scene => scene.Space.FreeBytes = 0, After = scene => { scene.Space.FreeBytes = long.MaxValue; return scene.FetchNowAsync(); } },
        new("The disk is taken away", "storage_gone", "all, all", "completed", Kept.Same, Honest) { Before = scene => scene.TakeDiskAway(), After = scene => { scene.BringDiskBack(); return Task.CompletedTask; } },
        new("It is asked for again while it is being fetched", null, "all", "completed", Kept.Same, async (scene, e) => { await Half(scene, e); await scene.PartIsHereAsync(); await scene.FetchNowAsync(); await e.SendAsync(scene.Video.Bytes.AsMemory(scene.Video.Bytes.Length / 2)); }),
    ];

    // Longer than the record is looked at while the second answer waits, on a busy machine too.
    private static Dictionary<string, string> Impatient => new(StringComparer.Ordinal) { ["Downloads:StallTimeout"] = "00:00:10" };

    private static Dictionary<string, string> Small => new(StringComparer.Ordinal) { ["Downloads:MaxBytes"] = "2000000" };

    private static Dictionary<string, string> Strict => new(StringComparer.Ordinal)
    {
        ["Downloads:AllowHttp"] = "false", ["Downloads:AllowPrivateAddresses"] = "false", ["Downloads:AllowedHosts:1"] = "169.254.169.254",
    };

    private static string Gone => $"HTTP/1.1 403 Forbidden\r\nContent-Type: application/xml\r\nContent-Length: {Expired.Length}\r\n\r\n{Expired}";

    /// <summary>What is asked for is given: all, or the rest.</summary>
    public static Task Honest(Scene scene, Exchange e) => e.From is null ? e.SayAsync(Whole(scene.Video), scene.Video.Bytes) : RestOf(e, scene.Video, scene.Video.Etag);

    private static Task Half(Scene scene, Exchange e) => e.SayAsync(Whole(scene.Video), scene.Video.Bytes.AsMemory(0, scene.Video.Bytes.Length / 2));

    private static async Task Endless(Scene scene, Exchange e)
    {
        await e.SayAsync($"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{scene.Video.Bytes.Length:x}\r\n", scene.Video.Bytes);
        while (true) await e.SayAsync("\r\n10000\r\n", new byte[0x10000]);
    }

    private static Task Ring(Scene scene, Exchange e) => Redirect(e, "/round.mp4");

    private static Task Redirect(Exchange e, string address) => e.SayAsync($"HTTP/1.1 302 Found\r\nLocation: {address}\r\nContent-Length: 0\r\n\r\n");

    private static Func<Scene, Exchange, Task> Says(string answer) => (_, e) => e.SendAsync(Encoding.Latin1.GetBytes(answer));

    private static Task RestOf(Exchange e, OriginVideo video, string tag, int shift = 0)
    {
        var from = e.From!.Value + shift;
        return e.SayAsync(
            $"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {from}-{video.Bytes.Length - 1}/{video.Bytes.Length}\r\nContent-Length: {video.Bytes.Length - from}\r\n"
            + $"ETag: {tag}\r\nx-oss-hash-crc64ecma: {video.Crc64}\r\n\r\n",
            video.Bytes.AsMemory(from));
    }

    private static string Whole(OriginVideo video, int? length = null, ulong? crc = null, bool tag = true) =>
        $"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: {length ?? video.Bytes.Length}\r\n{(tag ? $"ETag: {video.Etag}\r\n" : "")}x-oss-hash-crc64ecma: {crc ?? video.Crc64}\r\n\r\n";

    private static byte[] Flipped(byte[] bytes)
    {
        var flipped = bytes.ToArray();
        flipped[flipped.Length / 2] ^= 4;
        return flipped;
    }

    // The rules hold for wherever the origin sends on, not for itself.
    private static void TrustOrigin(IServiceCollection services, Scene scene)
    {
        var options = (IOptions<DownloadOptions>)services.Last(service => service.ServiceType == typeof(IOptions<DownloadOptions>)).ImplementationInstance!;
        options.Value.SandboxOrigin = new Uri(scene.Origin.Address);
    }
}
