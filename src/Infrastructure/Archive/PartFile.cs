using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using VideoPlatform.Application.Videos;

namespace VideoPlatform.Infrastructure.Archive;

/// <summary>How much of a part file is flushed, and of which version of the remote object it is. Written only after that flush.</summary>
/// <param name="Length">In bytes.</param>
/// <param name="Etag">Strong, with its quotation marks.</param>
/// <param name="Total">Length of the whole, if it was declared.</param>
internal sealed record PartNote(long Length, string Etag, long? Total);

/// <summary>
/// The unfinished file of one stem, held alone: by a lock of the operating system, so that it holds between processes and ends with ours.
/// Beside it lies its note (<see cref="PartNote"/>).
/// </summary>
internal sealed class PartFile : IDisposable
{
    private const int FlushPiece = 1024 * 1024;

    private readonly string folder;
    private readonly string path;
    private readonly string notePath;
    private readonly SafeFileHandle handle;

    private long flushBegunTo;

    private PartFile(string folder, string stem, SafeFileHandle handle) =>
        (this.folder, path, notePath, this.handle) = (folder, PathOf(folder, stem), NotePathOf(folder, stem), handle);

    /// <returns>Null while another process holds it.</returns>
    public static PartFile? TryOpen(string folder, string stem)
    {
        try
        {
            var opened = File.OpenHandle(PathOf(folder, stem), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            if (IsStillNamed(opened, stem)) return new PartFile(folder, stem, opened);

            opened.Dispose();
            return null;
        }
        catch (IOException e) when (IsSharingViolation(e))
        {
            return null;
        }
    }

    /// <summary>What can be gone on from: as the note says, as far as the file goes. Never the whole, so that there is always a rest to ask for.</summary>
    public static ProvenPrefix? FindPrefix(string folder, string stem)
    {
        var file = new FileInfo(PathOf(folder, stem));
        if (!file.Exists || ReadNote(NotePathOf(folder, stem)) is not { } note) return null;

        var length = Math.Min(Math.Min(note.Length, file.Length), (note.Total ?? long.MaxValue) - 1);
        return length > 0 ? new ProvenPrefix(length, note.Etag, note.Total) : null;
    }

    /// <summary>Removes what an unfinished fetch has left, unless somebody is at it.</summary>
    public static void Discard(string folder, string stem)
    {
        if (!File.Exists(PathOf(folder, stem)))
        {
            DeleteNote(NotePathOf(folder, stem));
            return;
        }

        using var part = TryOpen(folder, stem);
        part?.Discard();
    }

    public int Read(Span<byte> buffer, long at) => RandomAccess.Read(handle, buffer, at);

    /// <summary>Writes a block behind the last one. What is here is on its way to the disk while the rest is still on its way to us.</summary>
    public void Write(ReadOnlySpan<byte> block, long at)
    {
        RandomAccess.Write(handle, block, at);

        var end = at + block.Length;
        if (end - flushBegunTo < FlushPiece) return;
        DurableFile.BeginFlush(handle, flushBegunTo, end - flushBegunTo);
        flushBegunTo = end;
    }

    public void Flush()
    {
        RandomAccess.FlushToDisk(handle);
        DurableFile.LeaveCache(handle);
    }

    /// <summary>Forgets all that is here. The note goes first and for good: after a power cut it must not speak for other bytes.</summary>
    public void StartOver()
    {
        if (DeleteNote(notePath)) DurableFile.FlushFolder(folder);
        RandomAccess.SetLength(handle, 0);
    }

    public void CutTo(long length) => RandomAccess.SetLength(handle, length);

    /// <summary>Goes on behind a proven prefix. A note that reaches further is shortened for good before other bytes take that place.</summary>
    public void GoOnFrom(ProvenPrefix prefix)
    {
        CutTo(prefix.Length);
        if (ReadNote(notePath)?.Length == prefix.Length) return;

        WriteNote(new PartNote(prefix.Length, prefix.ETag, prefix.Total), flush: true);
        DurableFile.FlushFolder(folder);
    }

    /// <summary>Flushes, then notes that so much is proven.</summary>
    public void Checkpoint(PartNote note)
    {
        Flush();
        // The note itself need not be flushed: if it is lost, bytes are fetched again, and nothing untrue is believed.
        WriteNote(note, flush: false);
    }

    public void Discard()
    {
        DeleteNote(notePath);
        File.Delete(path);
    }

    /// <summary>Gives the file its final name in the same folder.</summary>
    /// <returns>False when the name is taken.</returns>
    public bool TryMoveTo(string final) => DurableFile.TryMove(path, final);

    public void ForgetNote() => DeleteNote(notePath);

    /// <summary>Disposed of already: the file has its final name.</summary>
    public bool IsReleased => handle.IsClosed;

    public void Dispose() => handle.Dispose();

    private void WriteNote(PartNote note, bool flush) =>
        DurableFile.Write(notePath, JsonSerializer.SerializeToUtf8Bytes(note, StorageJson.Default.PartNote), flush);

    private static string PathOf(string folder, string stem) => Path.Combine(folder, stem + DurableFile.PartEnding);

    private static string NotePathOf(string folder, string stem) => PathOf(folder, stem) + ".json";

    private static PartNote? ReadNote(string path)
    {
        if (!FileContent.IsThere(path)) return null;

        try
        {
            var note = JsonSerializer.Deserialize(File.ReadAllBytes(path), StorageJson.Default.PartNote);
            return note is { Length: > 0, Etag.Length: > 0 } ? note : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    private static bool DeleteNote(string path)
    {
        File.Delete(path + DurableFile.PartEnding);
        if (!File.Exists(path)) return false;
        File.Delete(path);
        return true;
    }

    // Between our opening and our locking another process may have finished and given the very file its final name.
    private static bool IsStillNamed(SafeFileHandle handle, string stem)
    {
        if (!OperatingSystem.IsLinux()) return true;
        var target = new FileInfo($"/proc/self/fd/{handle.DangerousGetHandle()}").LinkTarget;
        return target is null || Path.GetFileName(target) == stem + DurableFile.PartEnding;
    }

    internal static bool IsSharingViolation(IOException e) =>
        e.HResult == (OperatingSystem.IsWindows() ? unchecked((int)0x80070020) : OperatingSystem.IsMacOS() ? 35 : 11);   // EWOULDBLOCK
}
