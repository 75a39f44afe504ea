using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Videos;

/// <summary>A stored file that is no longer on the disk: noticed by whoever asks for it.</summary>
internal static class LostFiles
{
    /// <summary>
    /// The workspace as it stands once its record names no file that is not there. The record says so and falls back, unless the file has been replaced this very moment.
    /// While the storage itself is gone nothing is noted: every file will be there again with it.
    /// </summary>
    public static async Task<Result<Workspace>> NoticeAsync(this IWorkspaceRepository workspaces, IVideoArchive archive, Workspace workspace, DateTimeOffset now)
    {
        while (workspace.Video?.File is { } file && !archive.IsPresent(file) && archive.IsReachable)
        {
            var noted = await workspaces.ChangeAsync(
                workspace.Id, w => w.Video?.File?.Path == file.Path ? w.LoseFile(Lost, now) : w, CancellationToken.None);
            if (!noted.TryGet(out var fallen, out var error)) return error;
            workspace = fallen;
        }

        return workspace;
    }

    private static Problem Lost => new("file_missing", "The stored file is no longer on the disk.");
}
