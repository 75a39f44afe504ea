using VideoPlatform.Application.Configuration;
using VideoPlatform.Application.Work;
using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Application.Tests;

/// <summary>The jitter is drawn, so these are bounds that hold for every draw.</summary>
public sealed class ScheduleTests
{
    private static readonly DateTimeOffset now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly QwenOptions qwen = new();
    private static readonly DownloadOptions downloads = new();

    // ---- backoff ----------------------------------------------------------------------------------------------

    [Fact]
    public void A_delay_doubles_up_to_its_longest_within_a_tenth()
    {
        for (var failures = 0; failures < 100; failures++)
        {
            var expected = Math.Min(Math.Pow(2, failures), 300);
            for (var draw = 0; draw < 20; draw++)
                Assert.InRange(Backoff.Delay(failures, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5)).TotalSeconds, 0.9 * expected, 1.1 * expected);
        }
    }

    [Fact]
    public void Any_number_of_failures_is_bearable() =>
        Assert.InRange(Backoff.Delay(int.MaxValue, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5)), TimeSpan.FromSeconds(270), TimeSpan.FromSeconds(330));

    [Theory]
    [InlineData(0, 0.9, 1.1)]
    [InlineData(30, 30, 30)]
    [InlineData(3600, 3600, 3600)]
    [InlineData(86400, 3600, 3600)]
    public void What_the_other_side_asks_for_is_honoured_up_to_an_hour(int asked, double least, double most) =>
        Assert.InRange(Backoff.Delay(0, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(asked)).TotalSeconds, least, most);

    [Fact]
    public void Jitter_stays_within_a_tenth_and_is_not_always_the_same()
    {
        var draws = Enumerable.Range(0, 100).Select(_ => Backoff.Jitter(TimeSpan.FromSeconds(10))).ToList();

        Assert.All(draws, delay => Assert.InRange(delay, TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(11)));
        Assert.NotEqual(1, draws.Distinct().Count());
    }

    // ---- polls ------------------------------------------------------------------------------------------------

    [Theory]
    [InlineData(0, 0, 15)]
    [InlineData(5, 0, 15)]
    [InlineData(20, 0, 60)]
    [InlineData(60, 0, 180)]
    [InlineData(600, 0, 600)]
    [InlineData(0, 1, 30)]
    [InlineData(0, 3, 120)]
    [InlineData(0, 100, 600)]
    [InlineData(20, 2, 240)]
    public void The_older_and_the_more_silent_a_task_the_later_it_is_asked_for(int minutes, int silences, int seconds)
    {
        var next = Schedule.NextPoll(qwen, now.AddMinutes(-minutes), silences, now) - now;

        Assert.InRange(next.TotalSeconds, 0.9 * seconds, 1.1 * seconds);
    }

    [Fact]
    public void A_task_of_unknown_age_is_asked_for_as_a_new_one() =>
        Assert.InRange((Schedule.NextPoll(qwen, null, 0, now) - now).TotalSeconds, 13.5, 16.5);

    [Fact]
    public void A_configured_interval_is_never_undercut()
    {
        var slow = new QwenOptions { PollInterval = TimeSpan.FromHours(1) };

        Assert.InRange((Schedule.NextPoll(slow, now, 5, now) - now).TotalMinutes, 54, 66);
    }

    [Fact]
    public void A_clock_that_was_set_back_asks_no_faster() =>
        Assert.InRange((Schedule.NextPoll(qwen, now.AddHours(5), 0, now) - now).TotalSeconds, 13.5, 16.5);

    // ---- looks ------------------------------------------------------------------------------------------------

    [Fact]
    public void Each_look_is_twice_as_late_as_the_one_before() =>
        Assert.Equal([30, 60, 120, 240], Enumerable.Range(0, 4).Select(looks => (Schedule.NextLook(qwen, looks, now) - now).TotalSeconds));

    [Fact]
    public void Any_number_of_looks_is_bearable() => Assert.Equal(now + (30 * 256 * TimeSpan.FromSeconds(1)), Schedule.NextLook(qwen, int.MaxValue, now));

    // ---- fetches ----------------------------------------------------------------------------------------------

    [Fact]
    public void Several_tries_fit_before_any_deadline()
    {
        foreach (var remaining in (double[])[10, 60, 600, 3600, 86400])
        {
            var (deadline, at, tries) = (now.AddSeconds(remaining), now, 0);
            while (at < deadline)
            {
                at = Schedule.NextFetch(downloads, failures: 30, deadline, at);
                tries++;
            }

            Assert.InRange(tries, 8, 1000);
        }
    }

    [Fact]
    public void No_try_follows_faster_than_the_first_delay()
    {
        for (var draw = 0; draw < 50; draw++)
        {
            Assert.InRange(Schedule.NextFetch(downloads, 30, now.AddMilliseconds(10), now) - now, downloads.RetryDelay * 0.9, downloads.RetryDelay * 1.1);
            Assert.InRange(Schedule.NextFetch(downloads, 0, now.AddMilliseconds(10), now) - now, downloads.RetryDelay * 0.9, downloads.RetryDelay * 1.1);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData(-1)]
    public void Without_a_deadline_or_behind_it_the_delays_alone_count(int? hours)
    {
        var next = Schedule.NextFetch(downloads, 100, hours is { } h ? now.AddHours(h) : null, now);

        Assert.InRange(next - now, TimeSpan.FromSeconds(270), TimeSpan.FromSeconds(330));
    }

    // ---- lanes ------------------------------------------------------------------------------------------------

    [Fact]
    public void Every_status_that_is_not_terminal_has_exactly_one_lane() =>
        Assert.All(Enum.GetValues<VideoStatus>(), status => Assert.Equal(status.IsTerminal(), WorkLanes.LaneOf(status) is null));
}
