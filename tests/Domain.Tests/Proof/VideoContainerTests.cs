using System.Buffers.Binary;
using VideoPlatform.Domain.Proof;

namespace VideoPlatform.Domain.Tests.Proof;

public sealed class VideoContainerTests
{
    private static readonly byte[] webm =
        Ebml([0x42, 0x86, 0x81, 1, 0x42, 0xF7, 0x81, 1, 0x42, 0xF2, 0x81, 4, 0x42, 0xF3, 0x81, 8, 0x42, 0x82, 0x84, .. "webm"u8, 0x42, 0x87, 0x81, 4, 0x42, 0x85, 0x81, 2]);

    [Theory]
    [InlineData("isom")]
    [InlineData("mp42")]
    [InlineData("avc1")]
    [InlineData("iso6")]
    public void A_file_type_box_makes_an_mp4(string brand) => Assert.Equal(VideoContainer.Mp4, VideoContainer.Detect(Ftyp(24, brand)));

    [Fact]
    public void The_brand_of_quicktime_makes_a_mov() => Assert.Equal(VideoContainer.QuickTime, VideoContainer.Detect(Ftyp(20, "qt  ")));

    [Fact]
    public void An_ebml_head_that_says_webm_makes_a_webm() => Assert.Equal(VideoContainer.WebM, VideoContainer.Detect(webm));

    [Fact]
    public void The_head_and_its_word_may_be_measured_in_any_width()
    {
        byte[] wide = [0x1A, 0x45, 0xDF, 0xA3, 1, 0, 0, 0, 0, 0, 0, 9, 0x42, 0x82, 0x40, 5, .. "webm"u8, 0, .. new byte[20]];

        Assert.Equal(VideoContainer.WebM, VideoContainer.Detect(wide));
    }

    [Fact]
    public void Another_word_or_the_word_in_another_place_makes_no_webm()
    {
        byte[] word = [0x42, 0x82, 0x84, .. "webm"u8];

        Assert.Null(VideoContainer.Detect(Ebml([0x42, 0x82, 0x88, .. "matroska"u8])));
        Assert.Null(VideoContainer.Detect(Ebml([0xEC, 0x87, .. word, 0x42, 0x82, 0x88, .. "matroska"u8])));
        Assert.Null(VideoContainer.Detect([.. Ebml([0x42, 0x86, 0x81, 1]), .. word]));
        Assert.Null(VideoContainer.Detect([0x1A, 0x45, 0xDF, 0xA3, 0xA0, .. word]));
    }

    [Theory]
    [InlineData("avif")]
    [InlineData("heic")]
    [InlineData("M4A ")]
    [InlineData("\u0001\u0002\u0003\u0004")]
    public void Pictures_sound_and_nonsense_in_the_same_boxes_are_no_videos(string brand) => Assert.Null(VideoContainer.Detect(Ftyp(24, brand)));

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(17)]
    [InlineData(100_000)]
    public void A_file_type_box_of_an_impossible_size_is_no_video(int size) => Assert.Null(VideoContainer.Detect(Ftyp(size, "isom")));

    [Fact]
    public void A_page_of_text_is_no_video() => Assert.Null(VideoContainer.Detect("<!doctype html><html><head><title>Log in</title>"u8));

    [Fact]
    public void Nothing_is_no_video() => Assert.Null(VideoContainer.Detect([]));

    [Fact]
    public void Every_beginning_of_a_head_has_an_answer()
    {
        foreach (var head in new[] { Ftyp(24, "isom"), webm })
            for (var length = 0; length <= head.Length; length++)
                Assert.Contains(VideoContainer.Detect(head.AsSpan(0, length)), (VideoContainer?[])[null, VideoContainer.Detect(head)]);
    }

    [Fact]
    public void Random_heads_have_an_answer()
    {
        var random = new System.Random(17);
        var head = new byte[VideoContainer.HeadLength];
        for (var round = 0; round < 20_000; round++)
        {
            var part = head.AsSpan(0, random.Next(1, round % 10 == 0 ? head.Length : 96));
            random.NextBytes(part);
            if (round % 3 == 0 && part.Length >= 8) "ftyp"u8.CopyTo(part[4..]);
            if (round % 3 == 1 && part.Length >= 4) webm.AsSpan(0, 4).CopyTo(part);

            Assert.True(VideoContainer.Detect(part) is null or { Extension: "mp4" or "mov" or "webm" });
        }
    }

    [Theory]
    [InlineData("a_1.mp4", "video/mp4")]
    [InlineData("a_1.mov", "video/quicktime")]
    [InlineData("a_1.webm", "video/webm")]
    public void A_stored_name_tells_its_kind(string name, string type) => Assert.Equal(type, VideoContainer.ByExtension(name)!.ContentType);

    [Theory]
    [InlineData("a_1.mp4.json")]
    [InlineData("a_1.part")]
    [InlineData("mp4")]
    public void Another_name_is_no_video(string name) => Assert.Null(VideoContainer.ByExtension(name));

    private static byte[] Ebml(byte[] elements) => [0x1A, 0x45, 0xDF, 0xA3, (byte)(0x80 | elements.Length), .. elements];

    private static byte[] Ftyp(int size, string brand)
    {
        var bytes = new byte[64];
        BinaryPrimitives.WriteInt32BigEndian(bytes, size);
        "ftyp"u8.CopyTo(bytes.AsSpan(4));
        System.Text.Encoding.Latin1.GetBytes(brand).CopyTo(bytes, 8);
        return bytes;
    }
}
