using FluentValidation;
using MediatR;
using Microsoft.Extensions.Options;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Application.Videos;
using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Maintenance.Adopt;

/// <summary>Brings a task of the provider's account, made elsewhere, into the library: a workspace around it, which is then polled and fetched like any other.</summary>
public sealed record AdoptTask(string TaskId, string? Name) : IRequest<Result<WorkspaceView>>;

internal sealed class AdoptTaskValidator : AbstractValidator<AdoptTask>
{
    public AdoptTaskValidator()
    {
        RuleFor(c => c.TaskId).IsTaskId();
        RuleFor(c => c.Name).Must(n => Workspace.RefusesName(n) is null).WithMessage($"At most {Workspace.MaxNameLength} characters, none of them a control character.");
    }
}

internal sealed class AdoptTaskHandler(
    IWorkspaceRepository workspaces, IVideoProvider provider, IOptions<QwenOptions> qwen, WorkspaceViews views, TimeProvider clock)
    : IRequestHandler<AdoptTask, Result<WorkspaceView>>
{
    public async Task<Result<WorkspaceView>> Handle(AdoptTask command, CancellationToken ct)
    {
        if (await IsKnown(command.TaskId, ct)) return alreadyKnown;

        var task = new ProviderTask(command.TaskId, qwen.Value.BaseUrl);
        var answer = await provider.QueryAsync(task, ct);
        switch (answer)
        {
            case TaskAnswer.Gone:
                return new NotFound("task at the provider");
            case TaskAnswer.Silent silent:
                return new ProviderUnavailable($"The provider could not be asked for this task: {silent.Problem.Message}", silent.RetryAfter);
        }

        // Taken away from a submit of ours whose outcome is not known yet, the task would seem never to have been, and be paid for again.
        if (await FindClaimant(command.TaskId, answer, ct) is { } claimant)
            return new VersionConflict($"This may be the task of the undecided video of {claimant}: it is settled by itself when the task shows its prompt, or by hand; then try again.");
        if (await IsKnown(command.TaskId, ct)) return alreadyKnown;   // asked again: it may have been decided just now

        var now = clock.Now();
        var workspace = Workspace.Adopt(WorkspaceId.New(now), command.Name, task, now);
        await workspaces.AddAsync(workspace, CancellationToken.None);
        return views.Of(workspace);
    }

    private static readonly VersionConflict alreadyKnown = new("A video of this library has this task already.");

    private async Task<bool> IsKnown(string taskId, CancellationToken ct) => (await workspaces.FindKnownTasksAsync([taskId], ct)).Count > 0;

    /// <summary>An undecided submit that may be behind the task: one that has it among its candidates, or whose words it does not deny.</summary>
    private async Task<WorkspaceId?> FindClaimant(string taskId, TaskAnswer answer, CancellationToken ct)
    {
        var shown = (answer as TaskAnswer.Succeeded)?.Prompt;
        foreach (var status in (VideoStatus[])[VideoStatus.Submitting, VideoStatus.Unsettled])
        {
            await foreach (var other in workspaces.ListUndecidedAsync(status, except: null, clock.Now(), ct))
            {
                var isCandidate = other.Video!.State is VideoState.Unsettled { Candidates: var candidates } && candidates.Any(c => c.TaskId == taskId);
                if (isCandidate || shown is null || other.Video.Request!.HasWords(shown) || other.Video.Request.MayHaveBeenCutTo(shown)) return other.Id;
            }
        }

        return null;
    }
}
