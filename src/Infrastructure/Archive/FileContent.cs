namespace VideoPlatform.Infrastructure.Archive;

/// <summary>Asked before a file of the storage is opened to be read: anything may lie there.</summary>
internal static class FileContent
{
    /// <summary>
    /// Whether there is a file that shows bytes to be read. A named pipe or a device shows none, and whoever opens a pipe waits for a writer for ever,
    /// deaf to every request to stop; what is merely empty has nothing to say.
    /// </summary>
    public static bool IsThere(string path) => new FileInfo(path) is { Exists: true, Length: > 0 };
}
