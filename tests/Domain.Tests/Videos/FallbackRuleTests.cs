using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Domain.Tests;

/// <summary>Local, else remote while it lives, else nothing.</summary>
public sealed class FallbackRuleTests
{
    private static readonly DateTimeOffset deadline = Given.Now.AddHours(24);

    public static TheoryData<bool, string, VideoStorage> Combinations => new()
    {
        // our file, the link, where the bytes are
        { true, "none", VideoStorage.Local },
        { true, "alive", VideoStorage.Local },
        { true, "unknown deadline", VideoStorage.Local },
        { true, "expired", VideoStorage.Local },
        { true, "dead", VideoStorage.Local },
        { true, "dead with unknown deadline", VideoStorage.Local },
        { false, "none", VideoStorage.None },
        { false, "alive", VideoStorage.Remote },
        { false, "unknown deadline", VideoStorage.Remote },
        { false, "expired", VideoStorage.None },
        { false, "dead", VideoStorage.None },
        { false, "dead with unknown deadline", VideoStorage.None },
    };

    [Theory]
    [MemberData(nameof(Combinations))]
    public void The_first_place_that_has_the_bytes_is_shown(bool hasFile, string link, VideoStorage storage)
    {
        var video = Completed(hasFile ? Given.File() : null, In(link));

        Assert.Equal(storage, video.StorageAt(Given.Now));
        Assert.Equal(
            storage switch { VideoStorage.Local => video.File!.Path.Url, VideoStorage.Remote => video.Link!.Url, _ => null },
            video.UrlAt(Given.Now));
    }

    [Fact]
    public void A_link_dies_exactly_at_its_deadline()
    {
        var video = Completed(null, RemoteLink.Restore("https://results.example/video.mp4", deadline, isDead: false));

        Assert.Equal(VideoStorage.Remote, video.StorageAt(deadline.AddTicks(-1)));
        Assert.Equal(VideoStorage.None, video.StorageAt(deadline));
        Assert.Null(video.UrlAt(deadline));
    }

    [Fact]
    public void A_link_of_unknown_deadline_lives_until_it_is_known_to_be_dead()
    {
        var video = Completed(null, Given.Link(null));

        Assert.Equal(VideoStorage.Remote, video.StorageAt(DateTimeOffset.MaxValue));
        Assert.Equal(VideoStorage.None, Given.Ok(video.LinkDied(Given.Problem, Given.Now)).StorageAt(Given.Now));
    }

    [Theory]
    [InlineData(true, "expired", null)]
    [InlineData(false, "alive", "remote_only")]
    [InlineData(false, "unknown deadline", "remote_only")]
    [InlineData(false, "expired", "link_expired")]
    [InlineData(false, "dead", "link_expired")]
    public void A_finished_video_that_is_not_here_always_says_why(bool hasFile, string link, string? code)
    {
        var video = Completed(hasFile ? Given.File() : null, In(link));

        Assert.Equal(code, video.ProblemAt(Given.Now)?.Code);
        Assert.Equal(Given.Problem, Given.Ok(video.Noted(Given.Problem)).ProblemAt(Given.Now));
    }

    [Fact]
    public void What_is_under_way_needs_no_excuse() => Assert.Null(AllVideos.Downloading.ProblemAt(Given.Now.AddDays(2)));

    public static TheoryData<string> States => [.. AllVideos.Names];

    [Theory]
    [MemberData(nameof(States))]
    public void The_rule_asks_for_the_bytes_and_never_for_the_status(string state)
    {
        var like = AllVideos.In(state);
        var (file, alive) = (Given.File(), Given.Link(deadline));

        Assert.Equal(VideoStorage.Local, Restored(like, file, alive).StorageAt(Given.Now));
        Assert.Equal(VideoStorage.Remote, Restored(like, null, alive).StorageAt(Given.Now));
        Assert.Equal(VideoStorage.None, Restored(like, null, alive.Dead()).StorageAt(Given.Now));
    }

    private static RemoteLink? In(string condition) => condition switch
    {
        "alive" => Given.Link(deadline),
        "unknown deadline" => Given.Link(null),
        "expired" => Given.Link(Given.Now.AddHours(-1)),
        "dead" => Given.Link(deadline).Dead(),
        "dead with unknown deadline" => Given.Link(null).Dead(),
        _ => null,
    };

    private static Video Completed(StoredFile? file, RemoteLink? link) => Restored(AllVideos.Completed, file, link);

    private static Video Restored(Video like, StoredFile? file, RemoteLink? link) =>
        Given.Ok(Video.Restore(like.Request, like.State, file, link, null, Given.Now, null, null, []));
}
