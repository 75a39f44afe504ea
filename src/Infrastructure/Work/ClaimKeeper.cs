using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Infrastructure.Work;

/// <summary>Keeps the claim on a running step: renews it at a third of its life, and stops the step when the claim is lost or cannot be kept.</summary>
internal sealed partial class ClaimKeeper(IWorkspaceRepository workspaces, IOptions<WorkOptions> work, TimeProvider clock, ILogger<ClaimKeeper> log)
{
    /// <param name="step">Is cancelled when the step must not go on; returns once it is cancelled, whoever does it.</param>
    public async Task KeepAsync(WorkspaceId id, Guid claim, CancellationTokenSource step)
    {
        using var beat = new PeriodicTimer(work.Value.LeaseDuration / 3, clock);
        try
        {
            // A step that has just ended has no claim either; cancelling it then does nothing.
            while (await beat.WaitForNextTickAsync(step.Token))
                if (!await workspaces.RenewAsync(id, claim, clock.Now() + work.Value.LeaseDuration, step.Token)) await step.CancelAsync();
        }
        catch (OperationCanceledException) when (step.IsCancellationRequested)
        {
            // The step has ended.
        }
        catch (Exception e)   // the host's edge: without its claim the step must not go on
        {
            LogFailed(e, id);
            await step.CancelAsync();
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The claim on {WorkspaceId} could not be kept")]
    private partial void LogFailed(Exception e, WorkspaceId workspaceId);
}
