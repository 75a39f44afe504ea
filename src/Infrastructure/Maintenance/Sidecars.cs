using VideoPlatform.Application.Maintenance.Library;
using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Infrastructure.Archive;

namespace VideoPlatform.Infrastructure.Maintenance;

internal sealed class Sidecars(StorageRoot root) : ISidecars
{
    public async Task<SidecarAnswer> ReadAsync(StoragePath video, CancellationToken ct)
    {
        var path = root.Locate(video);
        if (!FileContent.Exists(new FileInfo(VideoSidecar.PathOf(path)))) return new SidecarAnswer.Missing();

        return await VideoSidecar.ReadAsync(path, ct) is { } sidecar && Rebuild(sidecar, video) is { } workspace
            ? new SidecarAnswer.Read(sidecar.File, workspace)
            : new SidecarAnswer.Unreadable();
    }

    public Task WriteAsync(Workspace workspace, StoredFile file, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var video = root.Locate(file.Path);
        DurableFile.Write(VideoSidecar.PathOf(video), VideoSidecar.Describe(Path.GetFileNameWithoutExtension(file.Path.FileName), workspace, file).ToBytes());
        DurableFile.FlushFolder(root.Videos);
        return Task.CompletedTask;
    }

    private Workspace? Rebuild(VideoSidecar sidecar, StoragePath video)
    {
        if (!WorkspaceId.TryParse(sidecar.WorkspaceId, out var id)) return null;

        var file = new StoredFile(
            video, sidecar.ContentType, sidecar.Size, sidecar.Sha256, sidecar.Crc64, Words.Parse<Verification>(sidecar.Verified), sidecar.ArchivedAt,
            Thumbnail: FindPoster(video));
        var state = new VideoState.Completed(sidecar.TaskId is { } task ? new ProviderTask(task, sidecar.TaskEndpoint) : null);
        var restored = Video.Restore(
            RequestOf(sidecar), state, file, null, null, sidecar.RequestedAt, sidecar.SubmittedAt, sidecar.FinishedAt,
            [new HistoryEntry(sidecar.ArchivedAt, VideoStatus.Completed, "Rebuilt from the file and its sidecar.")]);
        return restored.TryGet(out var rebuilt, out _)
            ? Workspace.Restore(id, sidecar.WorkspaceName, PictureOf(sidecar.Image), rebuilt, null, 1, sidecar.WorkspaceCreatedAt, sidecar.ArchivedAt)
            : null;
    }

    private static VideoRequest? RequestOf(VideoSidecar s) =>
        s is { RequestId: { } id, Model: { } model, Prompt: { } prompt, Parameters: { } p }
            ? new VideoRequest(id, model, prompt, p.NegativePrompt, p.Resolution, p.Duration, p.Seed, p.PromptExtend, p.Watermark, s.RequestedAt)
            : null;

    private Picture? PictureOf(SidecarImage? image) =>
        image is not null && StoragePath.TryParse(image.Path, out var path) && File.Exists(root.Locate(path))
            ? new Picture(path, image.ContentType, image.Size, image.Width, image.Height, image.HasAlpha)
            : null;

    private StoragePath? FindPoster(StoragePath video)
    {
        var poster = FileNames.Poster(video);
        return File.Exists(root.Locate(poster)) ? poster : null;
    }
}
