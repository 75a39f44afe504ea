using System.Net.WebSockets;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;
using VideoPlatform.Api.Live;
using VideoPlatform.Application.Videos;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Testing.Records;

namespace VideoPlatform.Api.Tests.Live;

/// <summary>What one connection tells, message by message, while the reader takes one only when the test lets it.</summary>
public sealed class LiveConnectionTests : IAsyncDisposable
{
    private readonly FakeTimeProvider clock = new(SampleWorkspaces.Start);
    private readonly Board board = new();
    private readonly SlowReader reader = new();
    private readonly WorkspaceViews views;
    private readonly LiveConnection connection;
    private readonly CancellationTokenSource closing = new();
    private Task running = Task.CompletedTask;

    public LiveConnectionTests()
    {
        views = new WorkspaceViews(clock, board);
        connection = new LiveConnection(reader, null, views, board, clock);
    }

    [Fact]
    public async Task A_slow_reader_gets_the_latest_state_of_each_workspace_and_no_backlog()
    {
        await ListenAsync();
        var workspaces = Enumerable.Range(0, 3).Select(_ => SampleWorkspaces.Queued()).ToArray();
        connection.Changed(workspaces[0].Id, workspaces[0]);
        await reader.AsksAsync();   // one message is stuck on its way

        for (var version = 2; version <= 1000; version++)
            foreach (var workspace in workspaces) connection.Changed(workspace.Id, At(workspace, version));
        List<JsonNode> seen = [await reader.TakeAsync(), await reader.TakeAsync(), await reader.TakeAsync(), await reader.TakeAsync()];

        Assert.Equal(1, Version(seen[0]));
        Assert.All(seen[1..], m => Assert.Equal(1000, Version(m)));
        Assert.Equal(3, seen[1..].Select(m => m["workspace_id"]!.GetValue<string>()).Distinct(StringComparer.Ordinal).Count());
        await SilentAsync();
    }

    [Fact]
    public async Task What_is_older_than_what_was_told_is_not_told()
    {
        var known = At(SampleWorkspaces.Processing(), 5);
        var finished = SampleWorkspaces.Completed();
        connection.Changed(known.Id, At(known, 4));   // came while the snapshot was read
        await ListenAsync(known);

        connection.Changed(known.Id, known);
        connection.Changed(finished.Id, At(finished, 8));
        Assert.Equal(8, Version(await reader.TakeAsync()));
        connection.Changed(finished.Id, At(SampleWorkspaces.Downloading(), 7, finished.Id));
        connection.Changed(finished.Id, At(finished, 8));
        connection.Changed(known.Id, At(known, 6));

        Assert.Equal((known.Id.Value, 6), await reader.TakeAsync() is var m ? (m["workspace_id"]!.GetValue<string>(), Version(m)) : default);
        await SilentAsync();
    }

    [Fact]
    public async Task What_is_deleted_does_not_come_back()
    {
        await ListenAsync();
        var workspace = SampleWorkspaces.Queued();

        connection.Changed(workspace.Id, null);
        connection.Changed(workspace.Id, At(workspace, 9));
        Assert.Equal("deleted", (await reader.TakeAsync())["type"]!.GetValue<string>());
        connection.Changed(workspace.Id, At(workspace, 9));

        await SilentAsync();
    }

    [Fact]
    public async Task Progress_comes_at_most_four_times_a_second_for_a_video()
    {
        var workspace = SampleWorkspaces.Downloading(expires: SampleWorkspaces.Start.AddDays(1));
        await ListenAsync(workspace);
        var told = 0;

        for (var i = 1; i <= 100; i++)   // for one second, a hundred times
        {
            clock.Advance(TimeSpan.FromMilliseconds(10));
            board.Progress = new DownloadProgress(i * 10, null);
            connection.Progressed(workspace.Id);
            if (i % 25 != 0) continue;

            var message = await reader.TakeAsync();
            Assert.Equal((i * 10, workspace.Version), (message["video"]!["progress"]!["received"]!.GetValue<long>(), Version(message)));
            Assert.True(message["video"]!["progress"]!.AsObject().ContainsKey("total"));
            told++;
        }

        Assert.Equal(4, told);
        await SilentAsync();
    }

    [Fact]
    public async Task Progress_of_what_is_not_being_fetched_tells_nothing()
    {
        var workspace = SampleWorkspaces.Processing();
        await ListenAsync(workspace);
        clock.Advance(TimeSpan.FromSeconds(1));

        connection.Progressed(workspace.Id);
        connection.Progressed(SampleWorkspaces.Downloading().Id);

        await SilentAsync();
    }

    [Fact]
    public async Task A_client_that_closes_ends_it()
    {
        await ListenAsync();

        reader.Close();

        await running.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await running;
        closing.Dispose();
        reader.Dispose();
    }

    private async Task ListenAsync(params Workspace[] unfinished)
    {
        running = connection.RunAsync(new SnapshotMessage([.. unfinished.Select(views.Of)]), closing.Token);
        Assert.Equal("snapshot", (await reader.TakeAsync())["type"]!.GetValue<string>());
    }

    /// <summary>Nothing more is on its way: the next message is the one that is made here.</summary>
    private async Task SilentAsync()
    {
        var last = SampleWorkspaces.Empty();
        connection.Changed(last.Id, last);
        Assert.Equal(last.Id.Value, (await reader.TakeAsync())["workspace_id"]!.GetValue<string>());
    }

    private static long Version(JsonNode message) => message["version"]!.GetValue<long>();

    private static Workspace At(Workspace w, long version, WorkspaceId? id = null) =>
        Workspace.Restore(id ?? w.Id, w.Name, w.Picture, w.Video, null, version, w.CreatedAt, w.UpdatedAt);

    private sealed class Board : IProgressBoard
    {
        public DownloadProgress? Progress { get; set; }

        public void Report(WorkspaceId id, DownloadProgress progress) => Progress = progress;

        public void Clear(WorkspaceId id) => Progress = null;

        public DownloadProgress? Find(WorkspaceId id) => Progress;
    }

    /// <summary>A socket whose other end takes a message when the test asks for one.</summary>
    private sealed class SlowReader : WebSocket
    {
        private readonly Channel<JsonNode> offered = Channel.CreateUnbounded<JsonNode>();
        private readonly SemaphoreSlim room = new(0);
        private readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override WebSocketCloseStatus? CloseStatus => null;

        public override string? CloseStatusDescription => null;

        public override WebSocketState State => closed.Task.IsCompleted ? WebSocketState.CloseReceived : WebSocketState.Open;

        public override string? SubProtocol => null;

        public async Task AsksAsync() => await offered.Reader.WaitToReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30));

        public async Task<JsonNode> TakeAsync()
        {
            var message = await offered.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
            room.Release();
            return message;
        }

        public void Close() => closed.TrySetResult();

        public override void Abort() => Close();

        public override Task CloseAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) => Task.CompletedTask;

        public override Task CloseOutputAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) => Task.CompletedTask;

        public override void Dispose() => room.Dispose();

        public override async Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> buffer, CancellationToken cancellationToken)
        {
            await closed.Task.WaitAsync(cancellationToken);
            return new WebSocketReceiveResult(0, WebSocketMessageType.Close, true);
        }

        public override async Task SendAsync(ArraySegment<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken)
        {
            offered.Writer.TryWrite(JsonNode.Parse(buffer.AsSpan())!);
            await room.WaitAsync(cancellationToken);
        }
    }
}
