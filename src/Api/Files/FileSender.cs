using System.IO.Pipelines;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Win32.SafeHandles;
using VideoPlatform.Api.Security;

namespace VideoPlatform.Api.Files;

/// <summary>An answer whose file is sent by <see cref="FileSender"/>; ranges, conditions and headers stay the framework's.</summary>
/// <param name="changed">The file's time, as its answer tells it.</param>
internal sealed class SentFile(IResult file, DateTimeOffset changed) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var inner = httpContext.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        httpContext.Features.Set<IHttpResponseBodyFeature>(new FileSender(inner));

        httpContext.Response.Headers.ContentSecurityPolicy = SecurityHeaders.FilePolicy;
        if (!IsMeant(httpContext.Request)) httpContext.Request.Headers.Remove("Range");
        try
        {
            await file.ExecuteAsync(httpContext);
        }
        finally
        {
            httpContext.Features.Set(inner);
        }

        // A refusal is a problem like any other; the framework has declared it empty, with the file's type.
        if (httpContext.Response is { StatusCode: >= 400, HasStarted: false } refusal) (refusal.ContentLength, refusal.ContentType) = (null, null);
    }

    // Two things that the framework overlooks: ranges of anything but bytes mean nothing (RFC 9110 section 14.2; it would take their numbers for bytes),
    // and a condition that is no exact match asks for the whole (section 13.1.5; it would overlook a date in the future, or one that is none).
    private bool IsMeant(HttpRequest request)
    {
        if (request.Headers.Range is [{ } range] && !range.StartsWith("bytes", StringComparison.OrdinalIgnoreCase)) return false;
        if (request.Headers.IfRange.Count == 0) return true;

        return request.GetTypedHeaders().IfRange is { } condition && (condition.LastModified is not { } date || date.ToUnixTimeSeconds() == changed.ToUnixTimeSeconds());
    }
}

/// <summary>
/// Reads a file straight into the connection's own buffers, in large pieces: the framework reads 16 KiB a time through a stream of its own and copies them
/// into pages of 4 KiB. What the page cache holds is read on the spot; only what must come from the disk is waited for elsewhere.
/// </summary>
internal sealed class FileSender(IHttpResponseBodyFeature inner) : IHttpResponseBodyFeature
{
    private const int Piece = 256 * 1024;   // of memory for every answer that is being sent

    public Stream Stream => inner.Stream;

    public PipeWriter Writer => inner.Writer;

    public async Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default)
    {
        using var file = PageCache.Open(path);
        var end = count is { } bytes ? offset + bytes : RandomAccess.GetLength(file);
        await inner.StartAsync(cancellationToken);   // before that, what is written would be copied once more behind the headers
        while (offset < end)
        {
            var wanted = (int)Math.Min(Piece, end - offset);
            var room = inner.Writer.GetMemory(wanted)[..wanted];
            var read = PageCache.TryRead(file, room.Span, offset);
            if (read < 0) read = await RandomAccess.ReadAsync(file, room, offset, cancellationToken);
            if (read == 0) throw new EndOfStreamException($"{Path.GetFileName(path)} became shorter while it was sent.");

            inner.Writer.Advance(read);
            offset += read;
            if ((await inner.Writer.FlushAsync(cancellationToken)).IsCompleted) return;   // the client has left
        }
    }

    public Task StartAsync(CancellationToken cancellationToken = default) => inner.StartAsync(cancellationToken);

    public Task CompleteAsync() => inner.CompleteAsync();

    public void DisableBuffering() => inner.DisableBuffering();
}

/// <summary>Reading without waiting for a disk, where the system can (Linux 4.14 and later).</summary>
internal static class PageCache
{
    private const int NoWait = 8;   // RWF_NOWAIT, linux/fs.h

    // O_RDONLY | O_CLOEXEC | O_NOFOLLOW, which has another number on each family of processors (fcntl.h).
    private static readonly int? readOnlyNoFollow = !OperatingSystem.IsLinux() ? null : RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 0x80000 | 0x20000,
        Architecture.Arm64 => 0x80000 | 0x8000,
        _ => null,
    };

    private static volatile bool isAvailable = OperatingSystem.IsLinux() && Environment.Is64BitProcess;

    /// <summary>Without the lock and the questions that the framework spends on every opening (four calls of the system), and never through a link.</summary>
    public static SafeFileHandle Open(string path)
    {
        if (readOnlyNoFollow is { } flags)
        {
            var file = new SafeFileHandle(Open(path, flags), ownsHandle: true);
            if (!file.IsInvalid) return file;
            file.Dispose();   // the framework finds the words for what is wrong
        }

        return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
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
