using System.Collections.Concurrent;
using System.Diagnostics;
using MediatR;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Application.Videos;
using VideoPlatform.Application.Videos.Download;
using VideoPlatform.Application.Videos.Poll;
using VideoPlatform.Application.Videos.Settle;
using VideoPlatform.Application.Videos.Submit;
using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Infrastructure.Work;

/// <summary>
/// Claims due steps, lane by lane, and sends their commands; it decides nothing about videos. A lane sleeps until its next step is due,
/// its bell rings, or the heartbeat comes, which finds what other processes left behind. Right for one process and for several on one database.
/// </summary>
internal sealed partial class WorkDispatcher(
    IWorkspaceRepository workspaces, IMediator mediator, ClaimKeeper claims, QueueGate gate, WorkSignals signals, IProgressBoard progress, IOptions<QwenOptions> qwen, IOptions<DownloadOptions> downloads,
    IOptions<WorkOptions> work, TimeProvider clock, ILogger<WorkDispatcher> log) : BackgroundService
{
    private const int ConcurrentPolls = 16;
    private const int ConcurrentSettles = 2;

    // Requests that wait for a place among the running tasks: another process may have made one free.
    private static readonly TimeSpan whileFull = TimeSpan.FromSeconds(2);

    // Something due that could not be claimed is in another process's hands: no reason to run in circles.
    private static readonly TimeSpan leastPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan longestPauseAfterFailure = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan betweenWarnings = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<Guid, RunningStep> running = new();
    private long warnedAt;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.WhenAll(WorkLanes.All.Select(lane => RunLane(lane, stoppingToken)));
        await Task.WhenAll(running.Values.Select(step => step.Done));
    }

    private async Task RunLane(WorkLane lane, CancellationToken stopping)
    {
        for (var failures = 0; !stopping.IsCancellationRequested;)
        {
            TimeSpan pause;
            try
            {
                pause = lane is WorkLane.Submit ? await ClaimSubmits(stopping) : await ClaimSteps(lane, stopping);
                failures = 0;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)   // the host's edge: a database that is away must not end the work for good
            {
                LogLaneFailed(e, lane);
                pause = Backoff.Delay(failures++, TimeSpan.FromSeconds(1), longestPauseAfterFailure);
            }

            try
            {
                await signals.WaitAsync(lane, pause, clock, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private TimeSpan Heartbeat => work.Value.LeaseDuration / 4;

    private async Task<TimeSpan> ClaimSteps(WorkLane lane, CancellationToken stopping)
    {
        var free = lane switch
        {
            WorkLane.Download => FreeDownloads(),
            WorkLane.Poll => ConcurrentPolls - Running(lane),
            _ => ConcurrentSettles - Running(lane),
        };
        if (free <= 0) return Heartbeat;   // the end of a step rings the bell

        var claimed = await Claim(lane, free, null, stopping);
        return claimed == free ? Heartbeat : await UntilNextDue(lane, stopping);
    }

    // While one video is flushed, whose bytes are all here, the next one's may come. A disk that cannot follow ends that when as many wait for it as may come.
    private int FreeDownloads()
    {
        var (most, all) = (downloads.Value.MaxConcurrent, Running(WorkLane.Download));
        var coming = running.Values.Count(step => step.Lane is WorkLane.Download && progress.Find(step.Workspace) is not { IsWhole: true });
        return Math.Min(most - coming, (2 * most) - all);
    }

    private int Running(WorkLane lane) => running.Values.Count(step => step.Lane == lane);

    private async Task<TimeSpan> ClaimSubmits(CancellationToken stopping)
    {
        var now = clock.Now();
        var models = await workspaces.ListWaitingModelsAsync(now, stopping);
        if (models.Count == 0) return signals.Expect([]) ? TimeSpan.Zero : await UntilNextDue(WorkLane.Submit, stopping);

        var inFlight = await workspaces.CountInFlightAsync(now - Schedule.LongestRun, stopping);
        var full = new List<string>();
        foreach (var model in models)
        {
            var started = running.Values.Count(step => step.Lane is WorkLane.Submit && step.Model == model);
            var free = qwen.Value.MaxInFlight - inFlight.GetValueOrDefault(model) - started;
            var admitted = free <= 0 ? 0 : gate.Admits(model, free);
            if (admitted == 0) full.Add(model);
            else await Claim(WorkLane.Submit, admitted, model, stopping);
        }

        return signals.Expect(full) ? TimeSpan.Zero : Heartbeat < whileFull ? Heartbeat : whileFull;
    }

    private async Task<int> Claim(WorkLane lane, int limit, string? model, CancellationToken stopping)
    {
        var now = clock.Now();
        var claimed = await workspaces.ClaimAsync(new ClaimQuery(lane, now, now + work.Value.LeaseDuration, limit, model), stopping);
        foreach (var workspace in claimed)
        {
            var step = new RunningStep(lane, workspace.Id, workspace.Video!.Request?.Model);
            running[workspace.Lease!.Token] = step;
            step.Done = Run(lane, workspace, workspace.Lease.Token, stopping);
        }

        return claimed.Count;
    }

    private async Task<TimeSpan> UntilNextDue(WorkLane lane, CancellationToken stopping)
    {
        if (await workspaces.NextDueAsync(lane, stopping) is not { } due) return Heartbeat;

        var wait = due - clock.GetUtcNow();
        return wait < leastPause ? leastPause : wait < Heartbeat ? wait : Heartbeat;
    }

    private async Task Run(WorkLane lane, Workspace workspace, Guid claim, CancellationToken stopping)
    {
        await Task.Yield();
        using var step = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var keeping = claims.KeepAsync(workspace.Id, claim, step);
        try
        {
            var result = await Send(lane, workspace.Id, claim, step.Token);
            if (!result.TryGet(out _, out var error)) LogStepRefused(lane, workspace.Id, error.Code, error.Message);
            if (lane is WorkLane.Download) await WarnOfRisk(workspace.Video!, step.Token);
        }
        catch (OperationCanceledException) when (step.IsCancellationRequested)
        {
            if (!stopping.IsCancellationRequested) LogClaimLost(lane, workspace.Id);
            await HandBack(workspace.Id, claim);
        }
        catch (Exception e)   // the host's edge: the claim runs out and the step is tried again
        {
            LogStepFailed(e, lane, workspace.Id);
        }
        finally
        {
            await step.CancelAsync();
            await keeping;
            running.TryRemove(claim, out _);
            signals.Ring(lane);
        }
    }

    private Task<Result<Done>> Send(WorkLane lane, WorkspaceId id, Guid claim, CancellationToken ct) => lane switch
    {
        WorkLane.Submit => mediator.Send(new SubmitVideo(id, claim), ct),
        WorkLane.Settle => mediator.Send(new SettleVideo(id, claim), ct),
        WorkLane.Poll => mediator.Send(new PollVideo(id, claim), ct),
        WorkLane.Download => mediator.Send(new DownloadVideo(id, claim), ct),
        _ => throw new UnreachableException(lane.ToString()),
    };

    /// <summary>Says now and then how many videos may be lost. Asked only after a fetch that was failing, or whose link is near its end: nothing wakes up for it.</summary>
    private async Task WarnOfRisk(Video video, CancellationToken ct)
    {
        var now = clock.Now();
        var before = Interlocked.Read(ref warnedAt);
        if ((!video.IsFailing && video.Link?.ExpiresAt > now + Schedule.AtRisk) || (before != 0 && clock.GetElapsedTime(before) < betweenWarnings)) return;

        var counts = await workspaces.CountAsync(now, now + Schedule.AtRisk, ct);
        if (counts.AtRisk > 0 && Interlocked.CompareExchange(ref warnedAt, clock.GetTimestamp(), before) == before) LogAtRisk(counts.AtRisk, Schedule.AtRisk);
    }

    private async Task HandBack(WorkspaceId id, Guid claim)
    {
        try
        {
            await workspaces.ChangeAsync(id, w => w.Release(claim), CancellationToken.None);
        }
        catch (Exception e)   // the host's edge: then the claim runs out by itself
        {
            LogNotHandedBack(e, id);
        }
    }

    private sealed record RunningStep(WorkLane Lane, WorkspaceId Workspace, string? Model)
    {
        public Task Done { get; set; } = Task.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Looking for work in lane {Lane} failed; trying again")]
    private partial void LogLaneFailed(Exception e, WorkLane lane);

    [LoggerMessage(Level = LogLevel.Error, Message = "The {Lane} step of {WorkspaceId} failed; it is tried again when its claim runs out")]
    private partial void LogStepFailed(Exception e, WorkLane lane, WorkspaceId workspaceId);

    [LoggerMessage(Level = LogLevel.Information, Message = "The {Lane} step of {WorkspaceId} changed nothing: {Code}, {Reason}")]
    private partial void LogStepRefused(WorkLane lane, WorkspaceId workspaceId, string code, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The claim on the {Lane} step of {WorkspaceId} was lost; it stops")]
    private partial void LogClaimLost(WorkLane lane, WorkspaceId workspaceId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} videos are at risk: only the provider has them, and their links die within {Within} or at an unknown time, or fetching them keeps failing")]
    private partial void LogAtRisk(long count, TimeSpan within);

    [LoggerMessage(Level = LogLevel.Error, Message = "The claim on {WorkspaceId} could not be handed back; it runs out by itself")]
    private partial void LogNotHandedBack(Exception e, WorkspaceId workspaceId);
}
