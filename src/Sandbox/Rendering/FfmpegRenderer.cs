using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using VideoPlatform.Sandbox.Tasks;

namespace VideoPlatform.Sandbox.Rendering;

/// <summary>Turns a picture into a short H.264 video with a slow zoom, by way of ffprobe and ffmpeg.</summary>
internal static class FfmpegRenderer
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    // The picture comes from a stranger: only these image formats and only this file, never a playlist or an address.
    private static readonly string[] OnlyThisPicture =
        ["-v", "error", "-protocol_whitelist", "file,pipe", "-format_whitelist", "png_pipe,jpeg_pipe,bmp_pipe,webp_pipe"];

    /// <summary>Null on success, else why it failed.</summary>
    public static async Task<string?> RenderAsync(string picture, string output, VideoOrder order, int framesPerSecond, CancellationToken ct)
    {
        var (probeProblem, size) = await RunAsync("ffprobe",
            [.. OnlyThisPicture, "-select_streams", "v:0", "-show_entries", "stream=width,height", "-of", "csv=p=0", "file:" + picture], ct);
        if (probeProblem is not null) return probeProblem;
        if (size.Trim().TrimEnd(',').Split(',') is not [var w, var h]
            || !int.TryParse(w, out var width) || !int.TryParse(h, out var height) || width < 1 || height < 1)
            return "ffprobe found no picture";

        var target = PixelSize.ForVideo(order.Resolution, new PixelSize(width, height));
        var (problem, _) = await RunAsync("ffmpeg",
        [
            "-nostdin", "-y", .. OnlyThisPicture, "-i", "file:" + picture,
            "-vf", SlowZoom(target, order.Seconds * framesPerSecond, framesPerSecond), "-frames:v", Number(order.Seconds * framesPerSecond),
            "-an", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "28", "-pix_fmt", "yuv420p",
            "-movflags", "+faststart", "-f", "mp4", "file:" + output,
        ], ct);
        return problem;
    }

    /// <summary>From the whole picture to 110 % of it, towards the middle. Twice the size first, or the steps of whole pixels would show.</summary>
    private static string SlowZoom(PixelSize target, int frames, int framesPerSecond) => string.Create(CultureInfo.InvariantCulture,
        $"scale={target.Width * 2}:{target.Height * 2},setsar=1,zoompan=z='1+0.1*on/{frames}':x='(iw-iw/zoom)/2':y='(ih-ih/zoom)/2'"
        + $":d={frames}:s={target.Width}x{target.Height}:fps={framesPerSecond}");

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static async Task<(string? Problem, string Output)> RunAsync(string program, IEnumerable<string> arguments, CancellationToken ct)
    {
        using var process = new Process();
        process.StartInfo = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            return ($"{program} cannot be started ({e.Message})", "");
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Limit);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode == 0 ? null : $"{program} says: {(await errors).Trim()}", await output);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return ($"{program} took longer than {Limit.TotalSeconds:0} s", "");
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}
