using VideoPlatform.Application.Maintenance.Library;
using VideoPlatform.Infrastructure.Archive;

namespace VideoPlatform.Infrastructure.Maintenance;

/// <summary>A lock of the operating system on a file in the storage root: it ends with the process that holds it, and holds between machines that share the disk.</summary>
internal sealed class MaintenanceLock(StorageRoot root) : IMaintenanceLock
{
    private const string Name = ".maintenance.lock";

    public IDisposable? TryTake(bool alone)
    {
        var path = Path.Combine(root.Folder, Name);
        try
        {
            using (File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite)) { }
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, alone ? FileShare.None : FileShare.Read);
        }
        catch (IOException e) when (PartFile.IsSharingViolation(e))
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageUnavailableException($"Storage:Root is {root.Folder}, where {Name} cannot be opened: {e.Message}", e);
        }
    }
}
