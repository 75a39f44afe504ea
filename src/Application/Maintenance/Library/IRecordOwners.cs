using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Maintenance.Library;

/// <summary>Looks a record up for a file, also one that cannot be understood: its files are not free for the taking.</summary>
public interface IRecordOwners
{
    /// <summary>Ids of the records that this process's scans had to pass by: what they name is not known.</summary>
    IReadOnlyCollection<string> Unreadable { get; }

    Task<OwnerAnswer> FindAsync(WorkspaceId id, CancellationToken ct);
}

public abstract record OwnerAnswer
{
    private OwnerAnswer() { }

    public sealed record None : OwnerAnswer;

    public sealed record Known(Workspace Workspace) : OwnerAnswer;

    /// <summary>There is a record, but it cannot be read.</summary>
    public sealed record Unreadable : OwnerAnswer;
}
