namespace VideoPlatform.Application.Maintenance.Library;

/// <summary>Where files go that nobody wants: <c>.trash/{date}/</c> in the storage root. Nothing else is ever removed by a scan.</summary>
public interface ITrash
{
    /// <summary>Moves a file into today's trash, under its relative path; nothing there is overwritten.</summary>
    /// <returns>Where it lies now, relative to the root; null when it was gone already.</returns>
    string? Take(string path);

    /// <summary>Moves a file back to where it was, unless that name is taken again.</summary>
    bool TryPutBack(string trashed, string path);

    /// <summary>Removes what was put here before the given day.</summary>
    /// <returns>How many files were removed.</returns>
    int Empty(DateOnly before);
}
