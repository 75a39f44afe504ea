using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Maintenance.Library;

/// <summary>The descriptions that lie beside the stored videos, from which the records can be rebuilt.</summary>
public interface ISidecars
{
    Task<SidecarAnswer> ReadAsync(StoragePath video, CancellationToken ct);

    /// <summary>Writes the description of a stored video anew, whole and flushed, over what was there.</summary>
    /// <param name="workspace">Its request and task are written as those that made the file; without a video none are.</param>
    /// <param name="file">With its size and sums.</param>
    Task WriteAsync(Workspace workspace, StoredFile file, CancellationToken ct);
}

public abstract record SidecarAnswer
{
    private SidecarAnswer() { }

    public sealed record Missing : SidecarAnswer;

    /// <summary>There is one, but it cannot be understood.</summary>
    public sealed record Unreadable : SidecarAnswer;

    /// <param name="FileName">The video's name as the sidecar says it.</param>
    /// <param name="Workspace">The record as it would be rebuilt: a completed video with its file, without a link.</param>
    public sealed record Read(string FileName, Workspace Workspace) : SidecarAnswer
    {
        public StoredFile File => Workspace.Video!.File!;

        public ProviderTask? Task => Workspace.Video!.State.Task;
    }
}
