using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace VideoPlatform.Api.Files;

/// <summary>
/// Reads a file straight into the connection's own buffers, in large pieces: the framework reads 16 KiB a time through a stream of its own and copies them
/// into pages of 4 KiB. What the page cache holds is read on the spot; only what must come from the disk is waited for elsewhere.
/// </summary>
internal static class FileSender
{
    private const int Piece = 256 * 1024;   // of memory for every answer that is being sent

    /// <summary>Sends so much of a file as the body. A client that leaves ends it without an error.</summary>
    public static async Task SendAsync(HttpResponse response, SafeFileHandle file, long offset, long count)
    {
        var (body, left) = (response.BodyWriter, response.HttpContext.RequestAborted);
        try
        {
            await response.StartAsync(left);   // before that, what is written would be copied once more behind the headers
            for (var end = offset + count; offset < end;)
            {
                var wanted = (int)Math.Min(Piece, end - offset);
                var room = body.GetMemory(wanted)[..wanted];
                var read = PageCache.TryRead(file, room.Span, offset);
                if (read < 0) read = await RandomAccess.ReadAsync(file, room, offset, left);
                if (read == 0) throw new EndOfStreamException("A stored file became shorter while it was sent.");

                body.Advance(read);
                offset += read;
                if ((await body.FlushAsync(left)).IsCompleted) return;
            }
        }
        catch (OperationCanceledException) when (left.IsCancellationRequested)
        {
            // There is nobody to tell.
        }
    }
}

/// <summary>Reading without waiting for a disk, where the system can (Linux 4.14 and later).</summary>
internal static class PageCache
{
    private const int NoWait = 8;   // RWF_NOWAIT, linux/fs.h

    // O_RDONLY | O_CLOEXEC | O_NONBLOCK (a pipe in the place of a file would be waited for) | O_NOFOLLOW, which has another number on each family of processors (fcntl.h).
    private static readonly int? readOnlyNoFollow = !OperatingSystem.IsLinux() ? null : RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 0x80000 | 0x800 | 0x20000,
        Architecture.Arm64 => 0x80000 | 0x800 | 0x8000,
        _ => null,
    };

    private static volatile bool isAvailable = OperatingSystem.IsLinux() && Environment.Is64BitProcess;

    /// <summary>Opens a file, never through a link at its name: on Linux without the lock and the questions that the framework spends on it (four calls of the system).</summary>
    /// <returns>Null when there is no file of this name.</returns>
    public static SafeFileHandle? TryOpen(string path)
    {
        if (readOnlyNoFollow is { } flags)
        {
            var file = new SafeFileHandle(Open(path, flags), ownsHandle: true);
            var isThere = !file.IsInvalid;
            if (isThere && IsFile(file)) return file;
            file.Dispose();
            if (isThere) return null;   // otherwise it is found out below why
        }

        var found = new FileInfo(path);
        if (!found.Exists || found.Attributes.HasFlag(FileAttributes.ReparsePoint)) return null;
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;   // deleted in between
        }
    }

    /// <returns>Bytes read; 0 at the end of the file; -1 when it has to be read another way.</returns>
    public static unsafe int TryRead(SafeFileHandle file, Span<byte> room, long offset)
    {
        if (!isAvailable) return -1;
        try
        {
            fixed (byte* start = room)
            {
                var vector = new Vector { Start = start, Length = (nuint)room.Length };
                return (int)Read(file, &vector, 1, (nint)offset, NoWait);
            }
        }
        catch (EntryPointNotFoundException)
        {
            isAvailable = false;
            return -1;
        }
    }

    // A pipe or a device has no length.
    private static bool IsFile(SafeFileHandle file)
    {
        try
        {
            return RandomAccess.GetLength(file) >= 0 && !File.GetAttributes(file).HasFlag(FileAttributes.Directory);
        }
        catch (NotSupportedException)
        {
            return false;
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct Vector
    {
        public byte* Start;
        public nuint Length;
    }

    [DllImport("libc", EntryPoint = "open")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "preadv2")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern unsafe nint Read(SafeFileHandle file, Vector* vectors, int count, nint offset, int flags);
}
