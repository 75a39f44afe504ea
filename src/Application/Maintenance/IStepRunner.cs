using VideoPlatform.Application.Work;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Maintenance;

/// <summary>The service's own steps, for commands that work beside it or without it.</summary>
public interface IStepRunner
{
    /// <summary>Runs a claimed step as the service would. The claim is renewed meanwhile; one that is lost stops the step.</summary>
    /// <exception cref="OperationCanceledException">The caller left; the claim was handed back.</exception>
    Task RunAsync(WorkLane lane, WorkspaceId id, Guid claim, CancellationToken ct);

    /// <summary>Reads what a stored video says of itself and makes its poster, as far as that is possible here.</summary>
    Task DescribeAsync(WorkspaceId id, CancellationToken ct);
}
