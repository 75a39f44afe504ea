using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Domain.Tests;

public sealed class VideoRequestTests
{
    private static readonly VideoRequest request = Given.Request();

    [Fact]
    public void The_hash_covers_everything_that_the_provider_is_asked_for()
    {
        VideoRequest[] others =
        [
            request with { Model = "wan2.6-i2v" },
            request with { Prompt = "another" },
            request with { NegativePrompt = "text" },
            request with { Resolution = "1080P" },
            request with { Duration = 10 },
            request with { Seed = 1 },
            request with { PromptExtend = false },
            request with { Watermark = true },
        ];

        var hashes = others.Select(r => r.Hash("/uploads/a.png")).Append(request.Hash("/uploads/a.png")).Append(request.Hash("/uploads/b.png"));

        Assert.Equal(10, hashes.Distinct(StringComparer.Ordinal).Count());
        Assert.All(hashes, hash => Assert.Matches("^[0-9a-f]{64}$", hash));
    }

    [Fact]
    public void The_hash_does_not_depend_on_who_asked_and_when() =>
        Assert.Equal(request.Hash("/uploads/a.png"), (request with { Id = Guid.NewGuid(), RequestedAt = Given.Later }).Hash("/uploads/a.png"));
}
