using Microsoft.Extensions.Options;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Application.Maintenance.Migrate;
using VideoPlatform.Application.Videos;
using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Maintenance;

/// <summary>
/// Brings one finished video's bytes here by the service's own download step, under a claim: whoever claims first fetches, and the other
/// waits for the outcome. So a running service and a command never fetch the same video twice.
/// </summary>
internal sealed class VideoFetcher(IWorkspaceRepository workspaces, IStepRunner steps, IOptions<WorkOptions> work, TimeProvider clock)
{
    /// <summary>Tries of one run, resumes included; what fails more often is left to the service, or to the next run.</summary>
    private const int MaxTries = 4;

    private static readonly TimeSpan longestWait = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan glance = TimeSpan.FromMilliseconds(250);

    /// <param name="prepare">What must be true of the record before it is fetched (a lost file noted); applied in the same write as the claim.</param>
    /// <returns>The record as it stands then: completed, expired, or still <c>downloading</c> with the problem of the last try; or <see cref="NotFound"/>.</returns>
    public async Task<Result<Workspace>> FetchAsync(
        WorkspaceId id, RemoteLink? freshLink, Func<Workspace, Result<Workspace>> prepare, CancellationToken ct)
    {
        for (var tries = 0; ;)
        {
            ct.ThrowIfCancellationRequested();
            var claim = Guid.NewGuid();
            var taken = await workspaces.ChangeAsync(id, w => prepare(w).Then(ready => Take(ready, freshLink, claim)), ct);
            if (taken.TryGet(out _, out var refusal))
            {
                freshLink = null;
                tries++;
                await steps.RunAsync(WorkLane.Download, id, claim, ct);
            }
            else if (refusal is not VersionConflict)
            {
                return refusal;
            }

            if (await workspaces.FindAsync(id, ct) is not { } workspace) return new NotFound("workspace");
            if (workspace.Video?.State is not VideoState.Downloading state) return workspace;

            var wait = state.Due - clock.Now();
            if (workspace.Lease is { } other && other.Until > clock.Now()) wait = glance;
            else if (tries >= MaxTries || wait > longestWait || (tries > 0 && IsDeadLink(workspace.Video))) return workspace;

            if (wait > TimeSpan.Zero) await Task.Delay(wait, clock, ct);
        }
    }

    private Result<Workspace> Take(Workspace workspace, RemoteLink? freshLink, Guid claim)
    {
        var now = clock.Now();
        if (workspace.Lease?.Until > now) return new VersionConflict("Another worker has it.");

        return workspace.FetchAgain(FileNames.Stem(workspace.Id, now), freshLink, now)
            .Then(due => due.Claim(claim, now, now + work.Value.LeaseDuration));
    }

    // The link is dead, and the task could not be asked for another: asking the dead one again tells nothing new.
    private static bool IsDeadLink(Video video) =>
        video.State is VideoState.Downloading { Attempts: > 0 } && video.Problem is { } problem && MigrationProblem.StatusIn(problem.Message) is 403 or 404;
}
