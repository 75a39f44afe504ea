using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Videos;

/// <summary>How stored videos are named: <c>{workspace id}_{unix ms}.{ext}</c>.</summary>
public static class FileNames
{
    /// <summary>The name without its ending, which follows the bytes.</summary>
    public static string Stem(WorkspaceId id, DateTimeOffset now) => $"{id}_{now.ToUnixTimeMilliseconds()}";
}
