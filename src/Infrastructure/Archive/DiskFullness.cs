namespace VideoPlatform.Infrastructure.Archive;

internal static class DiskFullness
{
    /// <summary>Whether a write failed for want of room or quota, as this system says it.</summary>
    public static bool IsDiskFull(this IOException e) =>
        OperatingSystem.IsWindows() ? e.HResult is unchecked((int)0x80070070) or unchecked((int)0x80070027)   // ERROR_DISK_FULL, ERROR_HANDLE_DISK_FULL
        : e.HResult == 28                                                                                     // ENOSPC
            || e.HResult == (OperatingSystem.IsMacOS() ? 69 : 122);                                           // EDQUOT
}
