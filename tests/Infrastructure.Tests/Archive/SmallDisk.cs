using System.ComponentModel;
using System.Diagnostics;

namespace VideoPlatform.Infrastructure.Tests.Archive;

/// <summary>A file system of a few megabytes in memory. It can only be mounted on Linux, and only by root.</summary>
public sealed class SmallDisk : IDisposable
{
    private SmallDisk(string folder) => Folder = folder;

    public string Folder { get; }

    /// <returns>Null where it cannot be mounted.</returns>
    public static SmallDisk? TryMount(long bytes)
    {
        var folder = Directory.CreateTempSubdirectory("videoplatform-disk").FullName;
        if (OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", $"size={bytes}", "tmpfs", folder)) return new SmallDisk(folder);

        Directory.Delete(folder);
        return null;
    }

    public void Grow(long bytes) => Assert.True(Run("mount", "-o", $"remount,size={bytes}", Folder));

    public void Dispose()
    {
        Run("umount", Folder);
        Directory.Delete(Folder);
    }

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
