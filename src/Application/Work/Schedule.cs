using VideoPlatform.Application.Configuration;

namespace VideoPlatform.Application.Work;

/// <summary>When the next step of a video is due. All spacing rules stand here.</summary>
public static class Schedule
{
    /// <summary>A task's record lives a day after its end, and the provider gives up after three hours of work (dashscope.md sections 0 and 3).</summary>
    public static readonly TimeSpan TaskRecordLife = TimeSpan.FromHours(27);

    /// <summary>The provider ends a task after three hours (dashscope.md section 3): an older submit runs no more.</summary>
    public static readonly TimeSpan LongestRun = TimeSpan.FromHours(3);

    /// <summary>A video that is remote only is at risk when its link dies within this.</summary>
    public static readonly TimeSpan AtRisk = TimeSpan.FromHours(2);

    /// <summary>So many complete looks at the provider's list prove that a task does not exist.</summary>
    public const int LooksThatProveAbsence = 4;

    /// <summary>Between two questions about a task, unless <c>Qwen:PollInterval</c> is longer.</summary>
    public static readonly TimeSpan LongestPoll = TimeSpan.FromMinutes(10);

    /// <summary>A task that has run long is asked for more seldom: every twentieth part of its age, ten minutes at most.</summary>
    public static DateTimeOffset NextPoll(QwenOptions options, DateTimeOffset? submittedAt, int silences, DateTimeOffset now)
    {
        var byAge = (now - (submittedAt ?? now)) / 20;
        var interval = byAge > options.PollInterval ? byAge : options.PollInterval;
        interval *= Math.Pow(2, Math.Min(silences, 10));
        var longest = options.PollInterval > LongestPoll ? options.PollInterval : LongestPoll;
        return now + Backoff.Jitter(interval < longest ? interval : longest);
    }

    /// <summary>Looks at the list: after the grace, then twice as long each time.</summary>
    /// <param name="looks">Complete looks so far.</param>
    public static DateTimeOffset NextLook(QwenOptions options, int looks, DateTimeOffset now) =>
        now + (options.SettleAfter * Math.Pow(2, Math.Min(looks, 8)));

    /// <summary>Doubling, and always so that several tries still fit before the deadline.</summary>
    public static DateTimeOffset NextFetch(DownloadOptions options, int failures, DateTimeOffset? deadline, DateTimeOffset now)
    {
        var delay = Backoff.Delay(failures, options.RetryDelay, options.MaxRetryDelay);
        var share = deadline > now ? (deadline.Value - now) / 8 : delay;
        if (share < options.RetryDelay) share = options.RetryDelay;
        return now + (delay < share ? delay : share);
    }
}
