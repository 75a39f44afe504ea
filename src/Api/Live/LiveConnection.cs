using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;
using VideoPlatform.Application.Videos;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Api.Live;

/// <summary>
/// One WebSocket. It keeps at most one unsent state for each workspace, the latest, so a slow reader costs no growing backlog;
/// progress goes out at most four times a second a video. What it has told decides what is news: a workspace's version only grows.
/// </summary>
internal sealed class LiveConnection(WebSocket socket, WorkspaceId? only, WorkspaceViews views, IProgressBoard progress, TimeProvider clock)
{
    /// <summary>Workspaces of which nothing progresses, and whose last version is remembered: a late, older change must not come after it.</summary>
    private const int MostSettled = 10_000;

    private static readonly string downloading = VideoStatus.Downloading.Word();
    private static readonly TimeSpan progressEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan sendTimeout = TimeSpan.FromSeconds(30);

    private readonly Lock guard = new();
    private readonly Dictionary<WorkspaceId, News> pending = [];
    private readonly Dictionary<WorkspaceId, Told> told = [];
    private readonly Queue<WorkspaceId> settled = new();
    private readonly Channel<bool> bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <param name="now">Null when it was deleted.</param>
    public void Changed(WorkspaceId id, Workspace? now)
    {
        if (only is not null && only != id) return;
        lock (guard)
        {
            // Changes may arrive out of order, and from two sources: an older one tells nothing.
            if (now is not null && (told.GetValueOrDefault(id)?.Version >= now.Version || pending.GetValueOrDefault(id) is News.Change c && c.Version >= now.Version)) return;
            pending[id] = new News.Change(now);
        }

        bell.Writer.TryWrite(true);
    }

    public void Progressed(WorkspaceId id)
    {
        lock (guard)
        {
            if (told.GetValueOrDefault(id) is not { Running: not null } last || clock.GetElapsedTime(last.SentAt) < progressEvery || !pending.TryAdd(id, new News.Progress())) return;
        }

        bell.Writer.TryWrite(true);
    }

    /// <summary>Sends the snapshot, then changes until the client leaves, or reads nothing for too long.</summary>
    public async Task RunAsync(SnapshotMessage snapshot, CancellationToken ct)
    {
        using var closed = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var reading = ReadUntilClosed(closed);
        try
        {
            Remember(snapshot);
            await Send(snapshot, ApiJson.Default.SnapshotMessage, closed.Token);
            await foreach (var _ in bell.Reader.ReadAllAsync(closed.Token))
            {
                while (Next() is { } next)
                {
                    if (next is DeletedMessage deleted) await Send(deleted, ApiJson.Default.DeletedMessage, closed.Token);
                    else await Send((VideoMessage)next, ApiJson.Default.VideoMessage, closed.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The client has left or does not read, or the service stops.
        }
        catch (WebSocketException)
        {
            // The client has gone without a word: it will see a new snapshot when it comes back.
        }
        finally
        {
            await closed.CancelAsync();
            await reading;
        }
    }

    /// <summary>What came while the snapshot was read may be older than it.</summary>
    private void Remember(SnapshotMessage snapshot)
    {
        lock (guard)
        {
            foreach (var view in snapshot.Workspaces)
            {
                var id = WorkspaceId.Parse(view.Id);
                Tell(id, view.Version, view.Video?.Status == downloading ? view.Video : null);
                if (pending.GetValueOrDefault(id) is News.Change change && change.Version <= view.Version) pending.Remove(id);
            }
        }
    }

    private object? Next()
    {
        lock (guard)
        {
            foreach (var (id, news) in pending)
            {
                pending.Remove(id);
                if (news is News.Change { Now: { } now })
                {
                    var view = now.Video is { } video ? views.Of(id, video, withHistory: false) : null;
                    Tell(id, now.Version, now.Video?.Status is VideoStatus.Downloading ? view : null);
                    return new VideoMessage(id.Value, now.Version, view);
                }

                if (news is News.Change)
                {
                    Tell(id, long.MaxValue, null);
                    return new DeletedMessage(id.Value);
                }

                if (told.GetValueOrDefault(id) is not { Running: { } running } last) continue;

                told[id] = last with { SentAt = clock.GetTimestamp() };
                var at = progress.Find(id);
                return new VideoMessage(id.Value, last.Version, running with { Progress = at is null ? null : new ProgressView(at.Received, at.Total) });
            }

            return null;
        }
    }

    private void Tell(WorkspaceId id, long version, VideoView? running)
    {
        told[id] = new Told(version, running, clock.GetTimestamp());
        if (running is not null) return;

        settled.Enqueue(id);
        if (settled.Count > MostSettled && settled.Dequeue() is var oldest && told.GetValueOrDefault(oldest) is { Running: null }) told.Remove(oldest);
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

    /// <summary>What is to be sent of one workspace.</summary>
    private abstract record News
    {
        /// <param name="Now">Null: it was deleted.</param>
        public sealed record Change(Workspace? Now) : News
        {
            public long Version => Now?.Version ?? long.MaxValue;
        }

        public sealed record Progress : News;
    }

    /// <summary>What was sent last.</summary>
    /// <param name="Running">The video as it was told, while its bytes are on their way.</param>
    private sealed record Told(long Version, VideoView? Running, long SentAt);
}
