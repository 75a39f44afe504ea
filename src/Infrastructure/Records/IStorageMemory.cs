namespace VideoPlatform.Infrastructure.Records;

/// <summary>
/// What the records remember of the storage that they are about. Once a root was opened with its sentinel, one that has none is not that storage:
/// the sizes in the records do not tell, since the earlier system kept none.
/// </summary>
public interface IStorageMemory
{
    /// <summary>Whether <see cref="RememberStorageAsync"/> was ever called on these records.</summary>
    Task<bool> KnowsStorageAsync(CancellationToken ct);

    /// <summary>To be called whenever a root was opened with its sentinel. Safe to call by several processes, and again.</summary>
    Task RememberStorageAsync(CancellationToken ct);
}
