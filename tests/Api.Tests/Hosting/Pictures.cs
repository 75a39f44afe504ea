using SkiaSharp;

namespace VideoPlatform.Api.Tests.Hosting;

/// <summary>Pictures as an image library writes them; those made by hand, good and bad, are in <see cref="Testing.Files.SamplePicture"/>.</summary>
internal static class Pictures
{
    private static readonly byte[] small = Encode(SKEncodedImageFormat.Png, 320, 240, SKAlphaType.Opaque);

    /// <summary>320 × 240 pixels without an alpha channel.</summary>
    public static byte[] Png() => [.. small];

    public static byte[] PngWithAlpha() => Encode(SKEncodedImageFormat.Png, 320, 240, SKAlphaType.Unpremul);

    public static byte[] Jpeg(int width = 320, int height = 240) => Encode(SKEncodedImageFormat.Jpeg, width, height, SKAlphaType.Opaque);

    public static byte[] Webp() => Encode(SKEncodedImageFormat.Webp, 320, 240, SKAlphaType.Opaque);

    public static byte[] Png(int width, int height) => Encode(SKEncodedImageFormat.Png, width, height, SKAlphaType.Opaque);

    private static byte[] Encode(SKEncodedImageFormat format, int width, int height, SKAlphaType alpha)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, alpha));
        using var canvas = new SKCanvas(bitmap);
        using var paint = new SKPaint();
        canvas.Clear(alpha is SKAlphaType.Opaque ? SKColors.SteelBlue : SKColors.Transparent);
        paint.Color = SKColors.OrangeRed;
        canvas.DrawCircle(width / 2f, height / 2f, height / 3f, paint);
        using var encoded = bitmap.Encode(format, 90);
        return encoded.ToArray();
    }
}
