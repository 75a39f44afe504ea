using System.Text;
using MediatR;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using VideoPlatform.Api.Problems;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Application.Idempotency;
using VideoPlatform.Application.Pictures;
using VideoPlatform.Application.Workspaces.Create;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Infrastructure.Archive;

namespace VideoPlatform.Api.Workspaces;

/// <summary><c>POST /api/workspaces</c>: the form is read as it arrives, the picture goes straight to disk.</summary>
internal static class CreateWorkspaceEndpoint
{
    private const long FormOverhead = 64 * 1024;
    private const int MaxNameBytes = 8 * Workspace.MaxNameLength;

    /// <summary>The form, for the documentation.</summary>
    /// <param name="Image">JPEG, PNG, BMP or WEBP, 240 to 8000 pixels a side.</param>
    /// <param name="Name">Up to 200 characters.</param>
    public sealed record Form(IFormFile Image, string? Name = null);

    public static async Task<IResult> Handle(HttpContext http, IMediator mediator, IOptions<UploadOptions> uploads, CancellationToken ct)
    {
        var limit = uploads.Value.MaxBytes;
        if (http.Request.ContentLength > limit + FormOverhead) return new ImageTooLarge(limit).ToProblem();
        if (!IdempotencyHeader.TryRead(http.Request, out var key, out var wrong)) return wrong;

        var form = await ReadForm(http.Request, mediator, limit, ct);
        if (!form.TryGet(out var read, out var error)) return error.ToProblem();

        var created = await mediator.Send(new CreateWorkspace(read.Image, read.Name, key), ct);
        if (!created.TryGet(out var workspace, out error)) return error.ToProblem();

        http.Response.Headers.Location = $"/api/workspaces/{workspace.Id}";
        return JsonAnswer.Of(workspace, ApiJson.Default.WorkspaceView, 201);
    }

    private static async Task<Result<ReadParts>> ReadForm(HttpRequest request, IMediator mediator, long limit, CancellationToken ct)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary) is not { Length: > 0 and <= 200 } boundary)
            return new ValidationFailed("image", "Send multipart/form-data with the picture in the field 'image'.");

        ReceivedPicture? image = null;
        string? name = null;
        ReadParts? read = null;
        Error? failure;
        try
        {
            failure = await ReadParts();
            if (failure is null && image is not null) read = new ReadParts(image, name);
        }
        catch (InvalidDataException)
        {
            failure = new ValidationFailed("image", "The form is not well-formed multipart/form-data.");
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or FileNotFoundException or StorageUnavailableException) && !ct.IsCancellationRequested)
        {
            failure = new ValidationFailed("image", "The form ended before its end.");
        }
        finally
        {
            // Also when the caller hung up or the service stops after the picture came.
            if (read is null && image is not null) await mediator.Send(new DiscardPicture(image), CancellationToken.None);
        }

        if (read is not null) return read;
        return failure ?? new ValidationFailed("image", "The picture is missing.");

        async Task<Error?> ReadParts()
        {
            var reader = new MultipartReader(boundary.ToString(), request.Body) { HeadersCountLimit = 8, HeadersLengthLimit = 8 * 1024 };
            while (await reader.ReadNextSectionAsync(ct) is { } part)
            {
                switch (HeaderUtilities.RemoveQuotes(part.GetContentDispositionHeader()?.Name ?? default).ToString())
                {
                    case "image" when image is null:
                        if (!(await mediator.Send(new ReceivePicture(part.Body), ct)).TryGet(out image, out var refused)) return refused;
                        break;
                    case "name" when name is null:
                        if (await ReadName(part.Body, ct) is not { } text) return new ValidationFailed("name", $"At most {Workspace.MaxNameLength} characters of UTF-8.");
                        name = text;
                        break;
                    case ("image" or "name") and var again:
                        return new ValidationFailed(again, "Each field may come once.");
                    case var other:
                        return new ValidationFailed(other.Length is > 0 and <= 50 ? other : "form", "No such field; there are 'image' and 'name'.");
                }
            }

            return null;
        }
    }

    private static async Task<string?> ReadName(Stream body, CancellationToken ct)
    {
        var bytes = new byte[MaxNameBytes + 1];
        var length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, ct);
        if (length > MaxNameBytes) return null;

        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes, 0, length);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private sealed record ReadParts(ReceivedPicture Image, string? Name);
}

internal static class IdempotencyHeader
{
    public const string Name = "Idempotency-Key";

    public static bool TryRead(HttpRequest request, out IdempotencyKey? key, out IResult wrong)
    {
        (key, wrong) = (null, Results.Empty);
        if (!request.Headers.TryGetValue(Name, out var values)) return true;
        if (IdempotencyKey.Parse(values.ToString()).TryGet(out key, out var error)) return true;

        wrong = error.ToProblem();
        return false;
    }
}
