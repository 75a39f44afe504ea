namespace VideoPlatform.Sandbox.Rendering;

/// <summary>The clip that is delivered when there is no picture to work with: H.264, 640x360, 24 fps, 5 s, silent.</summary>
internal static class BundledClip
{
    private static readonly Lazy<byte[]> Content = new(Load);

    public static ReadOnlyMemory<byte> Bytes => Content.Value;

    private static byte[] Load()
    {
        using var resource = typeof(BundledClip).Assembly.GetManifestResourceStream("bundled.mp4")
            ?? throw new InvalidOperationException("The bundled clip is missing from the assembly.");
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return bytes;
    }
}
