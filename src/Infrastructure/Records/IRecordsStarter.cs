namespace VideoPlatform.Infrastructure.Records;

/// <summary>Makes the database ready before anything else uses it.</summary>
public interface IRecordsStarter
{
    /// <summary>Creates tables or indexes that are missing. Safe to call by several processes, and again.</summary>
    /// <exception cref="RecordsUnavailableException">The database is not there, is locked, is damaged or cannot be written.</exception>
    Task StartAsync(CancellationToken ct);
}
