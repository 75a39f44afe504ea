using System.Globalization;
using VideoPlatform.Application.Maintenance.Library;
using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Maintenance.Verify;

/// <summary>Holds one record against its files.</summary>
internal sealed class RecordInspector(ILibraryFiles files, ISidecars sidecars)
{
    public async Task<IReadOnlyList<Finding>> InspectAsync(Workspace workspace, bool deep, CancellationToken ct)
    {
        List<Finding> found = [];
        // The earlier system recorded no sizes, and its pictures may have been left behind.
        if (workspace.Picture is { Size: { } size } picture && CheckFile(workspace.Id, picture.Path, size) is { } flaw) found.Add(flaw);
        if (workspace.Video?.File is not { } file) return found;

        if (await CheckVideoAsync(workspace.Id, file, deep, ct) is { } damage) found.Add(damage);
        if (await CheckSidecarAsync(workspace, file, ct) is { } disagreement) found.Add(disagreement);
        if (file.Thumbnail is { } poster && CheckFile(workspace.Id, poster, null) is { } lack) found.Add(lack);
        return found;
    }

    /// <summary>Whether a finding is about the video's own bytes.</summary>
    public static bool IsDamage(Finding finding, StoredFile file) =>
        finding.Path == file.Path.Value
        && finding.Kind is FindingKind.RecordWithoutFile or FindingKind.WrongSize or FindingKind.WrongSha256 or FindingKind.NotAVideo or FindingKind.Unreadable;

    /// <param name="size">Null where nobody recorded it.</param>
    private Finding? CheckFile(WorkspaceId id, StoragePath path, long? size)
    {
        try
        {
            return files.Find(path.Value) switch
            {
                null => new Finding(FindingKind.RecordWithoutFile, id, path.Value, size is { } missing ? Text(missing) : null),
                { Size: var actual } when size is { } expected && actual != expected => new Finding(FindingKind.WrongSize, id, path.Value, Text(expected), Text(actual)),
                _ => null,
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Unreadable(id, path.Value, e);
        }
    }

    private async Task<Finding?> CheckVideoAsync(WorkspaceId id, StoredFile file, bool deep, CancellationToken ct)
    {
        var path = file.Path.Value;
        try
        {
            if (CheckFile(id, file.Path, file.Size) is { } flaw) return flaw;
            if (file.Size is null && files.Detect(path) is null) return new Finding(FindingKind.NotAVideo, id, path);
            if (!deep || file.Sha256 is not { } sha256) return null;

            return await files.SumAsync(path, ct) switch
            {
                null => new Finding(FindingKind.RecordWithoutFile, id, path),
                { Sha256: var actual } when actual != sha256 => new Finding(FindingKind.WrongSha256, id, path, sha256, actual),
                _ => null,
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Unreadable(id, path, e);
        }
    }

    private async Task<Finding?> CheckSidecarAsync(Workspace workspace, StoredFile file, CancellationToken ct)
    {
        var path = file.Path.Value + FileNames.SidecarEnding;
        if (LibraryNames.SafeVideo(file.Path.Value) is null) return null;   // the earlier system kept it somewhere else

        try
        {
            return await sidecars.ReadAsync(file.Path, ct) switch
            {
                SidecarAnswer.Missing => new Finding(FindingKind.SidecarMissing, workspace.Id, path),
                SidecarAnswer.Unreadable => new Finding(FindingKind.SidecarDisagrees, workspace.Id, path, null, "cannot be understood"),
                SidecarAnswer.Read read => Compare(workspace, file, read)
                    .Where(pair => pair.Expected is not null && pair.Expected != pair.Actual)
                    .Select(pair => new Finding(FindingKind.SidecarDisagrees, workspace.Id, path, $"{pair.What} {pair.Expected}", $"{pair.What} {pair.Actual ?? "missing"}"))
                    .FirstOrDefault(),
                _ => null,
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Unreadable(workspace.Id, path, e);
        }
    }

    private static IEnumerable<(string What, string? Expected, string? Actual)> Compare(Workspace workspace, StoredFile file, SidecarAnswer.Read read)
    {
        yield return ("workspace_id", workspace.Id.Value, read.Workspace.Id.Value);
        yield return ("file", file.Path.FileName, read.FileName);
        yield return ("size", file.Size is { } size ? Text(size) : null, read.File.Size is { } told ? Text(told) : null);
        yield return ("sha256", file.Sha256, read.File.Sha256);
        yield return ("crc64", file.Crc64, read.File.Crc64);

        // While another video is made in its place, task and request are those of the next one.
        if (workspace.Video is not { Status: VideoStatus.Completed } video) yield break;
        yield return ("task_id", video.State.Task?.Id, read.Workspace.Video?.State.Task?.Id);
        yield return ("model", video.Request?.Model, read.Workspace.Video?.Request?.Model);
        yield return ("prompt", video.Request?.Prompt, read.Workspace.Video?.Request?.Prompt);
    }

    private static Finding Unreadable(WorkspaceId id, string path, Exception e) => new(FindingKind.Unreadable, id, path, null, e.GetType().Name);

    private static string Text(long bytes) => bytes.ToString(CultureInfo.InvariantCulture);
}
