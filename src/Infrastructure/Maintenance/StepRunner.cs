using System.Diagnostics;
using MediatR;
using Microsoft.Extensions.Logging;
using VideoPlatform.Application.Maintenance;
using VideoPlatform.Application.Videos.Describe;
using VideoPlatform.Application.Videos.Download;
using VideoPlatform.Application.Videos.Poll;
using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Infrastructure.Media;
using VideoPlatform.Infrastructure.Work;

namespace VideoPlatform.Infrastructure.Maintenance;

/// <summary>Sends the commands of the service's workers for one record at a time, with a claim kept as they keep theirs.</summary>
internal sealed partial class StepRunner(
    IWorkspaceRepository workspaces, IMediator mediator, ClaimKeeper claims, FfmpegTools tools, ILogger<StepRunner> log) : IStepRunner
{
    public async Task RunAsync(WorkLane lane, WorkspaceId id, Guid claim, CancellationToken ct)
    {
        using var step = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var keeping = claims.KeepAsync(id, claim, step);
        try
        {
            var result = await Send(lane, id, claim, step.Token);
            if (!result.TryGet(out _, out var error)) LogRefused(lane, id, error.Code, error.Message);
        }
        catch (OperationCanceledException) when (step.IsCancellationRequested)
        {
            await workspaces.ChangeAsync(id, w => w.Release(claim), CancellationToken.None);
            ct.ThrowIfCancellationRequested();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)   // the disk: this record waits for its next try, and the others go on
        {
            LogFailed(e, lane, id);
            await workspaces.ChangeAsync(id, w => w.Release(claim), CancellationToken.None);
        }
        finally
        {
            await step.CancelAsync();
            await keeping;
        }
    }

    public async Task DescribeAsync(WorkspaceId id, CancellationToken ct)
    {
        tools.TellMissing();
        try
        {
            await mediator.Send(new DescribeVideo(id), ct);
        }
        catch (Exception e) when (e is not OperationCanceledException)   // a poster is never worth the work behind it
        {
            LogUndescribed(e, id);
        }
    }

    private Task<Result<Done>> Send(WorkLane lane, WorkspaceId id, Guid claim, CancellationToken ct) => lane switch
    {
        WorkLane.Poll => mediator.Send(new PollVideo(id, claim), ct),
        WorkLane.Download => mediator.Send(new DownloadVideo(id, claim), ct),
        _ => throw new UnreachableException($"No command orders videos: {lane}"),
    };

    [LoggerMessage(Level = LogLevel.Information, Message = "The {Lane} step of {WorkspaceId} changed nothing: {Code}, {Reason}")]
    private partial void LogRefused(WorkLane lane, WorkspaceId workspaceId, string code, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The {Lane} step of {WorkspaceId} failed")]
    private partial void LogFailed(Exception e, WorkLane lane, WorkspaceId workspaceId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The video of {WorkspaceId} could not be described")]
    private partial void LogUndescribed(Exception e, WorkspaceId workspaceId);
}
