using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using VideoPlatform.Bench.Equipment;
using VideoPlatform.Sandbox;

namespace VideoPlatform.Bench.Rows;

/// <summary>
/// From the provider's "done" to the committed record: counted from the arrival of the question that was answered so (the answer's own time is ours too)
/// to the live update behind the commit, the transfer of 1 MB included.
/// </summary>
internal static class ReactionRow
{
    public static async Task<IReadOnlyList<Figure>> MeasureAsync(Ground ground, CancellationToken ct)
    {
        var folder = ground.NewFolder("reaction");
        using (await Library.OpenAsync(folder, ct)) { }
        var video = Path.Combine(folder, "video.mp4");
        await ArchiveRow.WriteVideoAsync(video, 1_000_000, ct);
        await using var sandbox = await SandboxProvider.StartAsync(
            new SandboxOptions
            {
                Folder = ground.NewFolder("sandbox"), Video = new SandboxVideo.Made(await File.ReadAllBytesAsync(video, ct)), PendingFor = TimeSpan.Zero, RunningFor = TimeSpan.FromSeconds(0.5),
            },
            NullLoggerFactory.Instance, ct);
        await using var service = await ServiceProcess.StartAsync(
            ground, folder, ct, $"Qwen:BaseUrl={sandbox.BaseUrl.ToString().TrimEnd('/')}", "Qwen:PollInterval=00:00:00.300", "Downloads:AllowHttp=true", "Downloads:AllowPrivateAddresses=true",
            "Downloads:AllowedHosts:0=127.0.0.1");
        using var live = await service.ListenAsync(ct);

        List<double> took = [];
        for (var round = 0; round <= Bench.Rounds * 2; round++)
        {
            var workspace = await CreateAsync(service, ct);
            using var body = new StringContent("""{"prompt":"the boat drifts away"}""", new MediaTypeHeaderValue("application/json"));
            using var asked = await service.Http.PostAsync(new Uri(service.Address, $"/api/workspaces/{workspace}/video"), body, ct);
            asked.EnsureSuccessStatusCode();
            await live.CompletedAsync([workspace], ct);
            var committed = Ground.Clock.GetUtcNow();
            var question = sandbox.Counters.Requests.Last(r => r.Listener == "api" && r.Method == "GET" && r.Path.Contains("/tasks/", StringComparison.Ordinal));
            if (round > 0) took.Add((committed - question.At).TotalMilliseconds);
        }

        return [new Figure("Reaction", "ms", Measure.AtMost, 200, 50, took, [])];
    }

    private static async Task<string> CreateAsync(ServiceProcess service, CancellationToken ct)
    {
        using var picture = new ByteArrayContent(SamplePicture.Bmp(480, 240));
        picture.Headers.ContentType = new MediaTypeHeaderValue("image/bmp");
        using var form = new MultipartFormDataContent { { picture, "image", "boat.bmp" } };
        using var created = await service.Http.PostAsync(new Uri(service.Address, "/api/workspaces"), form, ct);
        if (!created.IsSuccessStatusCode) throw new InvalidOperationException($"{created.StatusCode}: {await created.Content.ReadAsStringAsync(ct)}");
        using var json = JsonDocument.Parse(await created.Content.ReadAsByteArrayAsync(ct));
        return json.RootElement.GetProperty("id").GetString()!;
    }
}
