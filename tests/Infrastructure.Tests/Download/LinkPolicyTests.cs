using VideoPlatform.Application.Configuration;
using VideoPlatform.Infrastructure.Download;

namespace VideoPlatform.Infrastructure.Tests.Download;

public sealed class LinkPolicyTests
{
    [Theory]
    [InlineData("*.aliyuncs.com", "https://dashscope-result-bj.oss-accelerate.aliyuncs.com/v.mp4")]
    [InlineData("*.aliyuncs.com", "https://A.ALIYUNCS.COM/v.mp4")]
    [InlineData("*.aliyuncs.com", "https://a.aliyuncs.com./v.mp4")]
    [InlineData("*.ALIYUNCS.com.", "https://a.aliyuncs.com/v.mp4")]
    [InlineData("cdn.example", "https://cdn.example/v.mp4")]
    [InlineData("CDN.example", "https://cdn.example:8443/v.mp4")]
    [InlineData("*.bücher.example", "https://a.xn--bcher-kva.example/v.mp4")]
    [InlineData("xn--bcher-kva.example", "https://bücher.example/v.mp4")]
    [InlineData("203.0.113.7", "https://203.0.113.7/v.mp4")]
    [InlineData("[2001:db8::1]", "https://[2001:db8::1]/v.mp4")]
    public void A_named_host_is_allowed(string entry, string link) => Assert.False(Policy(entry).Forbids(new Uri(link), out _));

    [Theory]
    [InlineData("*.aliyuncs.com", "https://aliyuncs.com/v.mp4")]
    [InlineData("*.aliyuncs.com", "https://evilaliyuncs.com/v.mp4")]
    [InlineData("*.aliyuncs.com", "https://aliyuncs.com.evil.example/v.mp4")]
    [InlineData("*.aliyuncs.com", "https://evil.example/a.aliyuncs.com")]
    [InlineData("*.aliyuncs.com", "https://a.aliyuncs.com@evil.example/v.mp4")]
    [InlineData("*.aliyuncs.com", "https://user@a.aliyuncs.com/v.mp4")]
    [InlineData("*.aliyuncs.com", "http://a.aliyuncs.com/v.mp4")]
    [InlineData("*.aliyuncs.com", "ftp://a.aliyuncs.com/v.mp4")]
    [InlineData("cdn.example", "https://a.cdn.example/v.mp4")]
    [InlineData("*", "https://a.example/v.mp4")]
    [InlineData("*.", "https://a.example/v.mp4")]
    [InlineData("", "https://a.example/v.mp4")]
    [InlineData("a.example/path", "https://a.example/v.mp4")]
    public void Any_other_is_forbidden(string entry, string link)
    {
        Assert.True(Policy(entry).Forbids(new Uri(link), out var problem));
        Assert.DoesNotContain("v.mp4", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_an_entry_nothing_is_allowed() => Assert.True(new LinkPolicy(new DownloadOptions()).Forbids(new Uri("https://a.aliyuncs.com/v.mp4"), out _));

    [Theory]
    [InlineData("http://127.0.0.1:4000/v.mp4", true)]
    [InlineData("http://127.0.0.1:4001/v.mp4", false)]
    [InlineData("https://127.0.0.1:4000/v.mp4", false)]
    [InlineData("http://localhost:4000/v.mp4", false)]
    [InlineData("http://user@127.0.0.1:4000/v.mp4", false)]
    public void The_sandbox_is_allowed_by_its_exact_origin(string link, bool isAllowed)
    {
        var policy = new LinkPolicy(new DownloadOptions { SandboxOrigin = new Uri("http://127.0.0.1:4000") });

        Assert.Equal(isAllowed, !policy.Forbids(new Uri(link), out _));
        Assert.Equal(isAllowed, policy.AllowsAnyAddress(new Uri(link)));
    }

    private static LinkPolicy Policy(string entry) => new(new DownloadOptions { AllowedHosts = [entry] });
}
