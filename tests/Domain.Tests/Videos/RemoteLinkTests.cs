using FsCheck.Xunit;
using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Domain.Tests;

public sealed class RemoteLinkTests
{
    private static readonly DateTimeOffset ended = new(2026, 10, 2, 3, 11, 2, 114, TimeSpan.Zero);

    [Fact]
    public void A_signed_link_says_itself_until_when()
    {
        var link = RemoteLink.Parse(
            "https://dashscope-result-sh.oss-accelerate.aliyuncs.com/1d/3c/video.mp4?Expires=1790997061&OSSAccessKeyId=LTAIexample&Signature=a1B2%2Fc3%3D", ended);

        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_790_997_061), link!.ExpiresAt);
    }

    [Theory]
    [InlineData("https://results.example/video.mp4")]
    [InlineData("https://results.example/video.mp4?x-oss-expires=86400")]
    [InlineData("https://results.example/video.mp4?Expires=")]
    [InlineData("https://results.example/video.mp4?Expires=tomorrow")]
    [InlineData("https://results.example/video.mp4?Expires=-1")]
    [InlineData("https://results.example/video.mp4?Expires=0")]
    [InlineData("https://results.example/video.mp4?Expires=+1790997061")]
    [InlineData("https://results.example/video.mp4?Expires=99999999999999999999")]
    [InlineData("https://results.example/video.mp4?Expires=253402300800")]
    [InlineData("https://results.example/video.mp4?expires=1790997061")]
    [InlineData("https://results.example/video.mp4?NotExpires=1790997061")]
    [InlineData("https://results.example/video.mp4#Expires=1790997061")]
    public void Otherwise_it_lives_a_day_from_the_task_s_end_or_unknown(string url)
    {
        Assert.Equal(ended.AddHours(24), RemoteLink.Parse(url, ended)!.ExpiresAt);
        Assert.Null(RemoteLink.Parse(url, null)!.ExpiresAt);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("video.mp4")]
    [InlineData("/uploads/videos/video.mp4")]
    [InlineData("//results.example/video.mp4")]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://results.example/video.mp4")]
    [InlineData("gopher://results.example/")]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:video/mp4;base64,AAAA")]
    [InlineData("https://")]
    [InlineData("https:///video.mp4")]
    [InlineData("https://user@results.example/video.mp4")]
    [InlineData("https://user:password@results.example/video.mp4")]
    [InlineData(" https://results.example/video.mp4")]
    [InlineData("https://results.example/video.mp4\n")]
    [InlineData("https://results.example/video.mp4\r\nSet-Cookie: a=b")]
    [InlineData("https://results.example/vi deo.mp4")]
    [InlineData("https://results.example/video\0.mp4")]
    public void What_is_no_plain_web_address_is_no_link(string? url) => Assert.Null(RemoteLink.Parse(url, ended));

    [Fact]
    public void An_endless_link_is_no_link()
    {
        Assert.Null(RemoteLink.Parse("https://results.example/" + new string('a', 8192), null));
    }

    [Fact]
    public void The_address_is_kept_to_the_letter_since_its_signature_covers_it()
    {
        const string Url = "https://Results.example:8443/a%2Fb/./video.mp4?Signature=a1B2%2fc3%3D&Expires=1790997061";

        Assert.Equal(Url, RemoteLink.Parse(Url, null)!.Url);
    }

    [Fact]
    public void What_may_be_logged_has_no_query()
    {
        var link = RemoteLink.Parse("https://results.example/a/video.mp4?Expires=1790997061&Signature=secret#secret", null)!;

        Assert.Equal("https://results.example/a/video.mp4", link.Public);
        Assert.Equal("https://results.example/a/video.mp4", link.ToString());
    }

    [Fact]
    public void A_dead_link_lives_at_no_time()
    {
        var dead = Given.Link(Given.Now.AddDays(1)).Dead();

        Assert.False(dead.LivesAt(DateTimeOffset.MinValue));
        Assert.False(dead.LivesAt(Given.Now));
    }

    [Property(MaxTest = 200, Replay = "12345678901234567,9876543210987654321")]
    public bool It_lives_exactly_until_its_deadline(uint seconds)
    {
        var deadline = DateTimeOffset.FromUnixTimeSeconds(1L + seconds);
        var link = RemoteLink.Parse($"https://results.example/video.mp4?Expires={1L + seconds}", null)!;

        return link.ExpiresAt == deadline && link.LivesAt(deadline.AddTicks(-1)) && !link.LivesAt(deadline) && !link.LivesAt(deadline.AddDays(1));
    }

    [Fact]
    public void A_stored_link_keeps_the_deadline_that_was_learnt_from_elsewhere()
    {
        var link = RemoteLink.Restore("https://results.example/video.mp4", ended, isDead: true)!;

        Assert.Equal(ended, link.ExpiresAt);
        Assert.True(link.IsDead);
        Assert.Null(RemoteLink.Restore("nonsense", ended, isDead: false));
    }
}
