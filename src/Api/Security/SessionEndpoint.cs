using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using VideoPlatform.Api.Configuration;
using VideoPlatform.Api.Problems;
using VideoPlatform.Api.Videos;
using VideoPlatform.Api.Workspaces;

namespace VideoPlatform.Api.Security;

/// <param name="Key">An API key.</param>
public sealed record SessionBody(string? Key);

/// <summary>For the page: pictures, players and WebSockets cannot send headers, a cookie they can.</summary>
internal static class SessionEndpoint
{
    public static void MapSession(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/session", async (HttpContext http, IOptions<AuthOptions> options, CancellationToken ct) =>
        {
            if (!(await VideoEndpoints.ReadBody(http, ApiJson.Default.SessionBody, ct)).TryGet(out var body, out var error)) return error.ToProblem();

            var hash = SHA256.HashData(Encoding.UTF8.GetBytes(body.Key ?? ""));
            if (!options.Value.ApiKeys.Any(k => CryptographicOperations.FixedTimeEquals(Convert.FromHexString(k.Sha256), hash)))
                return ProblemMapping.Of(401, "unauthenticated", "That is not a valid API key.");

            http.Response.Cookies.Append(AccessControl.Cookie, Base64Url.EncodeToString(Encoding.UTF8.GetBytes(body.Key!)), new CookieOptions
            {
                HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = http.Request.IsHttps, Path = "/", MaxAge = TimeSpan.FromDays(30), IsEssential = true,
            });
            return Results.NoContent();
        }).OpenToAll().WithTags("Session").WithName("OpenSession").WithSummary("Keep an API key in a cookie, for the page").Accepts<SessionBody>("application/json").Produces(204).Fails(400, 401, 403);
    }
}
