using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Maintenance.Library;

internal enum FileClaim
{
    /// <summary>A record names it.</summary>
    Named,

    /// <summary>A fetch, an upload or a poster may be making it at this moment.</summary>
    InTheMaking,

    /// <summary>It bears the name of a finished record that has no file: that record may want it.</summary>
    Wanted,

    /// <summary>Nobody's.</summary>
    Free,
}

/// <summary>Whose a file is at this moment, by its name and the record that it is named after. Right beside a running service, which names files only when they are whole.</summary>
internal sealed class FileClaims(IRecordOwners records, TimeProvider clock)
{
    /// <summary>Nothing takes longer between the making of a file and the record that names it, unless that record says that it is in the making.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromHours(1);

    // Between the name of an uploaded picture and its record lies one write.
    private static readonly TimeSpan unnamed = TimeSpan.FromMinutes(1);

    public async Task<FileClaim> FindAsync(LibraryFile file, CancellationToken ct)
    {
        // Fetches say in their record what they make. Uploads and posters do not: their files are only young.
        var age = clock.GetUtcNow() - file.ModifiedAt;
        var isInVideos = file.Path.StartsWith(StoragePath.Videos + "/", StringComparison.Ordinal);
        if (file.IsPart && !isInVideos && age < Grace) return FileClaim.InTheMaking;
        if (file.Owner is not { } id) return !file.Path.Contains('/', StringComparison.Ordinal) && age < unnamed ? FileClaim.InTheMaking : FileClaim.Free;

        switch (await records.FindAsync(id, ct))
        {
            case OwnerAnswer.Unreadable:
                return FileClaim.Named;
            case OwnerAnswer.Known { Workspace: var workspace } when LibraryNames.Of(workspace).Contains(file.Path, StringComparer.Ordinal):
                return FileClaim.Named;
            case OwnerAnswer.Known { Workspace.Video.Status: VideoStatus.Downloading }:
                return FileClaim.InTheMaking;
            case OwnerAnswer.Known { Workspace.Video: { Status: VideoStatus.Completed or VideoStatus.Expired, File: null } } when !file.IsPart:
                return FileClaim.Wanted;
            default:
                return FileClaim.Free;
        }
    }

    /// <summary>Whether the record of a workspace names a path. One that cannot be read may.</summary>
    public async Task<bool> IsNamedByAsync(WorkspaceId id, string path, CancellationToken ct) => await records.FindAsync(id, ct) switch
    {
        OwnerAnswer.Unreadable => true,
        OwnerAnswer.Known { Workspace: var workspace } => LibraryNames.Of(workspace).Contains(path, StringComparer.Ordinal),
        _ => false,
    };

    /// <summary>Every path that some record stands for.</summary>
    public static async Task<NameSet> ListNamesAsync(IWorkspaceRepository workspaces, CancellationToken ct)
    {
        var names = new NameSet();
        await foreach (var workspace in workspaces.ScanAsync(new ScanFilter(), ct))
            foreach (var name in LibraryNames.Of(workspace)) names.Add(name);
        return names;
    }
}
