using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using VideoPlatform.Sandbox.Oss;
using VideoPlatform.Sandbox.Tasks;

namespace VideoPlatform.Sandbox.Rendering;

/// <summary>Makes the video of each task, one rendering at a time, and tells the book when it is ready.</summary>
internal sealed partial class VideoWorkshop : IAsyncDisposable
{
    private readonly SandboxFolder _folder;
    private readonly SandboxOptions _options;
    private readonly TaskBook _book;
    private readonly ILogger _log;
    private readonly SemaphoreSlim _bench = new(1);
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentDictionary<string, Task> _jobs = new(StringComparer.Ordinal);
    private ulong _generatedCrc;
    private int _fallbackSaid;

    public VideoWorkshop(SandboxFolder folder, SandboxOptions options, TaskBook book, ILoggerFactory logs)
    {
        (_folder, _options, _book) = (folder, options, book);
        _log = logs.CreateLogger<VideoWorkshop>();
    }

    /// <summary>Starts what a killed process left unfinished, and removes its leftovers.</summary>
    public async Task ResumeAsync(CancellationToken ct)
    {
        // Seconds for some gigabytes: better now than while the first submit waits.
        if (_options.Video is SandboxVideo.Generated(var length)) _generatedCrc = await Task.Run(() => GeneratedBody.Checksum(length), ct);

        var open = _book.All().Where(t => t is { IsOpen: true, Video: null, Order: not null }).ToList();
        var wanted = open.Select(t => t.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var picture in Directory.EnumerateFiles(_folder.Pictures))
        {
            if (!wanted.Contains(Path.GetFileName(picture))) File.Delete(picture);
        }

        foreach (var folder in (string[])[_folder.Tasks, _folder.Videos, _folder.Uploads])
            foreach (var part in Directory.EnumerateFiles(folder, "*.part"))
                File.Delete(part);
        foreach (var task in open) Start(task);
    }

    /// <summary>Begins the video of a task. Ready at once unless it has to be rendered.</summary>
    public void Start(SandboxTask task)
    {
        switch (_options.Video)
        {
            case SandboxVideo.Generated(var length):
                _book.VideoReady(task.Id, new ReadyVideo(length, _generatedCrc, Md5: null, _options.TimeProvider.GetUtcNow()));
                break;
            case SandboxVideo.Made made:
                Finish(task, made.FromTaskId(task.Id).Span);
                break;
            case SandboxVideo.FromPicture when File.Exists(_folder.PictureFile(task.Id)):
                var job = RenderAsync(task);
                _jobs[task.Id] = job;
                if (job.IsCompleted) _jobs.TryRemove(task.Id, out _);
                break;
            default:
                Finish(task, BundledClip.Bytes.Span);
                break;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await Task.WhenAll(_jobs.Values);
        _closing.Dispose();
        _bench.Dispose();
    }

    private async Task RenderAsync(SandboxTask task)
    {
        try
        {
            await _bench.WaitAsync(_closing.Token);
            try
            {
                var picture = _folder.PictureFile(task.Id);
                var part = $"{_folder.VideoFile(task.Id)}.part";
                var problem = await FfmpegRenderer.RenderAsync(picture, part, task.Order!, VideoModel.Find(task.Model)!.FramesPerSecond, _closing.Token);
                if (problem is null) Finish(task, await File.ReadAllBytesAsync(part, _closing.Token));
                else
                {
                    if (Interlocked.Exchange(ref _fallbackSaid, 1) == 0) LogFallback(problem);
                    Finish(task, BundledClip.Bytes.Span);
                }

                File.Delete(part);
                File.Delete(picture);
            }
            finally
            {
                _bench.Release();
            }
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            // The next start renders it.
        }
        catch (IOException e)
        {
            LogUnusableFolder(e, task.Id);
        }
        finally
        {
            _jobs.TryRemove(task.Id, out _);
        }
    }

    // MD5 is what the object store uses for ETag and Content-MD5; it protects nothing here.
#pragma warning disable CA5351
    private void Finish(SandboxTask task, ReadOnlySpan<byte> content)
    {
        SandboxFolder.WriteWhole(_folder.VideoFile(task.Id), content);
        var md5 = Convert.ToHexString(MD5.HashData(content));
        _book.VideoReady(task.Id, new ReadyVideo(content.Length, Crc64.Of(content), md5, _options.TimeProvider.GetUtcNow()));
    }
#pragma warning restore CA5351

    [LoggerMessage(Level = LogLevel.Warning, Message = "The sandbox delivers its bundled clip, because a picture could not be turned into a video: {Problem} (said once)")]
    private partial void LogFallback(string problem);

    [LoggerMessage(Level = LogLevel.Error, Message = "The sandbox could not store the video of task {TaskId}; it stays RUNNING until the next start")]
    private partial void LogUnusableFolder(Exception exception, string taskId);
}
