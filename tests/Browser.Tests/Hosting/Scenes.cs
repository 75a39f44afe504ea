using SkiaSharp;

namespace VideoPlatform.Browser.Tests.Hosting;

/// <summary>Landscapes for the screenshots: drawn here, so that they belong to nobody and are the same every time.</summary>
internal static class Scenes
{
    private const int Width = 1280;
    private const int Height = 720;

    public static byte[] Boat() => Draw("#f9c58d", "#f492a0", canvas =>
    {
        Sun(canvas, 880, 330, 74, "#fff1d6");
        Ridge(canvas, 1, 372, 46, "#b97a95");
        Water(canvas, 400, "#e8a38f", "#5a5a86", 880);
        using var paint = Fill("#fffaf2");
        Shape(canvas, paint, (470, 520), (790, 520), (730, 590), (530, 590));
        Shape(canvas, paint, (630, 400), (722, 512), (538, 512));
        paint.Color = SKColor.Parse("#e3d3d2");
        Shape(canvas, paint, (630, 400), (722, 512), (630, 512));
        Shape(canvas, paint, (630, 520), (790, 520), (730, 590), (630, 590));
    });

    public static byte[] Ridges(string top, string bottom, string far, string near, int seed, bool night = false) => Draw(top, bottom, canvas =>
    {
        if (night) Stars(canvas, seed);
        Sun(canvas, 300 + (seed * 137 % 640), night ? 150 : 250, night ? 42 : 66, night ? "#f4f1de" : "#fff3da");
        var (from, to) = (SKColor.Parse(far), SKColor.Parse(near));
        for (var n = 0; n < 5; n++) Ridge(canvas, seed + n, 350 + (n * 82), 84 - (n * 6), Mix(from, to, n / 4f).ToString());
    });

    public static byte[] Shore(string top, string bottom, string land, string shallow, string deep, int seed) => Draw(top, bottom, canvas =>
    {
        Sun(canvas, 420, 300, 56, "#fff6e2");
        Ridge(canvas, seed, 352, 92, land);
        Water(canvas, 400, shallow, deep, 420);
    });

    private static byte[] Draw(string top, string bottom, Action<SKCanvas> draw)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(bitmap);
        Wash(canvas, 0, Height, SKColor.Parse(top), SKColor.Parse(bottom));
        draw(canvas);
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    private static void Wash(SKCanvas canvas, float from, float to, SKColor top, SKColor bottom)
    {
        using var shader = SKShader.CreateLinearGradient(new SKPoint(0, from), new SKPoint(0, to), [top, bottom], SKShaderTileMode.Clamp);
        using var paint = new SKPaint { Shader = shader };
        canvas.DrawRect(0, from, Width, to - from, paint);
    }

    private static void Sun(SKCanvas canvas, float x, float y, float radius, string color)
    {
        var light = SKColor.Parse(color);
        using var shader = SKShader.CreateRadialGradient(new SKPoint(x, y), radius * 5, [light.WithAlpha(150), light.WithAlpha(0)], SKShaderTileMode.Clamp);
        using var glow = new SKPaint { Shader = shader };
        canvas.DrawCircle(x, y, radius * 5, glow);
        using var paint = Fill(color);
        canvas.DrawCircle(x, y, radius, paint);
    }

    private static void Ridge(SKCanvas canvas, int seed, float level, float height, string color)
    {
        using var outline = new SKPathBuilder();
        outline.MoveTo(0, Height);
        for (var x = 0; x <= Width; x += 8)
        {
            var wave = (MathF.Sin((x * 0.0041f) + (seed * 1.7f)) * 0.55f) + (MathF.Sin((x * 0.011f) + (seed * 2.9f)) * 0.3f) + (MathF.Sin((x * 0.027f) + (seed * 4.3f)) * 0.12f);
            outline.LineTo(x, level - (wave * height));
        }

        outline.LineTo(Width, Height);
        outline.Close();
        using var path = outline.Detach();
        using var paint = Fill(color);
        canvas.DrawPath(path, paint);
    }

    private static void Water(SKCanvas canvas, float level, string shallow, string deep, float light)
    {
        Wash(canvas, level, Height, SKColor.Parse(shallow), SKColor.Parse(deep));
        using var paint = Fill("#ffffff");
        for (var n = 0; n < 26; n++)
        {
            var y = level + 10 + (n * n * 0.46f);
            var half = 26 + (n * 5) + (MathF.Sin(n * 2.1f) * 22);
            paint.Color = SKColors.White.WithAlpha((byte)(90 - (n * 3)));
            canvas.DrawRoundRect(light - half + (MathF.Sin(n * 3.7f) * 30), y, half * 2, 3 + (n * 0.16f), 3, 3, paint);
        }
    }

    private static void Stars(SKCanvas canvas, int seed)
    {
        using var paint = Fill("#ffffff");
        for (var n = 1; n < 140; n++)
        {
            paint.Color = SKColors.White.WithAlpha((byte)(70 + (n * 53 % 160)));
            canvas.DrawCircle(n * (331 + seed) % Width, n * n * 37 % 420, 0.8f + (n % 4 * 0.45f), paint);
        }
    }

    private static void Shape(SKCanvas canvas, SKPaint paint, params (float X, float Y)[] corners)
    {
        using var outline = new SKPathBuilder();
        outline.AddPoly([.. corners.Select(corner => new SKPoint(corner.X, corner.Y))], close: true);
        using var path = outline.Detach();
        canvas.DrawPath(path, paint);
    }

    private static SKPaint Fill(string color) => new() { Color = SKColor.Parse(color), IsAntialias = true };

    private static SKColor Mix(SKColor from, SKColor to, float share) => new(
        (byte)(from.Red + ((to.Red - from.Red) * share)), (byte)(from.Green + ((to.Green - from.Green) * share)), (byte)(from.Blue + ((to.Blue - from.Blue) * share)));
}
