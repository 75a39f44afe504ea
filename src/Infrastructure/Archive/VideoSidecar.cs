using System.Text.Json;
using System.Text.Json.Serialization;
using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Infrastructure.Archive;

/// <summary>
/// What lies as <c>{file}.json</c> beside every stored video, so that the records can be rebuilt from the files alone.
/// Never a key and never a signed link.
/// </summary>
/// <param name="File">The video's file name.</param>
/// <param name="Stem">The stem that was asked for; the file bears a later one where that name was taken.</param>
/// <param name="TaskEndpoint">Base address that accepted the task.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Sha256">64 lower-case hex digits.</param>
/// <param name="Crc64">CRC-64/XZ, 16 lower-case hex digits.</param>
/// <param name="Verified"><c>checksum</c> or <c>length</c>; null for a file of the earlier system, of which nobody declared anything.</param>
public sealed record VideoSidecar(
    [property: JsonRequired] int SchemaVersion,
    [property: JsonRequired] string File,
    [property: JsonRequired] string Stem,
    [property: JsonRequired] string WorkspaceId,
    string? WorkspaceName,
    [property: JsonRequired] DateTimeOffset WorkspaceCreatedAt,
    SidecarImage? Image,
    Guid? RequestId,
    string? Model,
    string? Prompt,
    SidecarParameters? Parameters,
    string? TaskId,
    string? TaskEndpoint,
    [property: JsonRequired] DateTimeOffset RequestedAt,
    DateTimeOffset? SubmittedAt,
    DateTimeOffset? FinishedAt,
    [property: JsonRequired] DateTimeOffset ArchivedAt,
    [property: JsonRequired] long Size,
    [property: JsonRequired] string Sha256,
    [property: JsonRequired] string Crc64,
    [property: JsonRequired] string ContentType,
    string? Verified)
{
    public const int CurrentSchema = 1;

    private const int MaxBytes = 1024 * 1024;   // of a sidecar; the longest prompt is 20 000 characters

    /// <summary>Where the sidecar of a file lies.</summary>
    public static string PathOf(string videoPath) => videoPath + FileNames.SidecarEnding;

    /// <returns>Null when there is none, or none that can be understood.</returns>
    public static async Task<VideoSidecar?> ReadAsync(string videoPath, CancellationToken ct)
    {
        var file = new FileInfo(PathOf(videoPath));
        if (!FileContent.IsThere(file.FullName) || file.Length > MaxBytes) return null;

        try
        {
            await using var stream = file.OpenRead();
            var read = await JsonSerializer.DeserializeAsync(stream, StorageJson.Default.VideoSidecar, ct);
            return read is { SchemaVersion: CurrentSchema, Sha256.Length: 64, WorkspaceId.Length: > 0 } ? read : null;
        }
        catch (Exception e) when (e is JsonException or FileNotFoundException)
        {
            return null;
        }
    }

    internal static VideoSidecar Describe(string stem, Workspace workspace, StoredFile file)
    {
        var video = workspace.Video;
        var request = video?.Request;
        return new VideoSidecar(
            CurrentSchema, file.Path.FileName, stem, workspace.Id.Value, workspace.Name, workspace.CreatedAt,
            workspace.Picture is { } p ? new SidecarImage(p.Path.Value, p.ContentType, p.Size, p.Width, p.Height, p.HasAlpha) : null,
            request?.Id, request?.Model, request?.Prompt,
            request is null ? null : new SidecarParameters(request.NegativePrompt, request.Resolution, request.Duration, request.Seed, request.PromptExtend, request.Watermark),
            video?.State.Task?.Id, video?.State.Task?.Endpoint,
            video?.RequestedAt ?? workspace.CreatedAt, video?.SubmittedAt, video?.FinishedAt, file.ArchivedAt!.Value,
            file.Size!.Value, file.Sha256!, file.Crc64!, file.ContentType, file.Verified?.Word());
    }

    internal byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, StorageJson.Default.VideoSidecar);
}

/// <param name="Duration">Seconds; -1 lets the model choose.</param>
public sealed record SidecarParameters(
    string? NegativePrompt, [property: JsonRequired] string Resolution, [property: JsonRequired] int Duration, int? Seed, bool PromptExtend, bool Watermark);

/// <param name="Path">Relative to the storage root.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
public sealed record SidecarImage([property: JsonRequired] string Path, string? ContentType, long? Size, int? Width, int? Height, bool HasAlpha);
