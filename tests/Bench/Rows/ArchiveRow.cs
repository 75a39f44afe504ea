using System.Diagnostics;
using System.Globalization;
using VideoPlatform.Bench.Equipment;
using VideoPlatform.Domain.Proof;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Bench.Rows;

/// <summary>200 videos of 4.5 MB, four at a time, through the whole service; beside it curl to the same disk, and sha256sum of the same bytes.</summary>
internal static class ArchiveRow
{
    private const int Videos = 200;
    private const int Size = 4_500_000;

    // Both begin so long after the files before were deleted: a virtual machine gives freed memory back to its host after two seconds,
    // and whoever writes then pays for getting it again (twice the processor time of a write).
    private static readonly TimeSpan pause = TimeSpan.FromSeconds(3);

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(Ground ground, CancellationToken ct)
    {
        var origin = ground.NewFolder("origin");
        var crc = await WriteVideoAsync(Path.Combine(origin, "video.mp4"), Size, ct);
        await using var nginx = await NginxServer.StartAsync(ground, origin, ct, $"rewrite ^ /video.mp4 break; add_header x-oss-hash-crc64ecma {crc};");
        var folder = ground.NewFolder("archive");
        using var library = await Library.OpenAsync(folder, ct);
        // The heartbeat (a quarter of the lease) is how the service finds what is written here behind its back.
        await using var service = await ServiceProcess.StartAsync(
            ground, folder, ct, "Downloads:AllowHttp=true", "Downloads:AllowPrivateAddresses=true", "Downloads:AllowedHosts:0=127.0.0.1", "Downloads:MaxConcurrent=4", "Work:LeaseDuration=00:00:08");

        List<double> ours = [], curls = [], cpus = [], sums = [];
        for (var round = 0; round <= Bench.Rounds; round++)
        {
            var (curl, sum) = await CurlAsync(ground, nginx.Address, ct);
            var (seconds, cpu) = await ArchiveAsync(service, library, folder, nginx.Address, ct);
            if (round == 0) continue;   // the first warms up

            ours.Add(Size * (double)Videos / 1e6 / seconds);
            curls.Add(Size * (double)Videos / 1e6 / curl);
            cpus.Add(cpu / (Size * (double)Videos / (1 << 30)));
            sums.Add(sum / (Size * (double)Videos / (1 << 30)));
        }

        return
        [
            new Figure("Archive throughput", "MB/s", Measure.AtLeastTimes, 0.7, 1, ours, curls),
            new Figure("Archive processor time", "s/GiB", Measure.AtMostTimes, 4, 2, cpus, sums),
        ];
    }

    /// <summary>A file that begins as a video does, the rest of it noise.</summary>
    /// <returns>Its CRC-64 as the provider declares it.</returns>
    public static async Task<ulong> WriteVideoAsync(string path, int size, CancellationToken ct)
    {
        var bytes = new byte[size];
        new Random(20260101).NextBytes(bytes);
        byte[] head = [0, 0, 0, 24, .. "ftypisom"u8, 0, 0, 2, 0, .. "isommp42"u8];
        head.CopyTo(bytes, 0);
        await File.WriteAllBytesAsync(path, bytes, ct);
        var crc = new Crc64();
        crc.Append(bytes);
        return crc.Value;
    }

    private static async Task<(double Seconds, double SumSeconds)> CurlAsync(Ground ground, Uri origin, CancellationToken ct)
    {
        var folder = ground.NewFolder("curl");
        await File.WriteAllLinesAsync(
            Path.Combine(folder, "list"), Enumerable.Range(0, Videos).SelectMany(n => (string[])[$"url = \"{origin}{n}.mp4\"", $"output = \"{n}.mp4\""]), ct);
        await SyncAsync(folder, ct);
        await Task.Delay(pause, Ground.Clock, ct);
        var begun = Stopwatch.GetTimestamp();
        await ChildProcess.RunAsync("curl", ["--silent", "--fail", "--noproxy", "*", "--parallel", "--parallel-max", "4", "--config", "list"], folder, ct);
        var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;

        // The shell tells what its children have used: minutes and seconds, of the user and of the system.
        var times = await ChildProcess.RunAsync("bash", ["-c", "sha256sum *.mp4 >/dev/null; times"], folder, ct);
        var sum = times.Split('\n')[1].Split(' ').Sum(Seconds);
        Directory.Delete(folder, recursive: true);
        return (seconds, sum);
    }

    private static async Task<(double Seconds, double Cpu)> ArchiveAsync(ServiceProcess service, Library library, string folder, Uri origin, CancellationToken ct)
    {
        await SyncAsync(folder, ct);
        using var live = await service.ListenAsync(ct);
        var now = Ground.Clock.GetUtcNow();
        var due = now + pause;
        List<Workspace> workspaces = [.. Enumerable.Range(0, Videos).Select(n => Library.Downloading(n, now, due, $"{origin}{n}.mp4"))];
        library.Add(workspaces);
        var before = Machine.Cpu(service.Id);
        await live.CompletedAsync(workspaces.Select(w => w.Id.Value), ct);
        var seconds = (Ground.Clock.GetUtcNow() - due).TotalSeconds;
        var cpu = Machine.Cpu(service.Id) - before;

        var videos = new DirectoryInfo(Path.Combine(Library.Storage(folder), "videos")).GetFiles("*.mp4");
        if (videos.Length != Videos || videos.Any(video => video.Length != Size)) throw new InvalidOperationException($"{videos.Length} videos were archived.");
        foreach (var file in new DirectoryInfo(Path.Combine(Library.Storage(folder), "videos")).GetFiles()) file.Delete();
        return (seconds, cpu);
    }

    // What one of the two has left to be written must not burden the other.
    private static Task<string> SyncAsync(string folder, CancellationToken ct) => ChildProcess.RunAsync("sync", ["-f", folder], folder, ct);

    private static double Seconds(string minutesAndSeconds)
    {
        var parts = minutesAndSeconds.TrimEnd('s').Split('m');
        return (double.Parse(parts[0], CultureInfo.InvariantCulture) * 60) + double.Parse(parts[1], CultureInfo.InvariantCulture);
    }
}

/// <summary>One video of 2 GiB: how far the service's memory grows above what it has while idle.</summary>
internal static class ArchiveMemoryRow
{
    private const long Size = 2L << 30;

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(Ground ground, CancellationToken ct)
    {
        var origin = ground.NewFolder("origin");
        await ArchiveRow.WriteVideoAsync(Path.Combine(origin, "video.mp4"), 1_000_000, ct);
        await using (var file = File.OpenWrite(Path.Combine(origin, "video.mp4"))) file.SetLength(Size);   // the rest is a hole, which costs no disk
        await using var nginx = await NginxServer.StartAsync(ground, origin, ct, "rewrite ^ /video.mp4 break;");

        List<double> peaks = [], idles = [];
        for (var round = 0; round < Bench.Rounds; round++)
        {
            var folder = ground.NewFolder("memory");
            using var library = await Library.OpenAsync(folder, ct);
            await using (var service = await ServiceProcess.StartAsync(
                ground, folder, ct, "Downloads:AllowHttp=true", "Downloads:AllowPrivateAddresses=true", "Downloads:AllowedHosts:0=127.0.0.1", "Work:LeaseDuration=00:00:04"))
            {
                using var live = await service.ListenAsync(ct);
                idles.Add(Machine.ResidentMiB(service.Id));
                Machine.ForgetPeak(service.Id);
                var now = Ground.Clock.GetUtcNow();
                var workspace = Library.Downloading(round, now, now, $"{nginx.Address}one.mp4");
                library.Add([workspace]);
                await live.CompletedAsync([workspace.Id.Value], ct);
                peaks.Add(Machine.PeakMiB(service.Id));
            }

            Directory.Delete(Library.Storage(folder), recursive: true);
        }

        return [new Figure("Archive memory", "MiB", Measure.AtMostMore, 64, 16, peaks, idles)];
    }
}
