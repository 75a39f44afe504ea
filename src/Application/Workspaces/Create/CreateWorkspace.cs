using System.Text.Json;
using FluentValidation;
using MediatR;
using VideoPlatform.Application.Idempotency;
using VideoPlatform.Application.Pictures;
using VideoPlatform.Application.Work;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Workspaces.Create;

/// <summary>Takes a picture and opens a workspace around it.</summary>
/// <param name="Image">The picture's bytes, read once. JPEG, PNG, BMP or WEBP, 240 to 8000 pixels a side.</param>
/// <param name="Name">Up to 200 characters.</param>
/// <param name="IdempotencyKey">1 to 255 visible ASCII characters: the same key with the same body gives the first answer again.</param>
public sealed record CreateWorkspace(Stream Image, string? Name, string? IdempotencyKey) : IRequest<Result<WorkspaceView>>;

internal sealed class CreateWorkspaceValidator : AbstractValidator<CreateWorkspace>
{
    public CreateWorkspaceValidator()
    {
        RuleFor(c => c.Name).MaximumLength(Workspace.MaxNameLength).WithMessage($"At most {Workspace.MaxNameLength} characters.");
        RuleFor(c => c.Name).Must(n => n is null || !n.Any(char.IsControl)).WithMessage("No control characters.");
        RuleFor(c => c.IdempotencyKey).Must(Idempotent.IsKey).WithMessage("1 to 255 visible ASCII characters.");
    }
}

internal sealed class CreateWorkspaceHandler(
    IWorkspaceRepository workspaces, IPictureStore pictures, IStorageSpace space, IIdempotencyStore idempotency, WorkspaceViews views, TimeProvider clock)
    : IRequestHandler<CreateWorkspace, Result<WorkspaceView>>
{
    private const string Scope = "POST /api/workspaces";

    public async Task<Result<WorkspaceView>> Handle(CreateWorkspace command, CancellationToken ct)
    {
        if (!space.HasRoom) return new StorageFull();
        if (!(await pictures.ReceiveAsync(command.Image, ct)).TryGet(out var received, out var error)) return error;

        var name = string.IsNullOrWhiteSpace(command.Name) ? null : command.Name.Trim();
        var now = clock.Now();
        var note = new IdempotencyNote(Scope, command.IdempotencyKey ?? "", Idempotent.Fingerprint(received.Sha256, name), WorkspaceId.New(now), Guid.Empty, now);
        if (command.IdempotencyKey is not null)
        {
            var mine = note;
            note = await idempotency.ReserveAsync(mine, ct);
            if (note.Fingerprint != mine.Fingerprint || note.Answer is not null)
            {
                pictures.Delete(received.Picture);
                return note.Fingerprint != mine.Fingerprint ? new IdempotencyKeyReused() : Read(note.Answer!);
            }
        }

        var workspace = Workspace.Create(note.WorkspaceId, name, received.Picture, now);
        var kept = CancellationToken.None;   // the picture is here: a caller who leaves now finds the workspace later
        if (!await workspaces.AddAsync(workspace, kept))
        {
            // Another call with the same key was faster, or an earlier one was stopped before it could answer.
            pictures.Delete(received.Picture);
            if (await workspaces.FindAsync(note.WorkspaceId, kept) is not { } first) return new NotFound("workspace");
            workspace = first;
        }

        var view = views.Of(workspace);
        if (command.IdempotencyKey is { } key)
            await idempotency.AnswerAsync(Scope, key, new StoredAnswer(201, null, JsonSerializer.Serialize(view, PublicJson.Default.WorkspaceView)), kept);
        return view;
    }

    private static WorkspaceView Read(StoredAnswer answer) => JsonSerializer.Deserialize(answer.Body, PublicJson.Default.WorkspaceView)!;
}
