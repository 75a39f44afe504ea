using System.Security.Cryptography;
using Microsoft.Extensions.Time.Testing;
using VideoPlatform.Application.Pictures;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Testing.Files;

/// <summary>The promises of <see cref="IPictureStore"/>, for every implementation.</summary>
public abstract class PictureStoreContract
{
    /// <summary>The largest upload that the store under test may take.</summary>
    protected const int MaxBytes = 1024 * 1024;

    protected FakeTimeProvider Clock { get; } = new(ArchiveOrderBuilder.At);

    protected abstract IPictureStore Store { get; }

    /// <summary>Every name in the store, unfinished ones too.</summary>
    protected abstract IReadOnlyList<string> Names { get; }

    [Theory]
    [InlineData(240, 240, false)]
    [InlineData(1280, 720, true)]
    [InlineData(240, 8000, false)]
    public async Task A_picture_is_kept_with_what_its_bytes_say(int width, int height, bool alpha)
    {
        var png = SamplePicture.Png(width, height, alpha);

        var received = await TakeAsync(png);

        var picture = received.Picture;
        Assert.Equal(("image/png", png.Length, width, height, alpha), (picture.ContentType, picture.Size!.Value, picture.Width!.Value, picture.Height!.Value, picture.HasAlpha));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(png)), received.Sha256);
        Assert.Matches($"^{Clock.GetUtcNow().ToUnixTimeMilliseconds()}-[0-9a-z]{{8}}\\.png$", picture.Path.Value);
        Assert.Equal(png, await ReadAsync(Store.Open(picture)!));
        Assert.Equal([picture.Path.Value], Names);
    }

    [Fact]
    public async Task Two_pictures_never_share_a_name()
    {
        var (first, second) = (await TakeAsync(SamplePicture.Png(240, 240)), await TakeAsync(SamplePicture.Png(240, 240)));

        Assert.NotEqual(first.Picture.Path, second.Picture.Path);
        Assert.Equal(2, Names.Count);
    }

    [Fact]
    public async Task An_empty_upload_is_not_valid() => Assert.True((await RefuseAsync<ValidationFailed>([])).Fields.ContainsKey("image"));

    [Theory]
    [InlineData(239, 240)]
    [InlineData(240, 239)]
    [InlineData(8001, 240)]
    public async Task A_side_out_of_bounds_is_refused_by_name(int width, int height)
    {
        var refused = await RefuseAsync<UnsupportedImage>(SamplePicture.Png(width, height));

        Assert.Contains("240 to 8000", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_is_refused_whatever_it_is_called() => await RefuseAsync<UnsupportedImage>("This is not a picture, although it is called one.png. It is long enough."u8.ToArray());

    [Theory]
    [InlineData(8)]
    [InlineData(40)]
    [InlineData(200)]
    public async Task A_picture_that_is_cut_off_is_refused(int length) => await RefuseAsync<UnsupportedImage>(SamplePicture.Png(640, 480)[..length]);

    [Fact]
    public async Task An_upload_that_is_too_large_is_left_before_its_end()
    {
        var endless = new FakeBodyStream(SamplePicture.Png(240, 240)) { IsEndless = true };

        var refused = await Store.ReceiveAsync(endless, CancellationToken.None);

        Assert.Equal(new ImageTooLarge(MaxBytes), refused.Match<Error?>(_ => null, e => e));
        Assert.InRange(endless.Given, MaxBytes, MaxBytes + (256 * 1024));
        Assert.Empty(Names);
    }

    [Fact]
    public async Task A_cancelled_upload_leaves_nothing()
    {
        var slow = new FakeBodyStream(SamplePicture.Png(640, 480)[..100]) { HangsAtEnd = true };
        using var leaving = new CancellationTokenSource();
        var receiving = Store.ReceiveAsync(slow, leaving.Token);
        await slow.Drained;

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiving);
        Assert.Empty(Names);
    }

    [Fact]
    public async Task An_upload_that_breaks_leaves_nothing()
    {
        var broken = new FakeBodyStream(SamplePicture.Png(640, 480)[..100]) { BreaksWith = new Problem("connection_lost", "Broken.") };

        await Assert.ThrowsAnyAsync<IOException>(() => Store.ReceiveAsync(broken, CancellationToken.None));

        Assert.Empty(Names);
    }

    [Fact]
    public async Task A_deleted_picture_is_gone_and_deleting_it_again_is_no_failure()
    {
        var picture = (await TakeAsync(SamplePicture.Png(240, 240))).Picture;

        Store.Delete(picture);
        Store.Delete(picture);

        Assert.Null(Store.Open(picture));
        Assert.Empty(Names);
    }

    protected async Task<ReceivedPicture> TakeAsync(byte[] bytes)
    {
        var received = await Store.ReceiveAsync(new MemoryStream(bytes), CancellationToken.None);
        return received.TryGet(out var picture, out var error) ? picture : throw new InvalidOperationException(error.ToString());
    }

    protected async Task<T> RefuseAsync<T>(byte[] bytes)
        where T : Error
    {
        var refused = await Store.ReceiveAsync(new MemoryStream(bytes), CancellationToken.None);
        Assert.Empty(Names);
        return Assert.IsType<T>(refused.Match<Error?>(_ => null, e => e));
    }

    private static async Task<byte[]> ReadAsync(Stream stream)
    {
        await using var open = stream;
        using var bytes = new MemoryStream();
        await open.CopyToAsync(bytes);
        return bytes.ToArray();
    }
}
