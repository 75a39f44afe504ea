using System.Collections.Concurrent;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Videos;

internal sealed class ProgressBoard(IEnumerable<IProgressListener> listeners) : IProgressBoard
{
    private readonly ConcurrentDictionary<WorkspaceId, DownloadProgress> running = new();
    private readonly IProgressListener[] listeners = [.. listeners];

    public void Report(WorkspaceId id, DownloadProgress progress)
    {
        running[id] = progress;
        foreach (var listener in listeners) listener.Progressed(id, progress);
    }

    public void Clear(WorkspaceId id) => running.TryRemove(id, out _);

    public DownloadProgress? Find(WorkspaceId id) => running.GetValueOrDefault(id);
}
