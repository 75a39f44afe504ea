using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using VideoPlatform.Sandbox.Tasks;

namespace VideoPlatform.Sandbox.Counters;

/// <summary>A task that was created, and would be paid for if it succeeds.</summary>
public sealed record CreatedTask(string Id, string Model, string Prompt, DateTimeOffset CreatedAt);

/// <summary>One request that arrived, without any value that may be secret.</summary>
/// <param name="Listener"><c>api</c> or <c>results</c>.</param>
/// <param name="Path">Without the query.</param>
/// <param name="HeaderNames">Names only.</param>
/// <param name="At">By the sandbox's clock.</param>
public sealed record LoggedRequest(string Listener, string Method, string Path, IReadOnlyList<string> HeaderNames, DateTimeOffset At);

/// <summary>
/// What happened. Tasks and seconds come from the folder and survive a restart; everything else counts since the start.
/// </summary>
public sealed class SandboxCounters
{
    private const int LoggedAtMost = 20_000;
    private readonly TaskBook _book;
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<string, int> _downloadsByTask = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<LoggedRequest> _requests = new();
    private int _submits;
    private int _queries;
    private int _lists;
    private int _cancels;
    private int _uploads;
    private int _downloads;

    internal SandboxCounters(TaskBook book, TimeProvider clock) => (_book, _clock) = (book, clock);

    /// <summary>Every task that was created, oldest first.</summary>
    public IReadOnlyList<CreatedTask> Tasks =>
        [.. _book.All().Select(t => new CreatedTask(t.Id, t.Model, t.Prompt, t.SubmittedAt))];

    public int TasksCreated => _book.All().Count;

    /// <summary>Seconds of video that were billed; only SUCCEEDED tasks cost anything (dashscope.md section 7).</summary>
    public int SecondsBilled => _book.All().Where(t => t.State == TaskState.Succeeded).Sum(t => t.Order?.Seconds ?? 0);

    /// <summary>Submits received, refused ones included.</summary>
    public int Submits => Volatile.Read(ref _submits);

    public int Queries => Volatile.Read(ref _queries);

    public int Lists => Volatile.Read(ref _lists);

    public int Cancels => Volatile.Read(ref _cancels);

    /// <summary>Files posted; requests for a credential are not counted.</summary>
    public int Uploads => Volatile.Read(ref _uploads);

    /// <summary>Requests to result links, refused ones included.</summary>
    public int Downloads => Volatile.Read(ref _downloads);

    /// <summary>Requests to result links by task id.</summary>
    public IReadOnlyDictionary<string, int> DownloadsByTask => new Dictionary<string, int>(_downloadsByTask, StringComparer.Ordinal);

    /// <summary>Most tasks RUNNING at once, by model.</summary>
    public IReadOnlyDictionary<string, int> MostRunning => _book.MostRunning;

    /// <summary>Most tasks PENDING or RUNNING at once, by model.</summary>
    public IReadOnlyDictionary<string, int> MostInProgress => _book.MostInProgress;

    /// <summary>The last 20,000 requests, oldest first, those to the control endpoints included.</summary>
    public IReadOnlyList<LoggedRequest> Requests => [.. _requests];

    internal void CountSubmit() => Interlocked.Increment(ref _submits);

    internal void CountQuery() => Interlocked.Increment(ref _queries);

    internal void CountList() => Interlocked.Increment(ref _lists);

    internal void CountCancel() => Interlocked.Increment(ref _cancels);

    internal void CountUpload() => Interlocked.Increment(ref _uploads);

    internal void CountDownload(string? taskId)
    {
        Interlocked.Increment(ref _downloads);
        if (taskId is not null) _downloadsByTask.AddOrUpdate(taskId, 1, (_, count) => count + 1);
    }

    internal void Log(string listener, HttpRequest request)
    {
        _requests.Enqueue(new LoggedRequest(
            listener, request.Method, request.Path.Value ?? "", [.. request.Headers.Select(h => h.Key)], _clock.GetUtcNow()));
        while (_requests.Count > LoggedAtMost) _requests.TryDequeue(out _);
    }
}
