using System.Text.Json;
using FluentValidation;
using MediatR;
using Microsoft.Extensions.Options;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Application.Idempotency;
using VideoPlatform.Application.Pictures;
using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Models;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Videos.Request;

/// <summary>Asks for a video of the workspace's picture. Answers when the request is durable; the video itself comes later.</summary>
/// <param name="Prompt">1 to the model's limit in characters.</param>
/// <param name="NegativePrompt">Up to 500 characters.</param>
/// <param name="Model">A name of the catalogue; the configured one when not given.</param>
/// <param name="Resolution">One that the model takes; its default when not given.</param>
/// <param name="Duration">Seconds, one that the model takes; its default when not given.</param>
/// <param name="Seed">From the model's least (0, or -1 where that means a drawn one) to 2147483647; drawn by the provider when not given.</param>
/// <param name="PromptExtend">Lets the provider enrich the prompt; true when not given.</param>
/// <param name="Watermark">False when not given.</param>
/// <param name="Replace">Make another in place of a completed one; the old file stays until the new one is stored.</param>
/// <param name="IdempotencyKey">The same key with the same body gives the first answer again.</param>
public sealed record RequestVideo(
    WorkspaceId WorkspaceId, string? Prompt, string? NegativePrompt, string? Model, string? Resolution, int? Duration, int? Seed,
    bool? PromptExtend, bool? Watermark, bool? Replace, IdempotencyKey? IdempotencyKey) : IRequest<Result<VideoView>>;

internal sealed class RequestVideoValidator : AbstractValidator<RequestVideo>
{
    public RequestVideoValidator(IOptions<QwenOptions> options)
    {
        RuleFor(c => c.Prompt).NotEmpty().WithMessage("What should happen in the video?");
        RuleFor(c => c.NegativePrompt).MaximumLength(VideoModel.NegativePromptLimit).WithMessage($"At most {VideoModel.NegativePromptLimit} characters.");
        RuleFor(c => c).Custom((c, context) =>
        {
            if (ModelCatalogue.Find(c.Model ?? options.Value.Model) is not { } model)
            {
                context.AddFailure("Model", "No such model. GET /api/models lists them.");
                return;
            }

            if (c.Prompt is { } prompt && prompt.Length > model.PromptLimitFor(prompt))
                context.AddFailure("Prompt", $"{model.Name} takes at most {model.PromptLimitFor(prompt)} characters; the provider would cut the rest and bill it.");
            if (c.Resolution is { } resolution && !model.Resolutions.Contains(resolution))
                context.AddFailure("Resolution", $"{model.Name} takes: {string.Join(", ", model.Resolutions)}.");
            if (c.Duration is { } duration && !model.Durations.Contains(duration))
                context.AddFailure("Duration", $"{model.Name} takes, in seconds: {string.Join(", ", model.Durations)}.");
            if (c.Seed < model.MinSeed)
                context.AddFailure("Seed", $"{model.MinSeed} to {VideoModel.MaxSeed}.");
        });
    }
}

internal sealed class RequestVideoHandler(
    IWorkspaceRepository workspaces, IIdempotencyStore idempotency, IStorageSpace space, IOptions<QwenOptions> options, WorkspaceViews views, TimeProvider clock)
    : IRequestHandler<RequestVideo, Result<VideoView>>
{
    public async Task<Result<VideoView>> Handle(RequestVideo command, CancellationToken ct)
    {
        var model = ModelCatalogue.Find(command.Model ?? options.Value.Model)!;
        var now = clock.Now();
        var requestId = Guid.NewGuid();
        IdempotencyNote? note = null;
        if (command.IdempotencyKey is { } key)
        {
            var mine = new IdempotencyNote($"POST /api/workspaces/{command.WorkspaceId}/video", key.Value, Fingerprint(command), command.WorkspaceId, requestId, now);
            note = await idempotency.ReserveAsync(mine, ct);
            if (note.Fingerprint != mine.Fingerprint) return new IdempotencyKeyReused();
            if (note.Answer is not null) return JsonSerializer.Deserialize(note.Answer.Body, PublicJson.Default.VideoView)!;
            requestId = note.RequestId;
        }

        var request = new VideoRequest(
            requestId, model.Name, command.Prompt!, command.NegativePrompt, command.Resolution ?? model.DefaultResolution,
            command.Duration ?? model.DefaultDuration, command.Seed, command.PromptExtend ?? true, command.Watermark ?? false, now);
        var asked = await workspaces.ChangeAsync(command.WorkspaceId, w => Ask(w, model, request, command.Replace ?? false, now), ct);
        if (!asked.TryGet(out var workspace, out var error))
        {
            if (note is not null) await idempotency.ForgetAsync(note.Scope, note.Key, CancellationToken.None);
            return error;
        }

        var view = views.Of(workspace.Id, workspace.Video!, withHistory: false);
        if (note is not null)
            await idempotency.AnswerAsync(note, new StoredAnswer(202, null, JsonSerializer.Serialize(view, PublicJson.Default.VideoView)), CancellationToken.None);
        return view;
    }

    private Result<Workspace> Ask(Workspace workspace, VideoModel model, VideoRequest request, bool replace, DateTimeOffset now)
    {
        if (workspace.Video?.Request?.Id == request.Id) return workspace;
        if (!space.HasRoom) return new StorageFull();
        if (workspace.Picture is null) return new ValidationFailed("image", "This workspace has no picture to make a video from.");
        return model.Refuses(workspace.Picture) is { } refusal ? refusal : workspace.Ask(request, replace, now);
    }

    private static string Fingerprint(RequestVideo c) => Idempotent.Fingerprint(
        c.Prompt, c.NegativePrompt, c.Model, c.Resolution, c.Duration, c.Seed, c.PromptExtend, c.Watermark, c.Replace);
}
