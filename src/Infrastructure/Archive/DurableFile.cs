using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace VideoPlatform.Infrastructure.Archive;

/// <summary>A step that is done.</summary>
internal enum DurableStep
{
    /// <summary>The content of a small file lies flushed beside its place.</summary>
    Written,

    /// <summary>A file has its final name.</summary>
    Named,

    /// <summary>The folder's names would survive a power cut.</summary>
    FolderFlushed,
}

/// <summary>The steps by which a file becomes final so that a power cut leaves all of it or nothing.</summary>
internal static class DurableFile
{
    /// <summary>What is unfinished ends so, and only that.</summary>
    public const string PartEnding = ".part";

    private const int CurrentFolder = -100;   // AT_FDCWD, linux/fcntl.h
    private const uint NoReplaceLinux = 1;    // RENAME_NOREPLACE, linux/fs.h
    private const uint NoReplaceMac = 4;      // RENAME_EXCL, sys/stdio.h
    private const int DontNeed = 4;           // POSIX_FADV_DONTNEED, linux/fadvise.h
    private const uint BeginWriting = 2;      // SYNC_FILE_RANGE_WRITE, linux/fs.h
    private const int Exists = 17;            // EEXIST
    private const int Invalid = 22;           // EINVAL: the file system does not know the call

    /// <summary>Told of each step when it is done. Nobody listens in the product; a crash test stops the process there.</summary>
    internal static Action<DurableStep, string> Passed { get; set; } = static (_, _) => { };

    /// <summary>Writes a small file whole: beside its place, flushed, then moved over what was there. The folder is not flushed.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content, bool flush = true)
    {
        var part = path + PartEnding;
        using (var file = File.OpenHandle(part, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            RandomAccess.Write(file, content, 0);
            if (flush) RandomAccess.FlushToDisk(file);
        }

        Passed(DurableStep.Written, path);
        File.Move(part, path, overwrite: true);
        Passed(DurableStep.Named, path);
    }

    /// <summary>Gives a file its final name in one step, unless the name is taken.</summary>
    /// <returns>False, with nothing changed, when it is taken.</returns>
    public static bool TryMove(string from, string to)
    {
        var moved = TryRename(from, to);
        if (moved) Passed(DurableStep.Named, to);
        return moved;
    }

    private static bool TryRename(string from, string to)
    {
        if (OperatingSystem.IsWindows()) return TryMoveOnWindows(from, to);

        try
        {
            var failed = OperatingSystem.IsMacOS() ? RenameMac(from, to, NoReplaceMac) != 0 : RenameLinux(CurrentFolder, from, CurrentFolder, to, NoReplaceLinux) != 0;
            if (!failed) return true;

            var error = Marshal.GetLastPInvokeError();
            if (error == Exists) return false;
            if (error != Invalid && error != NotImplemented) throw new IOException($"{Path.GetFileName(from)} could not be renamed: {new Win32Exception(error).Message}", error);
        }
        catch (EntryPointNotFoundException)
        {
            // An old C library: the careful way below.
        }

        // Neither the call nor a lock can exclude another program here; our own processes hold the stem's part file locked meanwhile.
        if (File.Exists(to)) return false;
        File.Move(from, to, overwrite: true);
        return true;
    }

    /// <summary>Makes renames and removals in a folder survive a power cut. Windows keeps them without being asked.</summary>
    public static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) return;

        var descriptor = Open(folder, OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000);   // O_RDONLY | O_CLOEXEC
        if (descriptor < 0) throw Failed(folder);
        try
        {
            // Some network file systems cannot flush a folder and say so.
            if (Flush(descriptor) != 0 && Marshal.GetLastPInvokeError() != Invalid) throw Failed(folder);
        }
        finally
        {
            _ = Close(descriptor);
        }

        Passed(DurableStep.FolderFlushed, folder);
    }

    /// <summary>
    /// Lets the system begin to write out what a file holds in memory, and waits for nothing: a later flush then has little left to wait for.
    /// A wish like <see cref="LeaveCache"/>; what goes wrong is told by that flush.
    /// </summary>
    public static void BeginFlush(SafeFileHandle file, long offset, long length)
    {
        if (OperatingSystem.IsLinux()) _ = WriteOut(file, offset, length, BeginWriting);
    }

    /// <summary>
    /// Gives back the memory in which the system keeps a flushed file, so that a library that is being fetched does not push out what is being watched,
    /// and the next file is written into memory that is at hand. A wish: systems that do not know it do nothing.
    /// </summary>
    public static void LeaveCache(SafeFileHandle file)
    {
        if (OperatingSystem.IsLinux()) _ = Advise(file, 0, 0, DontNeed);
    }

    private static int NotImplemented => OperatingSystem.IsMacOS() ? 78 : 38;   // ENOSYS

    private static IOException Failed(string folder)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"The folder {Path.GetFileName(folder)} could not be flushed: {new Win32Exception(error).Message}", error);
    }

    private static bool TryMoveOnWindows(string from, string to)
    {
        try
        {
            File.Move(from, to, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(to))
        {
            return false;
        }
    }

    [DllImport("libc", EntryPoint = "renameat2", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int RenameLinux(
        int fromFolder, [MarshalAs(UnmanagedType.LPUTF8Str)] string from, int toFolder, [MarshalAs(UnmanagedType.LPUTF8Str)] string to, uint flags);

    [DllImport("libc", EntryPoint = "renamex_np", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int RenameMac([MarshalAs(UnmanagedType.LPUTF8Str)] string from, [MarshalAs(UnmanagedType.LPUTF8Str)] string to, uint flags);

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Flush(int descriptor);

    [DllImport("libc", EntryPoint = "sync_file_range")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int WriteOut(SafeFileHandle file, long offset, long length, uint flags);

    [DllImport("libc", EntryPoint = "posix_fadvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Advise(SafeFileHandle file, nint offset, nint length, int advice);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);
}
