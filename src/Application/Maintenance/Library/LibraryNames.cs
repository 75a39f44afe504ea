using System.Globalization;
using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Proof;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Maintenance.Library;

/// <summary>How files and records name each other.</summary>
internal static class LibraryNames
{
    /// <summary>Every path that a record stands for, its sidecar and its poster to come included.</summary>
    public static IEnumerable<string> Of(Workspace workspace)
    {
        if (workspace.Picture is { } picture) yield return picture.Path.Value;
        if (workspace.Video?.File is not { } file) yield break;

        yield return file.Path.Value;
        yield return file.Path.Value + FileNames.SidecarEnding;
        if (file.Thumbnail is { } thumbnail) yield return thumbnail.Value;
        yield return FileNames.Poster(file.Path).Value;
    }

    /// <summary>The workspace after which a file is named: <c>{id}_…</c>.</summary>
    public static WorkspaceId? OwnerOf(string name) =>
        name.Length > WorkspaceId.Length && name[WorkspaceId.Length] == '_' && WorkspaceId.TryParse(name[..WorkspaceId.Length], out var id) ? id : null;

    public static bool IsVideo(string path) => VideoContainer.ByExtension(path) is not null;

    /// <summary>The video that a sidecar is about, by its name; null when it is no sidecar.</summary>
    public static string? VideoOfSidecar(string path) =>
        path.EndsWith(FileNames.SidecarEnding, StringComparison.Ordinal) && IsVideo(path[..^FileNames.SidecarEnding.Length]) ? path[..^FileNames.SidecarEnding.Length] : null;

    /// <summary>The same, as a safe path in <c>videos/</c>.</summary>
    public static StoragePath? SafeVideo(string? path) =>
        path is not null && path.StartsWith(StoragePath.Videos + "/", StringComparison.Ordinal) && StoragePath.TryParse(path, out var safe) && safe.Value == path ? safe : null;
}

/// <summary>A set of workspace ids at sixteen bytes each, so that it fits for any library.</summary>
internal sealed class OwnerSet
{
    private readonly HashSet<UInt128> ids = [];

    public void Add(WorkspaceId id) => ids.Add(Key(id));

    public bool Contains(WorkspaceId id) => ids.Contains(Key(id));

    private static UInt128 Key(WorkspaceId id) => UInt128.Parse(id.Value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}

/// <summary>A set of paths at eight bytes each. Two paths may be taken for one: then an unnamed file passes for a named one, never the other way.</summary>
internal sealed class NameSet
{
    private readonly HashSet<ulong> names = [];

    public void Add(string path) => names.Add(Key(path));

    public bool Contains(string path) => names.Contains(Key(path));

    // FNV-1a, 64 bits.
    private static ulong Key(string path)
    {
        var key = 14695981039346656037;
        foreach (var c in path) key = (key ^ c) * 1099511628211;
        return key;
    }
}
