using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using MediatR;
using Microsoft.Net.Http.Headers;
using VideoPlatform.Api.Docs;
using VideoPlatform.Api.Files;
using VideoPlatform.Api.Problems;
using VideoPlatform.Api.Security;
using VideoPlatform.Api.Workspaces;
using VideoPlatform.Application.Models;
using VideoPlatform.Application.Videos.Cancel;
using VideoPlatform.Application.Videos.Fetch;
using VideoPlatform.Application.Videos.Get;
using VideoPlatform.Application.Videos.Open;
using VideoPlatform.Application.Videos.Request;
using VideoPlatform.Application.Videos.Settle;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Results;

namespace VideoPlatform.Api.Videos;

/// <summary>What a video is asked for with. <c>GET /api/models</c> tells what each model takes.</summary>
/// <param name="Prompt">What should happen: 1 to the model's limit in characters.</param>
/// <param name="NegativePrompt">What should not: up to 500 characters.</param>
/// <param name="Model">The configured model when absent.</param>
/// <param name="Resolution">The model's default when absent.</param>
/// <param name="Duration">Seconds; the model's default when absent.</param>
/// <param name="Seed">From the model's least (0, or -1 where that means a drawn one) to 2147483647; drawn when absent.</param>
/// <param name="PromptExtend">Lets the provider enrich the prompt; true when absent.</param>
/// <param name="Watermark">False when absent.</param>
/// <param name="Replace">Make another in place of a completed one.</param>
public sealed record VideoRequestBody(
    string? Prompt, string? NegativePrompt, string? Model, string? Resolution, int? Duration, int? Seed, bool? PromptExtend, bool? Watermark, bool? Replace);

/// <param name="TaskId">The provider's task that is this video; null: there is none, submit again.</param>
public sealed record SettleBody([property: System.Text.Json.Serialization.JsonRequired] string? TaskId);

internal static class VideoEndpoints
{
    private const int MaxBody = 256 * 1024;
    private const int BlockSize = 16 * 1024;

    public static void MapVideos(this IEndpointRouteBuilder routes)
    {
        var video = routes.MapGroup("/api/workspaces/{id}/video").WithTags("Videos");
        video.MapPost("", Request).Needs(Role.Editor)
            .WithName("RequestVideo").WithSummary("Ask for a video of the picture").Accepts<VideoRequestBody>("application/json")
            .Produces<VideoView>(202).Fails(400, 404, 409, 413, 415, 422, 507).TakesIdempotencyKey();
        video.MapGet("", Get).Needs(Role.Reader)
            .WithName("GetVideo").WithSummary("The video with its history").Produces<VideoView>().Fails(400, 404);
        video.MapPost("/cancel", Cancel).Needs(Role.Editor)
            .WithName("CancelVideo").WithSummary("Stop a queued video, or ask the provider to stop a task that has not begun").Produces<VideoView>().Fails(400, 404, 409, 503);
        video.MapPost("/download", Download).Needs(Role.Editor)
            .WithName("DownloadVideo").WithSummary("Fetch the bytes now (again)").Produces<VideoView>(202).Fails(400, 404, 409, 410, 503);
        video.MapPost("/settle", Settle).Needs(Role.Admin)
            .WithName("SettleVideo").WithSummary("Decide an unsettled video").Accepts<SettleBody>("application/json").Produces<VideoView>().Fails(400, 404, 409, 503);
        video.MapMethods("/content", ["GET", "HEAD"], Content).Needs(Role.Reader)
            .WithName("GetVideoContent").WithSummary("The stable address of the bytes: our file, else a redirect to the remote link while it lives")
            .Produces(200, contentType: "video/mp4").Produces(206, contentType: "video/mp4").Produces(302).Produces(304).Fails(400, 404, 410, 412, 416, 503);

        routes.MapGet("/api/models", Models).Needs(Role.Reader)
            .WithTags("Models").WithName("ListModels").WithSummary("What each model takes").Produces<ModelsView>();
    }

    private static async Task<IResult> Request(string id, HttpContext http, IMediator mediator, CancellationToken ct)
    {
        if (!Ids.TryRead(id, out var workspaceId, out var wrong)) return wrong;
        if (!IdempotencyHeader.TryRead(http.Request, out var key, out wrong)) return wrong;
        if (!(await ReadBody(http, ApiJson.Default.VideoRequestBody, ct)).TryGet(out var b, out var error)) return error.ToProblem();

        var asked = await mediator.Send(
            new RequestVideo(workspaceId, b.Prompt, b.NegativePrompt, b.Model, b.Resolution, b.Duration, b.Seed, b.PromptExtend, b.Watermark, b.Replace, key), ct);
        if (asked.TryGet(out _, out _)) http.Response.Headers.Location = $"/api/workspaces/{workspaceId}/video";
        return Answer(asked, 202);
    }

    private static async Task<IResult> Get(string id, HttpContext http, IMediator mediator, CancellationToken ct)
    {
        if (!Ids.TryRead(id, out var workspaceId, out var wrong)) return wrong;
        http.Response.Headers.CacheControl = "no-cache";
        return Answer(await mediator.Send(new GetVideo(workspaceId), ct), 200);
    }

    private static async Task<IResult> Cancel(string id, IMediator mediator, CancellationToken ct) =>
        Ids.TryRead(id, out var workspaceId, out var wrong) ? Answer(await mediator.Send(new CancelVideo(workspaceId), ct), 200) : wrong;

    private static async Task<IResult> Download(string id, IMediator mediator, CancellationToken ct) =>
        Ids.TryRead(id, out var workspaceId, out var wrong) ? Answer(await mediator.Send(new FetchVideo(workspaceId), ct), 202) : wrong;

    private static async Task<IResult> Settle(string id, HttpContext http, IMediator mediator, CancellationToken ct)
    {
        if (!Ids.TryRead(id, out var workspaceId, out var wrong)) return wrong;
        if (!(await ReadBody(http, ApiJson.Default.SettleBody, ct)).TryGet(out var body, out var error)) return error.ToProblem();
        return Answer(await mediator.Send(new SettleByHand(workspaceId, body.TaskId), ct), 200);
    }

    private static async Task<IResult> Content(string id, HttpContext http, StoredFiles files, IMediator mediator, CancellationToken ct)
    {
        if (!Ids.TryRead(id, out var workspaceId, out var wrong)) return wrong;
        if (!(await mediator.Send(new OpenContent(workspaceId), ct)).TryGet(out var place, out var error)) return error.ToProblem();
        if (place is ContentPlace.Local local)
        {
            http.Response.Headers.CacheControl = "no-cache";   // the address is stable, the video behind it may be replaced
            return files.Open(local.File.Path);
        }

        // By hand: the framework's redirect writes the address with its signature into the log.
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.Location = ((ContentPlace.Remote)place).Link.Url;
        return Results.StatusCode(302);
    }

    private static async Task<IResult> Models(IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new ListModels(), ct)).Match(models => Results.Json(models, ApiJson.Default.ModelsView), ProblemMapping.ToProblem);

    private static IResult Answer(Result<VideoView> result, int status) =>
        result.Match(video => JsonAnswer.Of(video, ApiJson.Default.VideoView, status), ProblemMapping.ToProblem);

    /// <summary>Reads a small JSON body; unknown members, wrong types and rubbish are told by the member they are in.</summary>
    internal static async Task<Result<T>> ReadBody<T>(HttpContext http, JsonTypeInfo<T> type, CancellationToken ct)
        where T : notnull
    {
        if (!http.Request.HasJsonContentType() || http.Request.GetTypedHeaders().ContentType is { Charset: { Length: > 0 } charset } && !HeaderUtilities.RemoveQuotes(charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            return new ValidationFailed("body", "Send application/json in UTF-8.");

        try
        {
            using var text = new MemoryStream();
            if (!await TakeIn(http.Request.Body, text, ct)) return new ValidationFailed("body", $"At most {MaxBody} bytes.");
            return JsonSerializer.Deserialize(text, type) is { } body ? body : new ValidationFailed("body", "Send a JSON object.");
        }
        catch (JsonException e)
        {
            return new ValidationFailed(MemberOf(e), "Not what is expected here: unknown member, wrong type or malformed JSON.");
        }
        catch (BadHttpRequestException)
        {
            return new ValidationFailed("body", "The body ended before its end.");
        }
    }

    /// <returns>False as soon as it is too long.</returns>
    private static async Task<bool> TakeIn(Stream body, MemoryStream text, CancellationToken ct)
    {
        var block = ArrayPool<byte>.Shared.Rent(BlockSize);
        try
        {
            int read;
            while ((read = await body.ReadAsync(block, ct)) > 0)
            {
                if (text.Length + read > MaxBody) return false;
                text.Write(block, 0, read);
            }

            text.Position = 0;
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    private static string MemberOf(JsonException e)
    {
        var path = e.Path?.TrimStart('$', '.');
        return path is { Length: > 0 and <= 50 } && path.All(c => char.IsAsciiLetterOrDigit(c) || c is '_') ? path : "body";
    }
}
