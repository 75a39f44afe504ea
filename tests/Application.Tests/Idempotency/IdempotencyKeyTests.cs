using VideoPlatform.Application.Idempotency;
using VideoPlatform.Domain.Results;

namespace VideoPlatform.Application.Tests;

public sealed class IdempotencyKeyTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("8e03978e-40d5-43dd-bc93-6894a57f9324")]
    [InlineData("!~\"{}")]
    public void Visible_characters_are_taken(string text) =>
        Assert.Equal(text, IdempotencyKey.Parse(text).Match(key => key.Value, error => error.Code));

    [Theory]
    [InlineData("")]
    [InlineData("a\tb")]
    [InlineData("a\r\nb")]
    [InlineData("a\0")]
    [InlineData("schlüssel")]
    [InlineData("\u007F")]
    public void Others_are_not(string text) =>
        Assert.IsType<ValidationFailed>(IdempotencyKey.Parse(text).Match<Error?>(_ => null, error => error));

    [Fact]
    public void It_is_at_most_255_characters_long()
    {
        Assert.True(IdempotencyKey.Parse(new string('a', 255)).TryGet(out _, out _));
        Assert.False(IdempotencyKey.Parse(new string('a', 256)).TryGet(out _, out _));
    }

    [Fact]
    public void A_fingerprint_tells_every_part_from_its_neighbours_and_nothing_from_empty()
    {
        string[] fingerprints =
        [
            Idempotent.Fingerprint("ab", "c"), Idempotent.Fingerprint("a", "bc"), Idempotent.Fingerprint("abc"), Idempotent.Fingerprint("ab", "c", null),
            Idempotent.Fingerprint("", "abc"), Idempotent.Fingerprint(null, "abc"), Idempotent.Fingerprint("2:ab\n1:c\n"), Idempotent.Fingerprint("1", 2), Idempotent.Fingerprint(1, 3),
        ];

        Assert.Equal(fingerprints.Length, fingerprints.Distinct(StringComparer.Ordinal).Count());
        Assert.All(fingerprints, f => Assert.Matches("^[0-9a-f]{64}$", f));
        Assert.Equal(Idempotent.Fingerprint("a", 1, true, null), Idempotent.Fingerprint("a", 1, true, null));
    }
}
