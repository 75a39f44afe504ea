using VideoPlatform.Domain.Models;
using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Domain.Tests;

public sealed class VideoModelTests
{
    private static readonly VideoModel older = ModelCatalogue.Find("wan2.2-i2v-flash")!;
    private static readonly VideoModel newer = ModelCatalogue.Find("wan2.7-i2v")!;

    [Theory]
    [InlineData("image/png")]
    [InlineData("image/jpeg")]
    [InlineData("image/bmp")]
    [InlineData("image/webp")]
    public void A_plain_picture_is_taken(string type) => Assert.All(ModelCatalogue.All, model => Assert.Null(model.Refuses(Given.Picture(type))));

    [Fact]
    public void A_picture_is_as_large_as_the_model_allows()
    {
        Assert.Null(older.Refuses(Given.Picture(size: 10_000_000)));
        Assert.Equal(new ImageTooLarge(10_000_000), older.Refuses(Given.Picture(size: 10_000_001)));
        Assert.Null(newer.Refuses(Given.Picture(size: 20_000_000)));
        Assert.Equal(new ImageTooLarge(20_000_000), newer.Refuses(Given.Picture(size: 20_000_001)));
    }

    [Fact]
    public void Transparency_is_refused_in_a_png_only()
    {
        Assert.IsType<UnsupportedImage>(newer.Refuses(Given.Picture("image/png", alpha: true)));
        Assert.Null(newer.Refuses(Given.Picture("image/webp", alpha: true)));
        Assert.Null((newer with { TakesAlpha = true }).Refuses(Given.Picture("image/png", alpha: true)));
    }

    [Theory]
    [InlineData(8000, 1000, true)]
    [InlineData(1000, 8000, true)]
    [InlineData(8000, 999, false)]
    [InlineData(999, 8000, false)]
    public void The_aspect_is_limited_either_way(int width, int height, bool taken)
    {
        var refusal = newer.Refuses(Given.Picture(width: width, height: height));

        if (taken) Assert.Null(refusal);
        else Assert.Contains("8:1", Assert.IsType<UnsupportedImage>(refusal).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_without_a_limit_takes_any_aspect() => Assert.Null(older.Refuses(Given.Picture(width: 8000, height: 240)));

    [Fact]
    public void What_an_old_record_does_not_say_is_not_held_against_it() =>
        Assert.All(ModelCatalogue.All, model => Assert.Null(model.Refuses(Given.Picture(null, null, null, null))));
}
