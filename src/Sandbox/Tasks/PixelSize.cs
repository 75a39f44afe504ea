using System.Runtime.InteropServices;

namespace VideoPlatform.Sandbox.Tasks;

/// <summary>Width and height in pixels, both even, as H.264 with yuv420p wants them.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PixelSize(int Width, int Height)
{
    /// <summary>Resolution class of <c>1280*720</c>; the text itself when it is not a size (dashscope.md section 2.1).</summary>
    public static string Class(string size) => Parse(size) is not { } pixels ? size : ((long)pixels.Width * pixels.Height) switch
    {
        <= 832 * 480 => "480P",
        <= 960 * 960 => "720P",
        _ => "1080P",
    };

    /// <summary>
    /// The size of a video with the aspect ratio of its picture and the area of its resolution class (section 2.1).
    /// Stops at 720P: a sandbox on a small machine must stay quick.
    /// </summary>
    public static PixelSize ForVideo(string resolution, PixelSize picture)
    {
        double area = resolution == "480P" ? 832 * 480 : 1280 * 720;
        var aspect = Math.Clamp((double)picture.Width / picture.Height, 1 / 8d, 8d);
        var width = Math.Sqrt(area * aspect);
        return new PixelSize(Even(width), Even(width / aspect));
    }

    private static PixelSize? Parse(string size) =>
        size.Split('*') is [var w, var h] && int.TryParse(w, out var width) && int.TryParse(h, out var height) && width > 0 && height > 0
            ? new PixelSize(width, height)
            : null;

    private static int Even(double length) => Math.Max(2, (int)Math.Round(length / 2) * 2);
}
