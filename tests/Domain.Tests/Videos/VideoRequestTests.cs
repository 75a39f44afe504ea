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

    [Theory]
    [InlineData("the boat drifts away", true)]
    [InlineData("  the boat\tdrifts\r\naway ", true)]
    [InlineData("the boat drifts", false)]
    [InlineData("the boat drifts away from the pier", false)]
    [InlineData("The boat drifts away", false)]
    [InlineData("theboatdriftsaway", false)]
    [InlineData("", false)]
    public void Words_are_ours_whole_and_to_the_letter_but_for_their_spacing(string shown, bool ours) => Assert.Equal(ours, request.HasWords(shown));

    [Fact]
    public void Only_a_long_beginning_may_be_ours_after_a_cut()
    {
        var words = new string('a', 1500);
        var wordy = request with { Prompt = words };

        Assert.True(wordy.MayHaveBeenCutTo(words[..800]));
        Assert.False(wordy.MayHaveBeenCutTo(words[..799]));
        Assert.False(wordy.MayHaveBeenCutTo(words[..800] + "b"));
        Assert.False(request.MayHaveBeenCutTo("the boat"));
    }

    [Fact]
    public void Twins_ask_one_model_in_the_same_words()
    {
        Assert.True(request.IsTwinOf(request with { Id = Guid.NewGuid(), Prompt = " the boat  drifts away", Seed = 7, Resolution = "1080P" }));
        Assert.False(request.IsTwinOf(request with { Model = "wan2.6-i2v" }));
        Assert.False(request.IsTwinOf(request with { Prompt = "the boat" }));
    }
}
