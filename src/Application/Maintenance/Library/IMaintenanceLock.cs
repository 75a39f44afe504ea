namespace VideoPlatform.Application.Maintenance.Library;

/// <summary>
/// Keeps the removal of unnamed files apart from the commands that give files a record, between processes and machines.
/// The service needs no such lock: it never names a file that it has not made itself.
/// </summary>
public interface IMaintenanceLock
{
    /// <param name="alone">Nobody else may hold it meanwhile.</param>
    /// <returns>Null while another command stands in the way. It ends with the process, however that ends.</returns>
    IDisposable? TryTake(bool alone);
}
