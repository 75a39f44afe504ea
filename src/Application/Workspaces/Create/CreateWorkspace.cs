using System.Text.Json;
using MediatR;
using VideoPlatform.Application.Idempotency;
using VideoPlatform.Application.Pictures;
using VideoPlatform.Application.Work;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Workspaces.Create;

/// <summary>Opens a workspace around a received picture. On any failure the picture is discarded.</summary>
/// <param name="Name">Up to 200 characters.</param>
/// <param name="IdempotencyKey">The same key with the same body gives the first answer again.</param>
public sealed record CreateWorkspace(ReceivedPicture Image, string? Name, IdempotencyKey? IdempotencyKey) : IRequest<Result<WorkspaceView>>;

internal sealed class CreateWorkspaceHandler(
    IWorkspaceRepository workspaces, IPictureStore pictures, IIdempotencyStore idempotency, WorkspaceViews views, TimeProvider clock)
    : IRequestHandler<CreateWorkspace, Result<WorkspaceView>>
{
    private const string Scope = "POST /api/workspaces";

    public async Task<Result<WorkspaceView>> Handle(CreateWorkspace command, CancellationToken ct)
    {
        var received = command.Image;
        if (Workspace.RefusesName(command.Name) is { } refusal)
        {
            pictures.Delete(received.Picture);
            return refusal;
        }

        var name = string.IsNullOrWhiteSpace(command.Name) ? null : command.Name.Trim();
        var now = clock.Now();
        var kept = CancellationToken.None;   // the picture is here: a caller who leaves now finds the workspace later
        var note = new IdempotencyNote(Scope, command.IdempotencyKey?.Value ?? "", Idempotent.Fingerprint(received.Sha256, name), WorkspaceId.New(now), Guid.Empty, now);
        if (command.IdempotencyKey is not null)
        {
            var mine = note;
            note = await idempotency.ReserveAsync(mine, kept);
            if (note.Fingerprint != mine.Fingerprint || note.Answer is not null)
            {
                pictures.Delete(received.Picture);
                return note.Fingerprint != mine.Fingerprint ? new IdempotencyKeyReused() : Read(note.Answer!);
            }
        }

        var workspace = Workspace.Create(note.WorkspaceId, name, received.Picture, now);
        if (!await workspaces.AddAsync(workspace, kept))
        {
            // Another call with the same key was faster, or an earlier one was stopped before it could answer.
            pictures.Delete(received.Picture);
            if (await workspaces.FindAsync(note.WorkspaceId, kept) is not { } first) return new NotFound("workspace");
            workspace = first;
        }

        var view = views.Of(workspace);
        if (command.IdempotencyKey is not null)
            await idempotency.AnswerAsync(note, new StoredAnswer(201, null, JsonSerializer.Serialize(view, PublicJson.Default.WorkspaceView)), kept);
        return view;
    }

    private static WorkspaceView Read(StoredAnswer answer) => JsonSerializer.Deserialize(answer.Body, PublicJson.Default.WorkspaceView)!;
}
