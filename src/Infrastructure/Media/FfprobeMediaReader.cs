using System.Text.Json;
using FFMpegCore;
using FFMpegCore.Exceptions;
using Microsoft.Extensions.Logging;
using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Proof;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Infrastructure.Archive;

namespace VideoPlatform.Infrastructure.Media;

/// <summary>Asks ffprobe, which may open files only and gets <see cref="MaxTime"/>.</summary>
internal sealed partial class FfprobeMediaReader(StorageRoot root, FfmpegTools tools, TimeProvider clock, ILogger<FfprobeMediaReader> log) : IMediaReader
{
    public static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(30);

    public async Task<MediaFacts?> ReadAsync(StoredFile file, CancellationToken ct)
    {
        var path = root.Locate(file.Path);
        if (tools.Ffprobe is null || !FileContent.IsThere(path)) return null;

        using var timeUp = new CancellationTokenSource(MaxTime, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, timeUp.Token);
        try
        {
            var options = new FFOptions { BinaryFolder = Path.GetDirectoryName(tools.Ffprobe)! };
            var analysis = await FFProbe.AnalyseAsync(path, options, $"-max_alloc {FfmpegTools.MaxAllocation} -protocol_whitelist file", either.Token);
            return analysis.PrimaryVideoStream is { Width: > 0 and var width, Height: > 0 and var height, CodecName: { Length: > 0 } codec }
                ? new MediaFacts(analysis.Duration.TotalSeconds, width, height, codec, CanStartAtOnce(file, path))
                : null;
        }
        catch (Exception e) when (e is FFMpegException or FFProbeException or FormatNullException or JsonException or FileNotFoundException)
        {
            LogUnreadable(file.Path.Value, e.GetType().Name);
            return null;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            LogUnreadable(file.Path.Value, "out of time");
            return null;
        }
    }

    // A WebM plays from its first cluster; its index is only for jumping.
    private static bool CanStartAtOnce(StoredFile file, string path)
    {
        if (file.ContentType == VideoContainer.WebM.ContentType) return true;

        using var handle = File.OpenHandle(path);
        return TopLevelBoxes.IndexComesFirst(handle);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "ffprobe could not read {Path}: {Reason}")]
    private partial void LogUnreadable(string path, string reason);
}
