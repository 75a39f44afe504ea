using VideoPlatform.Api.Problems;
using VideoPlatform.Api.Security;
using VideoPlatform.Api.Workspaces;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Infrastructure.Archive;

namespace VideoPlatform.Api.Files;

/// <summary>Serves the storage's pictures, videos and posters: with ranges, conditions and strong tags. Nothing else in the folder is visible.</summary>
internal sealed class StoredFiles(StorageRoot root)
{
    // The earlier system kept the ending that the upload had: .jpeg, .JPG.
    private static readonly Dictionary<string, string> types = new(StringComparer.OrdinalIgnoreCase)
    {
        [".png"] = "image/png", [".jpg"] = "image/jpeg", [".jpeg"] = "image/jpeg", [".webp"] = "image/webp", [".bmp"] = "image/bmp",
        [".mp4"] = "video/mp4", [".webm"] = "video/webm", [".mov"] = "video/quicktime",
    };

    /// <summary>The file as an answer, or a 404 problem.</summary>
    public IResult Open(StoragePath path)
    {
        if (!types.TryGetValue(Path.GetExtension(path.Value), out var type)) return new NotFound("file").ToProblem();

        var place = root.Locate(path);
        return !IsBehindLink(place) && PageCache.TryOpen(place) is { } file ? new FileAnswer(file, type) : new NotFound("file").ToProblem();
    }

    /// <summary>Whether a folder on the way is a link, which may lead anywhere. The root and the two folders in it are where their owner put them.</summary>
    private bool IsBehindLink(string place)
    {
        for (var folder = Path.GetDirectoryName(place)!; folder != root.Folder && folder != root.Videos && folder != root.Thumbnails; folder = Path.GetDirectoryName(folder)!)
            if (new DirectoryInfo(folder).Attributes.HasFlag(FileAttributes.ReparsePoint)) return true;

        return false;
    }
}

internal static class FileEndpoints
{
    public static void MapFiles(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/uploads/{**path}", ["GET", "HEAD"], (string? path, HttpContext http, StoredFiles files) =>
        {
            if (!StoragePath.TryParse(path ?? "", out var stored) || stored.Value != path) return new NotFound("file").ToProblem();

            http.Response.Headers.CacheControl = "max-age=31536000, immutable";
            return files.Open(stored);
        }).Needs(Role.Reader).WithTags("Files").WithName("GetFile").WithSummary("A stored picture, video or poster, with ranges")
            .Produces(200).Produces(206).Produces(304).Fails(404, 412, 416);
    }
}
