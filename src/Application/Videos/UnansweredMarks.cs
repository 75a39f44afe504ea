using System.Collections.Concurrent;
using VideoPlatform.Application.Work;
using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Application.Videos;

/// <summary>
/// When this process wrote the marks of submits that were not answered, by a clock that nobody can set. It tells later whether the wall clock,
/// by which a task is recognised as one of that time, has been set since. Kept in memory, and for as long as a task's record can live: of another process's marks
/// nothing is known.
/// </summary>
public sealed class UnansweredMarks(TimeProvider clock)
{
    private static readonly TimeSpan tolerance = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<Guid, long> marked = new();

    /// <param name="timestamp">Of the moment of <see cref="SubmitAttempt.At"/>.</param>
    public void Keep(SubmitAttempt attempt, long timestamp)
    {
        foreach (var (old, at) in marked)
            if (clock.GetElapsedTime(at) > Schedule.TaskRecordLife) marked.TryRemove(old, out _);
        marked[attempt.Id] = timestamp;
    }

    /// <summary>Whether the wall clock has gone evenly since the mark was written.</summary>
    public bool WallClockIsUnmovedSince(SubmitAttempt attempt) =>
        marked.TryGetValue(attempt.Id, out var timestamp)
        && (clock.GetUtcNow() - attempt.At - clock.GetElapsedTime(timestamp)).Duration() < tolerance;
}
