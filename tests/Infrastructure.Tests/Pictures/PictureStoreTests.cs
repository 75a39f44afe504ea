using Microsoft.Extensions.Options;
using SkiaSharp;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Application.Pictures;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Infrastructure.Archive;
using VideoPlatform.Infrastructure.Pictures;
using VideoPlatform.Infrastructure.Tests.Archive;
using VideoPlatform.Testing.Files;

namespace VideoPlatform.Infrastructure.Tests.Pictures;

public sealed class SkiaPictureStoreTests : PictureStoreContract, IDisposable
{
    private readonly TempStorage storage = TempStorage.Open();
    private readonly PictureInspector inspector = new();
    private readonly SkiaPictureStore store;

    public SkiaPictureStoreTests() => store = new SkiaPictureStore(storage.Root, inspector, Options.Create(new UploadOptions { MaxBytes = MaxBytes }), Clock);

    protected override IPictureStore Store => store;

    protected override IReadOnlyList<string> Names => storage.Files;

    public void Dispose()
    {
        inspector.Dispose();
        storage.Dispose();
    }

    [Fact]
    public async Task A_root_that_has_lost_its_sentinel_is_not_written_to()
    {
        File.Delete(Path.Combine(storage.Root.Folder, StorageRoot.SentinelName));

        var answer = await store.ReceiveAsync(new MemoryStream(SamplePicture.Png(240, 240)), CancellationToken.None);

        Assert.IsType<StorageGone>(answer.Match<Error?>(_ => null, e => e));
        Assert.Empty(storage.Files);
    }

    [Fact]
    public async Task Of_a_picture_in_a_root_that_is_gone_nothing_is_known()
    {
        var picture = (await TakeAsync(SamplePicture.Png(240, 240))).Picture;
        Directory.Move(storage.Root.Folder, storage.Root.Folder + "-away");

        Assert.Throws<StorageUnavailableException>(() => store.Open(picture));

        Directory.Move(storage.Root.Folder + "-away", storage.Root.Folder);
        using (store.Open(picture)!) { }
        store.Delete(picture);
        Assert.Null(store.Open(picture));
    }

    [Fact]
    public async Task A_pipe_in_the_place_of_a_picture_is_no_picture_and_not_waited_for()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no such pipe.");
        var picture = (await TakeAsync(SamplePicture.Png(240, 240))).Picture;
        File.Delete(storage.Root.Locate(picture.Path));
        await NamedPipe.MakeAsync(storage.Root.Locate(picture.Path), TestContext.Current.CancellationToken);

        Assert.Null(store.Open(picture));
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg, false, "image/jpeg", "jpg")]
    [InlineData(SKEncodedImageFormat.Png, false, "image/png", "png")]
    [InlineData(SKEncodedImageFormat.Png, true, "image/png", "png")]
    [InlineData(SKEncodedImageFormat.Webp, false, "image/webp", "webp")]
    [InlineData(SKEncodedImageFormat.Webp, true, "image/webp", "webp")]
    public async Task Each_format_is_known_by_its_bytes(SKEncodedImageFormat format, bool alpha, string type, string ending)
    {
        var picture = (await TakeAsync(Encode(320, 250, format, alpha))).Picture;

        Assert.Equal((type, 320, 250, alpha), (picture.ContentType, picture.Width, picture.Height, picture.HasAlpha));
        Assert.EndsWith("." + ending, picture.Path.Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bmp_is_taken()
    {
        var picture = (await TakeAsync(SamplePicture.Bmp(301, 250))).Picture;

        Assert.Equal(("image/bmp", 301, 250, false), (picture.ContentType, picture.Width, picture.Height, picture.HasAlpha));
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public async Task A_picture_without_its_second_half_is_refused(SKEncodedImageFormat format)
    {
        var whole = Encode(640, 480, format, alpha: false);

        await RefuseAsync<UnsupportedImage>(whole[..(whole.Length / 2)]);
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg, 1)]
    [InlineData(SKEncodedImageFormat.Png, 1)]
    [InlineData(SKEncodedImageFormat.Png, 12)]
    [InlineData(SKEncodedImageFormat.Webp, 1)]
    public async Task A_picture_without_its_last_bytes_is_refused(SKEncodedImageFormat format, int missing)
    {
        var whole = Encode(640, 480, format, alpha: false);

        await RefuseAsync<UnsupportedImage>(whole[..^missing]);
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public async Task What_follows_the_end_of_a_picture_does_no_harm(SKEncodedImageFormat format) =>
        Assert.Equal(320, (await TakeAsync([.. Encode(320, 250, format, alpha: false), .. "more"u8])).Picture.Width);

    [Fact]
    public async Task A_bmp_without_its_last_rows_is_refused() => await RefuseAsync<UnsupportedImage>(SamplePicture.Bmp(400, 300)[..300_000]);

    [Fact]
    public async Task A_png_with_a_damaged_byte_is_refused()
    {
        var png = Encode(640, 480, SKEncodedImageFormat.Png, alpha: false);
        png[png.Length / 2] ^= 0xFF;

        await RefuseAsync<UnsupportedImage>(png);
    }

    [Theory]
    [InlineData(100_000, 100_000)]
    [InlineData(int.MaxValue, int.MaxValue)]
    [InlineData(8001, 8001)]
    public async Task A_bomb_is_refused_before_it_is_decoded(int width, int height) => await RefuseAsync<UnsupportedImage>(SamplePicture.PngBomb(width, height));

    [Fact]
    public async Task A_gif_is_refused() => await RefuseAsync<UnsupportedImage>(
        [.. "GIF89a"u8, 0x00, 0x01, 0x00, 0x01, 0x80, 0, 0, 0, 0, 0, 255, 255, 255, 0x2C, 0, 0, 0, 0, 0x00, 0x01, 0x00, 0x01, 0, 2, 2, 0x44, 1, 0, 0x3B]);

    [Fact]
    public async Task A_svg_is_refused() => await RefuseAsync<UnsupportedImage>("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"300\" height=\"300\"/>"u8.ToArray());

    [Fact]
    public async Task A_full_disk_is_said_and_nothing_is_left()
    {
        using var disk = SmallDisk.TryMount(256 * 1024);
        Assert.SkipWhen(disk is null, "A small disk (tmpfs) cannot be mounted here.");
        var root = new Infrastructure.Archive.StorageRoot(Options.Create(new StorageOptions { Root = disk.Folder }));
        await root.OpenAsync(isKnown: false, CancellationToken.None);
        var small = new SkiaPictureStore(root, inspector, Options.Create(new UploadOptions()), Clock);

        var refused = await small.ReceiveAsync(new MemoryStream(SamplePicture.Bmp(400, 300)), CancellationToken.None);

        Assert.IsType<StorageFull>(refused.Match<Error?>(_ => null, e => e));
        Assert.Equal([".videoplatform"], Directory.EnumerateFiles(disk.Folder).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public async Task Damaged_bytes_are_an_answer_and_never_a_crash(SKEncodedImageFormat format)
    {
        var whole = Encode(250, 250, format, alpha: false);
        var random = new Random(7);
        for (var round = 0; round < 60; round++)
        {
            var damaged = whole.ToArray();
            for (var i = 0; i < 8; i++) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);

            var answer = await Store.ReceiveAsync(new MemoryStream(damaged, 0, random.Next(1, damaged.Length)), CancellationToken.None);

            Assert.True(answer.Match(_ => true, e => e is UnsupportedImage));
        }
    }

    private static byte[] Encode(int width, int height, SKEncodedImageFormat format, bool alpha)
    {
        using var bitmap = new SKBitmap(width, height, SKColorType.Rgba8888, alpha ? SKAlphaType.Unpremul : SKAlphaType.Opaque);
        var random = new Random(3);
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
                bitmap.SetPixel(x, y, new SKColor((byte)x, (byte)y, (byte)random.Next(256), alpha ? (byte)(x + y) : (byte)255));
        using var encoded = bitmap.Encode(format, 90);
        return encoded.ToArray();
    }
}

public sealed class InMemoryPictureStoreTests : PictureStoreContract
{
    private readonly InMemoryPictureStore store;

    public InMemoryPictureStoreTests() => store = new InMemoryPictureStore(Clock, MaxBytes);

    protected override IPictureStore Store => store;

    protected override IReadOnlyList<string> Names => [.. store.Files.Keys];
}
