using Microsoft.Extensions.Logging;

namespace VideoPlatform.Infrastructure.Media;

/// <summary>The system's ffmpeg and ffprobe, looked for once on <c>PATH</c>. Without them videos are stored all the same, undescribed.</summary>
internal sealed partial class FfmpegTools
{
    /// <summary>Bytes that one of the tools may ask for at a time.</summary>
    public const string MaxAllocation = "134217728";

    private readonly ILogger<FfmpegTools> log;
    private int told;

    public FfmpegTools(ILogger<FfmpegTools> log)
        : this(Environment.GetEnvironmentVariable("PATH"), log) { }

    internal FfmpegTools(string? searchPath, ILogger<FfmpegTools> log)
    {
        this.log = log;
        (Ffmpeg, Ffprobe) = (Find(searchPath, "ffmpeg"), Find(searchPath, "ffprobe"));
    }

    /// <summary>Absolute path; null when it is not installed.</summary>
    public string? Ffmpeg { get; }

    /// <summary>Absolute path; null when it is not installed.</summary>
    public string? Ffprobe { get; }

    /// <summary>Says once what is missing. To be called at the start of whatever will make descriptions.</summary>
    public void TellMissing()
    {
        if ((Ffmpeg is null || Ffprobe is null) && Interlocked.Exchange(ref told, 1) == 0) LogMissing();
    }

    private static string? Find(string? searchPath, string name)
    {
        var file = OperatingSystem.IsWindows() ? name + ".exe" : name;
        return (searchPath ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(Path.IsPathFullyQualified).Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "ffmpeg or ffprobe is not on PATH: videos get no media facts or no posters")]
    private partial void LogMissing();
}
