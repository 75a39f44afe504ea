using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Domain.Tests;

public sealed class HistoryTests
{
    [Fact]
    public void It_keeps_the_last_twenty_newest_last()
    {
        var video = AllVideos.Queued;
        for (var i = 1; i <= 30; i++)
        {
            var attempt = new SubmitAttempt(Guid.NewGuid(), Given.Now.AddSeconds(i), "c0ffee");
            video = Given.Ok(Given.Ok(video.MarkSubmitting(attempt)).BackToQueue(attempt.Id, new Problem("full", $"Round {i}."), Given.Now, Given.Now.AddSeconds(i)));
        }

        Assert.Equal(Video.MaxHistory, video.History.Count);
        Assert.Equal("Round 30.", video.History[^1].Detail);
        Assert.Equal("Round 21.", video.History[1].Detail);
        Assert.Equal(video.History.OrderBy(h => h.At), video.History);
    }

    [Fact]
    public void It_spans_a_replacement()
    {
        var next = Given.Ok(Video.Ask(AllVideos.Completed, Given.Request(at: Given.Later), replace: true));

        Assert.Equal(
            [VideoStatus.Queued, VideoStatus.Submitting, VideoStatus.Processing, VideoStatus.Downloading, VideoStatus.Completed, VideoStatus.Queued],
            next.History.Select(h => h.Status));
    }

    [Fact]
    public void The_one_before_is_left_as_it_was()
    {
        var before = AllVideos.Queued;
        var count = before.History.Count;

        _ = Given.Ok(before.MarkSubmitting(Given.Attempt));

        Assert.Equal(count, before.History.Count);
    }
}
