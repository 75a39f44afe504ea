using FsCheck.Xunit;
using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Domain.Tests;

public sealed class WordsTests
{
    [Fact]
    public void The_public_words_are_those_of_the_contract()
    {
        Assert.Equal(
            ["queued", "submitting", "unsettled", "processing", "downloading", "completed", "failed", "cancelled", "expired"],
            Enum.GetValues<VideoStatus>().Select(s => s.Word()));
        Assert.Equal(["local", "remote", "none"], Enum.GetValues<VideoStorage>().Select(s => s.Word()));
        Assert.Equal(["length", "checksum"], Enum.GetValues<Verification>().Select(s => s.Word()));
    }

    [Fact]
    public void Every_word_is_read_back()
    {
        Assert.All(Enum.GetValues<VideoStatus>(), s => Assert.Equal(s, Words.Parse<VideoStatus>(s.Word())));
        Assert.All(Enum.GetValues<VideoStorage>(), s => Assert.Equal(s, Words.Parse<VideoStorage>(s.Word())));
        Assert.All(Enum.GetValues<Verification>(), s => Assert.Equal(s, Words.Parse<Verification>(s.Word())));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Queued")]
    [InlineData("QUEUED")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("queued,failed")]
    [InlineData("queued ")]
    [InlineData(" queued")]
    [InlineData("pending")]
    public void Other_texts_are_no_words(string? text) => Assert.Null(Words.Parse<VideoStatus>(text));

    [Property(MaxTest = 300, Replay = "12345678901234567,9876543210987654321")]
    public bool No_text_but_a_word_is_read(string? text) =>
        Words.Parse<VideoStatus>(text) is not { } status || status.Word() == text;

    [Fact]
    public void A_value_outside_of_the_enumeration_has_no_word()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ((VideoStatus)99).Word());
        Assert.Throws<ArgumentOutOfRangeException>(() => ((VideoStorage)99).Word());
        Assert.Throws<ArgumentOutOfRangeException>(() => ((Verification)99).Word());
    }

    [Fact]
    public void Four_states_are_terminal() => Assert.Equal(
        [VideoStatus.Completed, VideoStatus.Failed, VideoStatus.Cancelled, VideoStatus.Expired],
        Enum.GetValues<VideoStatus>().Where(s => s.IsTerminal()));
}
