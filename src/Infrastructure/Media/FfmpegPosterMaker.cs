using System.Diagnostics;
using Microsoft.Extensions.Logging;
using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Infrastructure.Archive;

namespace VideoPlatform.Infrastructure.Media;

/// <summary>
/// Takes a video's first frame with ffmpeg: one thread, files only, <see cref="MaxMemory"/> and <see cref="MaxTime"/> at most.
/// The first frame is the picture that the video was made from.
/// </summary>
internal sealed partial class FfmpegPosterMaker(StorageRoot root, FfmpegTools tools, TimeProvider clock, ILogger<FfmpegPosterMaker> log) : IPosterMaker
{
    public static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(30);

    /// <summary>Of address space, in bytes; where the system cannot bound that, only each allocation is bounded.</summary>
    public const long MaxMemory = 1024 * 1024 * 1024;

    private const string Shell = "/bin/sh";

    public async Task<StoragePath?> MakeAsync(StoredFile file, CancellationToken ct)
    {
        var poster = FileNames.Poster(file.Path);
        var final = root.Locate(poster);
        if (File.Exists(final)) return poster;
        if (tools.Ffmpeg is null || !FileContent.IsThere(root.Locate(file.Path))) return null;

        var part = Path.Combine(root.Thumbnails, $"{poster.FileName}.{Guid.NewGuid():n}{DurableFile.PartEnding}");
        try
        {
            if (!await RunAsync(tools.Ffmpeg, root.Locate(file.Path), part, ct) || !File.Exists(part) || new FileInfo(part).Length == 0)
            {
                LogNone(file.Path.Value);
                return null;
            }

            DurableFile.TryMove(part, final);
            return poster;
        }
        finally
        {
            File.Delete(part);
        }
    }

    public void Delete(StoragePath poster) => File.Delete(root.Locate(poster));

    private async Task<bool> RunAsync(string ffmpeg, string video, string poster, CancellationToken ct)
    {
        var start = new ProcessStartInfo(OperatingSystem.IsLinux() ? Shell : ffmpeg) { RedirectStandardError = true, UseShellExecute = false };
        // The shell becomes ffmpeg: one process, under the limit that it has set itself. A lower one, which it may not raise, will do as well.
        if (OperatingSystem.IsLinux())
            foreach (var argument in (string[])["-c", $"ulimit -v {MaxMemory / 1024} 2>/dev/null; exec \"$0\" \"$@\"", ffmpeg]) start.ArgumentList.Add(argument);
        foreach (var argument in (string[])[
            "-nostdin", "-hide_banner", "-v", "error", "-max_alloc", FfmpegTools.MaxAllocation, "-threads", "1", "-filter_threads", "1",
            "-protocol_whitelist", "file", "-i", $"file:{video}",
            "-map", "0:v:0", "-frames:v", "1", "-vf", "scale='min(640,iw)':-2", "-pix_fmt", "yuvj420p", "-q:v", "4",
            "-f", "image2", "-c:v", "mjpeg", "-threads", "1", "-update", "1", "-y", $"file:{poster}"])
            start.ArgumentList.Add(argument);

        using var timeUp = new CancellationTokenSource(MaxTime, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, timeUp.Token);
        using var process = Process.Start(start)!;
        try
        {
            // Its complaints are not shown, but a full pipe would stop it.
            await process.StandardError.BaseStream.CopyToAsync(Stream.Null, either.Token);
            await process.WaitForExitAsync(either.Token);
            return process.ExitCode == 0;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);   // killed: it ends at once, and its file can be removed
            ct.ThrowIfCancellationRequested();
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "ffmpeg made no poster of {Path}")]
    private partial void LogNone(string path);
}
