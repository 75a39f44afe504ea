using System.Net.WebSockets;
using MediatR;
using VideoPlatform.Api.Problems;
using VideoPlatform.Api.Security;
using VideoPlatform.Api.Workspaces;
using VideoPlatform.Application.Videos;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Application.Workspaces.List;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Api.Live;

internal static class LiveEndpoint
{
    public static void MapLive(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/ws", Handle).Needs(Role.Reader).WithTags("Live").WithName("ListenLive").WithSummary("WebSocket: a snapshot, then every change")
            .Produces(101).Fails(400);

    private static async Task Handle(
        HttpContext http, LiveFeed feed, IMediator mediator, WorkspaceViews views, IProgressBoard progress, TimeProvider clock, IHostApplicationLifetime lifetime)
    {
        WorkspaceId? only = null;
        if (http.Request.Query.TryGetValue("workspace_id", out var text))
        {
            if (!WorkspaceId.TryParse(text.ToString(), out var id))
            {
                await new ValidationFailed("workspace_id", "24 lower-case hex digits.").ToProblem().ExecuteAsync(http);
                return;
            }

            only = id;
        }

        if (!http.WebSockets.IsWebSocketRequest)
        {
            await new ValidationFailed("upgrade", "This address speaks WebSocket only.").ToProblem().ExecuteAsync(http);
            return;
        }

        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        using var socket = await http.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { KeepAliveInterval = TimeSpan.FromSeconds(20), KeepAliveTimeout = TimeSpan.FromSeconds(20) });
        var connection = new LiveConnection(socket, only, views, progress, clock);

        // Listening begins before the snapshot is taken: a change in between is sent after it.
        feed.Add(connection);
        try
        {
            if ((await mediator.Send(new ListUnfinished(only), leaving.Token)).TryGet(out var snapshot, out _))
                await connection.RunAsync(new SnapshotMessage(snapshot.Items), leaving.Token);
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, new CancellationTokenSource(TimeSpan.FromSeconds(2)).Token);
        }
        catch (OperationCanceledException) when (leaving.IsCancellationRequested)
        {
            // The client has left, or the service stops.
        }
        finally
        {
            feed.Remove(connection);
        }
    }
}
