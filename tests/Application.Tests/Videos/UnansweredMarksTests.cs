using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Application.Tests;

/// <summary>Whether the wall clock has been set since a mark was written.</summary>
public sealed class UnansweredMarksTests
{
    private readonly TwoClocks clock = new();

    [Theory]
    [InlineData(0, true)]
    [InlineData(4, true)]
    [InlineData(-4, true)]
    [InlineData(3600, false)]
    [InlineData(-3600, false)]
    public void A_wall_clock_that_was_set_is_noticed(int setBySeconds, bool isUnmoved)
    {
        var marks = new UnansweredMarks(clock);
        var attempt = new SubmitAttempt(Guid.NewGuid(), clock.GetUtcNow(), "hash");
        marks.Keep(attempt, clock.GetTimestamp());

        clock.Pass(TimeSpan.FromMinutes(7));
        clock.Set(TimeSpan.FromSeconds(setBySeconds));

        Assert.Equal(isUnmoved, marks.WallClockIsUnmovedSince(attempt));
    }

    [Fact]
    public void Of_a_mark_that_was_not_kept_nothing_is_known() =>
        Assert.False(new UnansweredMarks(clock).WallClockIsUnmovedSince(new SubmitAttempt(Guid.NewGuid(), clock.GetUtcNow(), "hash")));

    [Theory]
    [InlineData(26, true)]
    [InlineData(28, false)]
    public void A_mark_is_let_go_when_its_task_can_be_on_record_no_more(int hours, bool isKept)
    {
        var marks = new UnansweredMarks(clock);
        var attempt = new SubmitAttempt(Guid.NewGuid(), clock.GetUtcNow(), "hash");
        marks.Keep(attempt, clock.GetTimestamp());

        clock.Pass(TimeSpan.FromHours(hours));
        marks.Keep(new SubmitAttempt(Guid.NewGuid(), clock.GetUtcNow(), "hash"), clock.GetTimestamp());

        Assert.Equal(isKept, marks.WallClockIsUnmovedSince(attempt));
    }

    /// <summary>A wall clock that can be set, and one that only runs.</summary>
    private sealed class TwoClocks : TimeProvider
    {
        private TimeSpan passed;
        private TimeSpan set;

        public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 10, 2, 3, 7, 28, TimeSpan.Zero) + passed + set;

        public override long GetTimestamp() => (long)(passed.TotalSeconds * TimestampFrequency);

        public void Pass(TimeSpan time) => passed += time;

        public void Set(TimeSpan by) => set += by;
    }
}
