using Microsoft.Extensions.Options;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Application.Pictures;

namespace VideoPlatform.Infrastructure.Archive;

/// <summary>Asks the file system of the storage root, at most once a second.</summary>
internal sealed class DiskStorageSpace(StorageRoot root, IOptions<StorageOptions> options, TimeProvider clock) : IStorageSpace
{
    private static readonly TimeSpan maxAge = TimeSpan.FromSeconds(1);

    private Reading? last;

    public long FreeBytes
    {
        get
        {
            var reading = Volatile.Read(ref last);
            if (reading is not null && clock.GetElapsedTime(reading.Taken) < maxAge) return reading.FreeBytes;

            reading = new Reading(Ask(), clock.GetTimestamp());
            Volatile.Write(ref last, reading);
            return reading.FreeBytes;
        }
    }

    public bool HasRoom => FreeBytes >= options.Value.MinFreeBytes;

    // A folder that is gone, or whose disk is, has no room; whether it is there at all is told by the health of the storage.
    private long Ask()
    {
        try
        {
            return new DriveInfo(root.Folder).AvailableFreeSpace;
        }
        catch (DriveNotFoundException)
        {
            return 0;
        }
    }

    private sealed record Reading(long FreeBytes, long Taken);
}
