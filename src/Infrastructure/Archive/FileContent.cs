namespace VideoPlatform.Infrastructure.Archive;

/// <summary>Asked before a file of the storage is opened to be read: anything may lie there.</summary>
internal static class FileContent
{
    /// <summary>
    /// Whether there is a file that shows bytes to be read. A named pipe or a device shows none, and whoever opens a pipe waits for a writer for ever,
    /// deaf to every request to stop; what is merely empty has nothing to say.
    /// </summary>
    public static bool IsThere(string path) => new FileInfo(path) is { Exists: true, Length: > 0 };

    /// <summary>Whether there is a file, of whatever kind. <see cref="File.Exists"/> says no as well where nobody may look, or where the disk does not answer.</summary>
    /// <exception cref="IOException">The disk does not answer.</exception>
    /// <exception cref="UnauthorizedAccessException">Nobody may look there.</exception>
    public static bool Exists(FileInfo file)
    {
        _ = file.Attributes;   // throws where only a guess is possible
        return file.Exists;
    }
}
