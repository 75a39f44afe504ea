using VideoPlatform.Application.Workspaces;

namespace VideoPlatform.Api.Live;

/// <summary>The first message of a connection.</summary>
public sealed record SnapshotMessage(IReadOnlyList<WorkspaceView> Workspaces, string Type = "snapshot");

/// <summary>A change, complete in itself; <paramref name="Version"/> only grows.</summary>
public sealed record VideoMessage(string WorkspaceId, long Version, VideoView? Video, string Type = "video");

public sealed record DeletedMessage(string WorkspaceId, string Type = "deleted");
