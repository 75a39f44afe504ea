using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Videos;

/// <summary>How stored videos are named (<c>{workspace id}_{unix ms}.{ext}</c>), and what lies beside them.</summary>
public static class FileNames
{
    /// <summary>The name without its ending, which follows the bytes.</summary>
    public static string Stem(WorkspaceId id, DateTimeOffset now) => $"{id}_{now.ToUnixTimeMilliseconds()}";

    /// <summary>Behind the video's whole name: the description that lies beside it.</summary>
    public const string SidecarEnding = ".json";

    /// <summary>Where a video's poster lies, once there is one: <c>thumbnails/{stem}.jpg</c>.</summary>
    public static StoragePath Poster(StoragePath video) => StoragePath.Parse($"{StoragePath.Thumbnails}/{Path.GetFileNameWithoutExtension(video.FileName)}.jpg");
}
