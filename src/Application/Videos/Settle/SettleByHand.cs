using FluentValidation;
using MediatR;
using Microsoft.Extensions.Options;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Videos.Settle;

/// <summary>A person decides an unsettled video.</summary>
/// <param name="TaskId">The provider's task; null: it does not exist, submit again.</param>
public sealed record SettleByHand(WorkspaceId WorkspaceId, string? TaskId) : IRequest<Result<VideoView>>;

internal sealed class SettleByHandValidator : AbstractValidator<SettleByHand>
{
    public SettleByHandValidator() => RuleFor(c => c.TaskId).IsTaskId().When(c => c.TaskId is not null);
}

internal sealed class SettleByHandHandler(
    IWorkspaceRepository workspaces, IVideoProvider provider, IOptions<QwenOptions> qwen, WorkspaceViews views, TimeProvider clock)
    : IRequestHandler<SettleByHand, Result<VideoView>>
{
    public async Task<Result<VideoView>> Handle(SettleByHand command, CancellationToken ct)
    {
        if (await workspaces.FindAsync(command.WorkspaceId, ct) is not { } workspace) return new NotFound("workspace");
        if (workspace.Video is null) return new NotFound("video");
        if (workspace.Video.State is not VideoState.Unsettled { Attempt.Id: var attempt })
            return new VersionConflict($"The video is {workspace.Video.Status.Word()}; only an unsettled one can be settled.");

        var now = clock.Now();
        Func<Video, Result<Video>> decision = v => v.SettledAsAbsent("A person decided that the task does not exist.", now);
        if (command.TaskId is { } taskId)
        {
            var task = new ProviderTask(taskId, qwen.Value.BaseUrl);
            switch (await provider.QueryAsync(task, ct))
            {
                case TaskAnswer.Gone:
                    return new ValidationFailed("task_id", "The provider knows no such task.");
                case TaskAnswer.Silent silent:
                    return new ProviderUnavailable($"The provider could not be asked for this task: {silent.Problem.Message}", silent.RetryAfter);
            }

            // Asked after the question, which takes its time: another video may have been given the task meanwhile.
            if ((await workspaces.FindKnownTasksAsync([taskId], ct)).Count > 0)
                return new ValidationFailed("task_id", "Another video has this task.");

            decision = v => v.SettledAs(task, "A person chose the task.", now);
        }

        // It was made about this submit, and not about one that was sent meanwhile.
        var settled = await workspaces.ChangeAsync(
            workspace.Id,
            w => w.Change(v => v.State is VideoState.Unsettled u && u.Attempt.Id == attempt ? decision(v) : new VersionConflict("The video was settled meanwhile."), now),
            CancellationToken.None);
        return settled.Then<VideoView>(w => views.Of(w.Id, w.Video!, withHistory: false));
    }
}
