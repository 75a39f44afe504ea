using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Api.Live;

/// <summary>
/// One WebSocket. It keeps at most one unsent state for each workspace, the latest, so a slow reader costs no growing backlog;
/// progress goes out at most four times a second a video.
/// </summary>
internal sealed class LiveConnection(WebSocket socket, WorkspaceId? only, WorkspaceViews views, TimeProvider clock)
{
    private static readonly TimeSpan progressEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan sendTimeout = TimeSpan.FromSeconds(30);

    private readonly Lock guard = new();
    private readonly Dictionary<WorkspaceId, Pending> pending = [];
    private readonly Dictionary<WorkspaceId, Shown> shown = [];
    private readonly Channel<bool> bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Changed(WorkspaceId id, Workspace? now, bool isDeleted)
    {
        if (only is not null && only != id) return;
        lock (guard)
        {
            if (!isDeleted)
            {
                // Changes may arrive out of order, and from two sources: an older one tells nothing.
                if (shown.TryGetValue(id, out var last) && last.Workspace.Version >= now!.Version) return;
                if (pending.TryGetValue(id, out var waiting) && waiting.Workspace?.Version >= now!.Version) return;
            }

            pending[id] = new Pending(isDeleted ? null : now, isDeleted);
        }

        bell.Writer.TryWrite(true);
    }

    public void Progressed(WorkspaceId id)
    {
        lock (guard)
        {
            if (!shown.TryGetValue(id, out var last) || pending.ContainsKey(id) || clock.GetElapsedTime(last.SentAt) < progressEvery) return;
            pending[id] = new Pending(last.Workspace, false);
        }

        bell.Writer.TryWrite(true);
    }

    /// <summary>Sends the snapshot, then changes until the client leaves.</summary>
    public async Task RunAsync(SnapshotMessage snapshot, CancellationToken ct)
    {
        using var closed = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var reading = ReadUntilClosed(closed);
        try
        {
            await Send(snapshot, ApiJson.Default.SnapshotMessage, closed.Token);
            await foreach (var _ in bell.Reader.ReadAllAsync(closed.Token))
            {
                while (Next() is var (id, next))
                {
                    if (next.IsDeleted) await Send(new DeletedMessage(id.Value), ApiJson.Default.DeletedMessage, closed.Token);
                    else await Send(Message(next.Workspace!), ApiJson.Default.VideoMessage, closed.Token);
                }
            }
        }
        catch (OperationCanceledException) when (closed.IsCancellationRequested)
        {
            // The client has left, or the service stops.
        }
        catch (WebSocketException)
        {
            // The client has gone without a word: it will see a new snapshot when it comes back.
        }

        await closed.CancelAsync();
        await reading;
    }

    private VideoMessage Message(Workspace w) => new(w.Id.Value, w.Version, w.Video is { } video ? views.Of(w.Id, video, withHistory: false) : null);

    private (WorkspaceId, Pending)? Next()
    {
        lock (guard)
        {
            foreach (var (id, next) in pending)
            {
                pending.Remove(id);
                if (next.Workspace is { Video.State.DueAt: not null } running) shown[id] = new Shown(running, clock.GetTimestamp());
                else shown.Remove(id);   // nothing progresses any more
                return (id, next);
            }

            return null;
        }
    }

    private async Task Send<T>(T message, JsonTypeInfo<T> type, CancellationToken ct)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(ct);
        enough.CancelAfter(sendTimeout);
        await socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message, type), WebSocketMessageType.Text, endOfMessage: true, enough.Token);
    }

    /// <summary>Clients have nothing to say; what they send is read away, and their leaving ends the connection.</summary>
    private async Task ReadUntilClosed(CancellationTokenSource closed)
    {
        var buffer = new byte[1024];
        try
        {
            while (!closed.IsCancellationRequested)
            {
                var read = await socket.ReceiveAsync(buffer.AsMemory(), closed.Token);
                if (read.MessageType is WebSocketMessageType.Close) break;
            }
        }
        catch (OperationCanceledException)
        {
            // The other half has ended.
        }
        catch (WebSocketException)
        {
            // The client has gone without a word.
        }

        await closed.CancelAsync();
    }

    private sealed record Pending(Workspace? Workspace, bool IsDeleted);

    private sealed record Shown(Workspace Workspace, long SentAt);
}
