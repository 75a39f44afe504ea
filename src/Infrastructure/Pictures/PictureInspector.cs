using SkiaSharp;
using VideoPlatform.Domain.Models;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Infrastructure.Pictures;

/// <param name="Width">In pixels, as the file says; a rotation noted in its metadata is not applied.</param>
/// <param name="Height">In pixels.</param>
internal sealed record PictureFacts(string ContentType, string Extension, int Width, int Height, bool HasAlpha);

/// <summary>
/// Reads a picture's format and dimensions from its bytes and decodes it once, to prove that it is whole. The dimensions are checked before
/// anything is decoded, and one picture is decoded at a time, so the memory is bounded: JPEG and BMP by bands of <see cref="BandHeight"/> rows
/// (2 MiB; a progressive JPEG keeps up to 6 bytes a pixel inside the decoder), PNG and WebP at once, 4 bytes a pixel (256 MB for 8000 × 8000).
/// </summary>
internal sealed class PictureInspector : IDisposable
{
    private const int BandHeight = 64;

    private readonly SemaphoreSlim oneAtATime = new(1);

    public async Task<Result<PictureFacts>> InspectAsync(string path, CancellationToken ct)
    {
        using var codec = SKCodec.Create(path, out var created);
        if (codec is null) return new UnsupportedImage(created is SKCodecResult.IncompleteInput ? "The picture is cut off." : "The file is no picture that can be read.");
        if (FormatOf(codec.EncodedFormat) is not var (contentType, extension)) return new UnsupportedImage($"{codec.EncodedFormat} pictures are not taken; send JPEG, PNG, BMP or WebP.");

        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if (width is < VideoModel.MinSide or > VideoModel.MaxSide || height is < VideoModel.MinSide or > VideoModel.MaxSide)
            return new UnsupportedImage($"The picture has {width} × {height} pixels; each side must have {VideoModel.MinSide} to {VideoModel.MaxSide}.");
        if (codec.FrameCount > 1) return new UnsupportedImage("The picture is animated; send a still one.");

        await oneAtATime.WaitAsync(ct);
        try
        {
            if (!await Task.Run(() => IsWhole(codec) && PictureEnd.IsThere(path, codec.EncodedFormat), ct)) return new UnsupportedImage("The picture is cut off or damaged.");
        }
        finally
        {
            oneAtATime.Release();
        }

        return new PictureFacts(contentType, extension, width, height, codec.Info.AlphaType != SKAlphaType.Opaque);
    }

    public void Dispose() => oneAtATime.Dispose();

    private static (string ContentType, string Extension)? FormatOf(SKEncodedImageFormat format) => format switch
    {
        SKEncodedImageFormat.Jpeg => ("image/jpeg", "jpg"),
        SKEncodedImageFormat.Png => ("image/png", "png"),
        SKEncodedImageFormat.Bmp => ("image/bmp", "bmp"),
        SKEncodedImageFormat.Webp => ("image/webp", "webp"),
        _ => null,
    };

    private static bool IsWhole(SKCodec codec)
    {
        var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, codec.Info.AlphaType is SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul);
        return codec.StartScanlineDecode(info) is SKCodecResult.Success ? AreBandsWhole(codec, info) : IsWholeAtOnce(codec, info);
    }

    private static bool AreBandsWhole(SKCodec codec, SKImageInfo info)
    {
        using var band = new SKBitmap(info.WithSize(info.Width, Math.Min(BandHeight, info.Height)));
        for (var row = 0; row < info.Height;)
        {
            var rows = Math.Min(BandHeight, info.Height - row);
            if (codec.GetScanlines(band.GetPixels(), rows, band.RowBytes) != rows) return false;
            row += rows;
        }

        return true;
    }

    private static bool IsWholeAtOnce(SKCodec codec, SKImageInfo info)
    {
        using var whole = new SKBitmap();
        return whole.TryAllocPixels(info) && codec.GetPixels(info, whole.GetPixels()) is SKCodecResult.Success;
    }
}
