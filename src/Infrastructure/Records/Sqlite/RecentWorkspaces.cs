using System.Diagnostics.CodeAnalysis;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Infrastructure.Records.Sqlite;

/// <summary>
/// Workspaces that were read lately, valid only as long as nobody has committed anything: not this process and no other. SQLite tells
/// (<c>PRAGMA data_version</c> of a connection that never writes), and it is asked before every use.
/// </summary>
/// <param name="watch">Belongs to this object from here on.</param>
internal sealed class RecentWorkspaces(SqliteSession watch) : IDisposable
{
    private const int Most = 2000;   // some kilobytes each
    private const string DataVersion = "PRAGMA data_version";

    private readonly Lock guard = new();
    private readonly Dictionary<WorkspaceId, Workspace> known = [];
    private long version = -1;

    /// <param name="seen">To be given to <see cref="Keep"/> with what is read after this call.</param>
    public bool TryFind(WorkspaceId id, [NotNullWhen(true)] out Workspace? workspace, out long seen)
    {
        lock (guard)
        {
            seen = Look();
            return known.TryGetValue(id, out workspace);
        }
    }

    /// <summary>Keeps what was read, unless something was committed since <paramref name="seen"/>: then it may be older than that.</summary>
    public void Keep(Workspace workspace, long seen)
    {
        lock (guard)
        {
            if (Look() != seen) return;
            if (known.Count >= Most) known.Clear();
            known[workspace.Id] = workspace;
        }
    }

    public void Dispose() => watch.Dispose();

    private long Look()
    {
        var now = (long)watch.Scalar(DataVersion)!;
        if (now == version) return now;

        known.Clear();
        return version = now;
    }
}
