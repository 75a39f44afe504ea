using System.Diagnostics;
using System.Text.Json.Serialization;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Api.Problems;

/// <summary>An error answer (RFC 9457, <c>application/problem+json</c>).</summary>
/// <param name="Code">Stable, for programs; <c>docs/errors.md</c> lists them all.</param>
/// <param name="TraceId">Finds the log lines of this call.</param>
/// <param name="Errors">By field, for <c>validation_failed</c>.</param>
public sealed record ProblemBody(
    string Type, string Title, int Status, string Detail, string Instance, string Code, string TraceId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, string[]>? Errors = null);

/// <summary>The one place where a failure becomes an HTTP answer.</summary>
internal static class ProblemMapping
{
    public const string ContentType = "application/problem+json";

    public static int StatusOf(ErrorKind kind) => kind switch
    {
        ErrorKind.Invalid => 400,
        ErrorKind.Unauthenticated => 401,
        ErrorKind.Forbidden => 403,
        ErrorKind.NotFound => 404,
        ErrorKind.Conflict => 409,
        ErrorKind.Gone => 410,
        ErrorKind.TooLarge => 413,
        ErrorKind.Unsupported => 415,
        ErrorKind.Unprocessable => 422,
        ErrorKind.TooMany => 429,
        ErrorKind.Unavailable => 503,
        ErrorKind.StorageFull => 507,
        _ => throw new UnreachableException(kind.ToString()),
    };

    public static string TitleOf(int status) => status switch
    {
        400 => "The request is not valid",
        401 => "Who is calling?",
        403 => "Not allowed",
        404 => "Not found",
        405 => "Not this method",
        409 => "Not now",
        410 => "Gone",
        412 => "Another one",
        413 => "Too large",
        415 => "Unsupported picture",
        416 => "No such range",
        422 => "The key means something else",
        429 => "Too many requests",
        500 => "Something broke here",
        503 => "Not available now",
        507 => "Storage full",
        _ => "Error",
    };

    public static IResult ToProblem(this Error error) => new ProblemResult(
        StatusOf(error.Kind), error.Code, error.Message,
        (error as ValidationFailed)?.Fields,
        (error as ProviderUnavailable)?.RetryAfter);

    /// <summary>An answer for what happens before or outside of a use case.</summary>
    public static IResult Of(int status, string code, string detail) => new ProblemResult(status, code, detail, null, null);

    private sealed class ProblemResult(int status, string code, string detail, IReadOnlyDictionary<string, string[]>? errors, TimeSpan? retryAfter) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.StatusCode = status;
            response.Headers.CacheControl = "no-store";
            if (retryAfter is { } wait) response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString();
            var body = new ProblemBody(
                $"urn:videoplatform:problem:{code}", TitleOf(status), status, detail, httpContext.Request.Path.Value ?? "/", code,
                Activity.Current?.TraceId.ToHexString() ?? httpContext.TraceIdentifier, errors);
            return response.WriteAsJsonAsync(body, ApiJson.Default.ProblemBody, ContentType, httpContext.RequestAborted);
        }
    }
}
