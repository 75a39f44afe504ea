using FluentValidation;
using MediatR;
using VideoPlatform.Application.Work;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Workspaces.List;

/// <summary>One page of workspaces, newest first, stable while others insert.</summary>
/// <param name="Limit">1 to 200; 50 when not given.</param>
/// <param name="Cursor"><c>next_cursor</c> of the page before.</param>
/// <param name="Status">A word of <see cref="VideoStatus"/>.</param>
/// <param name="Storage">A word of <see cref="VideoStorage"/>.</param>
public sealed record ListWorkspaces(int? Limit, string? Cursor, string? Status, string? Storage) : IRequest<Result<WorkspaceListView>>
{
    public const int MaxLimit = 200;
    public const int DefaultLimit = 50;
}

/// <param name="NextCursor">Null on the last page.</param>
public sealed record WorkspaceListView(IReadOnlyList<WorkspaceView> Items, string? NextCursor);

internal sealed class ListWorkspacesValidator : AbstractValidator<ListWorkspaces>
{
    public ListWorkspacesValidator()
    {
        RuleFor(q => q.Limit).InclusiveBetween(1, ListWorkspaces.MaxLimit).WithMessage($"1 to {ListWorkspaces.MaxLimit}.");
        RuleFor(q => q.Cursor).Must(c => c is null || WorkspaceId.TryParse(c, out _)).WithMessage("Not a cursor of this list.");
        RuleFor(q => q.Status).Must(s => s is null || Words.Parse<VideoStatus>(s) is not null)
            .WithMessage("One of: " + string.Join(", ", Enum.GetValues<VideoStatus>().Select(s => s.Word())) + ".");
        RuleFor(q => q.Storage).Must(s => s is null || Words.Parse<VideoStorage>(s) is not null).WithMessage("One of: local, remote, none.");
    }
}

internal sealed class ListWorkspacesHandler(IWorkspaceRepository workspaces, WorkspaceViews views, TimeProvider clock)
    : IRequestHandler<ListWorkspaces, Result<WorkspaceListView>>
{
    public async Task<Result<WorkspaceListView>> Handle(ListWorkspaces query, CancellationToken ct)
    {
        var page = await workspaces.ListAsync(
            new WorkspaceFilter(
                query.Limit ?? ListWorkspaces.DefaultLimit,
                WorkspaceId.TryParse(query.Cursor, out var before) ? before : null,
                Words.Parse<VideoStatus>(query.Status),
                Words.Parse<VideoStorage>(query.Storage),
                clock.Now()),
            ct);
        return new WorkspaceListView([.. page.Items.Select(views.Of)], page.Next?.Value);
    }
}
