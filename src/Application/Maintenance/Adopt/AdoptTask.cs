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
        if ((await workspaces.FindKnownTasksAsync([command.TaskId], ct)).Count > 0)
            return new VersionConflict("A video of this library has this task already.");

        // Taken away from an unsettled video, the task would seem never to have been, and be paid for again.
        await foreach (var other in workspaces.ScanAsync(new ScanFilter(Unfinished: true), ct))
            if (other.Video?.State is VideoState.Unsettled { Candidates: var candidates } && candidates.Any(c => c.TaskId == command.TaskId))
                return new VersionConflict($"This may be the task of the unsettled video of {other.Id}: settle that one first.");

        var task = new ProviderTask(command.TaskId, qwen.Value.BaseUrl);
        switch (await provider.QueryAsync(task, ct))
        {
            case TaskAnswer.Gone:
                return new NotFound("task at the provider");
            case TaskAnswer.Silent silent:
                return new ProviderUnavailable($"The provider could not be asked for this task: {silent.Problem.Message}", silent.RetryAfter);
        }

        var now = clock.Now();
        var workspace = Workspace.Adopt(WorkspaceId.New(now), command.Name, task, now);
        await workspaces.AddAsync(workspace, CancellationToken.None);
        return views.Of(workspace);
    }
}
