using SkiaSharp;

namespace VideoPlatform.Browser.Tests.Hosting;

internal static class Pictures
{
    /// <summary>A small picture that the provider takes; each hue gives other bytes.</summary>
    public static byte[] Png(float hue = 210, int width = 320, int height = 240, bool transparent = false)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, transparent ? SKAlphaType.Unpremul : SKAlphaType.Opaque));
        using var canvas = new SKCanvas(bitmap);
        using var paint = new SKPaint();
        using var shader = SKShader.CreateLinearGradient(
            new SKPoint(0, 0), new SKPoint(width, height), [SKColor.FromHsl(hue, 70, 70), SKColor.FromHsl(hue + 60, 70, 30)], SKShaderTileMode.Clamp);
        paint.Shader = shader;
        canvas.DrawRect(transparent ? SKRect.Create(width / 4, height / 4, width / 2, height / 2) : SKRect.Create(width, height), paint);
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }
}
