using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using MediatR;
using Microsoft.Net.Http.Headers;
using VideoPlatform.Api.Docs;
using VideoPlatform.Api.Problems;
using VideoPlatform.Api.Security;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Application.Workspaces.Delete;
using VideoPlatform.Application.Workspaces.Get;
using VideoPlatform.Application.Workspaces.List;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Api.Workspaces;

internal static class WorkspaceEndpoints
{
    // Who reads the same again gets the same object again (WorkspaceViews.Read): its text is made once and goes with it.
    private static readonly ConditionalWeakTable<WorkspaceView, byte[]> texts = [];

    public static void MapWorkspaces(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/workspaces", CreateWorkspaceEndpoint.Handle).Needs(Role.Editor)
            .WithName("CreateWorkspace").WithTags("Workspaces").WithSummary("Upload a picture and open a workspace around it")
            .Accepts<CreateWorkspaceEndpoint.Form>("multipart/form-data")
            .Produces<WorkspaceView>(201).Fails(400, 413, 415, 422, 503, 507).TakesIdempotencyKey();
        routes.MapGet("/api/workspaces", List).Needs(Role.Reader)
            .WithName("ListWorkspaces").WithTags("Workspaces").WithSummary("One page, newest first, stable while others insert")
            .Produces<WorkspaceListView>().Fails(400).TakesListQuery();
        routes.MapGet("/api/workspaces/{id}", Get).Needs(Role.Reader)
            .WithName("GetWorkspace").WithTags("Workspaces").WithSummary("One workspace; its ETag is the version")
            .Produces<WorkspaceView>().Produces(304).Fails(400, 404);
        routes.MapDelete("/api/workspaces/{id}", Delete).Needs(Role.Editor)
            .WithName("DeleteWorkspace").WithTags("Workspaces").WithSummary("Remove a workspace and its files")
            .Produces(204).Fails(400, 404, 409, 503);
    }

    private static async Task<IResult> List(string? limit, string? cursor, string? status, string? storage, IMediator mediator, CancellationToken ct)
    {
        int? number = null;
        if (limit is not null)
        {
            if (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed)) return new ValidationFailed("limit", $"1 to {ListWorkspaces.MaxLimit}.").ToProblem();
            number = parsed;
        }

        var listed = await mediator.Send(new ListWorkspaces(number, cursor, status, storage), ct);
        return listed.Match(page => Results.Json(page, ApiJson.Default.WorkspaceListView), ProblemMapping.ToProblem);
    }

    private static async Task<IResult> Get(string id, HttpContext http, IMediator mediator, CancellationToken ct)
    {
        if (!Ids.TryRead(id, out var workspaceId, out var wrong)) return wrong;

        var found = await mediator.Send(new GetWorkspace(workspaceId), ct);
        if (!found.TryGet(out var workspace, out var error)) return error.ToProblem();

        var tag = new EntityTagHeaderValue($"\"{workspace.Version}\"");
        http.Response.Headers.ETag = tag.ToString();
        http.Response.Headers.CacheControl = "no-cache";
        if (workspace.ChangesByItself()) return new JsonAnswer(Text(workspace), 200);
        return http.Request.GetTypedHeaders().IfNoneMatch.Any(t => t.Tag == "*" || t.Compare(tag, useStrongComparison: false))
            ? Results.StatusCode(304)
            : new JsonAnswer(texts.GetValue(workspace, Text), 200);
    }

    private static byte[] Text(WorkspaceView workspace) => JsonSerializer.SerializeToUtf8Bytes(workspace, ApiJson.Default.WorkspaceView);

    private static async Task<IResult> Delete(string id, IMediator mediator, CancellationToken ct)
    {
        if (!Ids.TryRead(id, out var workspaceId, out var wrong)) return wrong;

        var deleted = await mediator.Send(new DeleteWorkspace(workspaceId), ct);
        return deleted.Match(_ => Results.NoContent(), ProblemMapping.ToProblem);
    }
}

internal static class Ids
{
    /// <summary>An id of another form is the caller's mistake, not a missing workspace.</summary>
    public static bool TryRead(string text, out WorkspaceId id, out IResult wrong)
    {
        var right = WorkspaceId.TryParse(text, out id);
        wrong = right ? Results.Empty : new ValidationFailed("id", "24 lower-case hex digits.").ToProblem();
        return right;
    }
}

internal static class EndpointConventions
{
    /// <summary>Documents the failures; all of them are problem details.</summary>
    public static RouteHandlerBuilder Fails(this RouteHandlerBuilder route, params int[] statuses)
    {
        foreach (var status in statuses) route.Produces<ProblemBody>(status, ProblemMapping.ContentType);
        return route;
    }
}
