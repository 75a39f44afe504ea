using MediatR;
using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Videos.Describe;

/// <summary>Reads a stored video's own facts and makes its poster. Never in the way of <c>completed</c>; what cannot be read stays null.</summary>
public sealed record DescribeVideo(WorkspaceId WorkspaceId) : IRequest<Result<Done>>;

internal sealed class DescribeVideoHandler(IWorkspaceRepository workspaces, IMediaReader media, IPosterMaker posters, TimeProvider clock)
    : IRequestHandler<DescribeVideo, Result<Done>>
{
    public async Task<Result<Done>> Handle(DescribeVideo command, CancellationToken ct)
    {
        if (await workspaces.FindAsync(command.WorkspaceId, ct) is not { Video.File: { } file }) return new NotFound("video");

        var facts = file.Media ?? await media.ReadAsync(file, ct);
        var poster = file.Thumbnail ?? await posters.MakeAsync(file, ct);
        if (facts == file.Media && poster == file.Thumbnail) return new Done();

        var described = file with { Media = facts, Thumbnail = poster };
        var noted = await workspaces.ChangeAsync(command.WorkspaceId, w => w.Describe(described, clock.Now()), CancellationToken.None);
        if (noted.TryGet(out _, out var error)) return new Done();

        // The workspace was deleted meanwhile, or its video replaced: whoever did that found no poster to remove yet.
        if (poster is not null && poster != file.Thumbnail) posters.Delete(poster);
        return error;
    }
}
