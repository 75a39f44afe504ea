using System.Collections.Concurrent;
using System.Threading.Channels;
using VideoPlatform.Application.Videos;
using VideoPlatform.Application.Work;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Api.Live;

/// <summary>Hands every change of this process, and what other processes' changes are found, to the live connections.</summary>
internal sealed class LiveFeed : IChangeListener, IProgressListener
{
    private readonly ConcurrentDictionary<LiveConnection, bool> connections = new();
    private readonly Channel<bool> opened = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public bool HasListeners => !connections.IsEmpty;

    /// <summary>Readable when a connection has been opened.</summary>
    public ChannelReader<bool> Opened => opened.Reader;

    public void Add(LiveConnection connection)
    {
        connections[connection] = true;
        opened.Writer.TryWrite(true);
    }

    public void Remove(LiveConnection connection) => connections.TryRemove(connection, out _);

    public void Changed(Workspace? before, Workspace? after)
    {
        var id = (after ?? before)!.Id;
        foreach (var (connection, _) in connections) connection.Changed(id, after);
    }

    public void Progressed(WorkspaceId id, DownloadProgress progress)
    {
        foreach (var (connection, _) in connections) connection.Progressed(id);
    }
}
