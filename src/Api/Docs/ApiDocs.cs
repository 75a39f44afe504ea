using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Scalar.AspNetCore;
using VideoPlatform.Api.Security;
using VideoPlatform.Api.Videos;
using VideoPlatform.Api.Workspaces;
using VideoPlatform.Application.Idempotency;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Application.Workspaces.List;
using VideoPlatform.Domain.Models;
using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Api.Docs;

/// <summary>OpenAPI 3.1 at <c>/openapi/v1.json</c>, readable at <c>/docs</c>.</summary>
internal static class ApiDocs
{
    // The reader's page brings its own inline style and script; it shows nothing of ours but the document.
    private const string DocsPolicy =
        "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'";

    private const string KeyScheme = "key";
    private const string CookieScheme = "session";

    private static readonly List<JsonNode> statuses = [.. Enum.GetValues<VideoStatus>().Select(s => (JsonNode)s.Word())];
    private static readonly List<JsonNode> storages = [.. Enum.GetValues<VideoStorage>().Select(s => (JsonNode)s.Word())];

    public static void AddApiDocs(this IServiceCollection services) => services.AddOpenApi(options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "VideoPlatform",
                Version = "v1",
                Description = "From a picture to a video that is kept. Errors are problem details (RFC 9457) with a stable `code`.",
            };
            document.Servers = [];
            (document.Components ??= new OpenApiComponents()).SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
            {
                [KeyScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API key. Without configured keys none is needed, and only this machine may call." },
                [CookieScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Cookie, Name = AccessControl.Cookie, Description = "For pages: `POST /api/session` trades a key for it." },
            };
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            if (HttpMethods.IsHead(context.Description.HttpMethod ?? "")) operation.OperationId += "Head";   // GET has the name; each may be used once
            if (context.Description.ActionDescriptor.EndpointMetadata.OfType<RequiredRole>().LastOrDefault() is not { } required) return Task.CompletedTask;

            operation.Description = $"With API keys, for the role `{required.Role.ToString().ToLowerInvariant()}`.";
            operation.Security = [.. new[] { KeyScheme, CookieScheme }.Select(scheme => new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(scheme, context.Document)] = [] })];
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            if (context.JsonTypeInfo.Type == typeof(VideoView) && schema.Properties is { } shown)
            {
                Limit(shown, "status", s => s.Enum = statuses);
                Limit(shown, "storage", s => s.Enum = storages);
            }

            // The catalogue is the one source of what can be asked for.
            if (context.JsonTypeInfo.Type == typeof(VideoRequestBody) && schema.Properties is { } properties)
            {
                foreach (var name in properties.Keys) Limit(properties, name, s => s.Type &= ~JsonSchemaType.Null);   // to leave one out says the same
                schema.Required = new HashSet<string>(StringComparer.Ordinal) { "prompt" };
                Limit(properties, "model", s => s.Enum = [.. ModelCatalogue.All.Select(m => (JsonNode)m.Name)]);
                Limit(properties, "resolution", s => s.Enum = [.. ModelCatalogue.All.SelectMany(m => m.Resolutions).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(r => (JsonNode)r)]);
                Limit(properties, "duration", s =>
                {
                    s.Minimum = ModelCatalogue.All.Min(m => m.Durations.Min()).ToString();
                    s.Maximum = ModelCatalogue.All.Max(m => m.Durations.Max()).ToString();
                });
                Limit(properties, "prompt", s => (s.MinLength, s.MaxLength) = (1, ModelCatalogue.All.Max(m => m.PromptLimit)));
                Limit(properties, "negative_prompt", s => s.MaxLength = VideoModel.NegativePromptLimit);
                Limit(properties, "seed", s => (s.Minimum, s.Maximum) = (ModelCatalogue.All.Min(m => m.MinSeed).ToString(), VideoModel.MaxSeed.ToString()));
            }

            return Task.CompletedTask;
        });
    });

    /// <summary>The header of the two calls that create; it is read by hand, so it is described by hand.</summary>
    public static RouteHandlerBuilder TakesIdempotencyKey(this RouteHandlerBuilder route) => route.AddOpenApiOperationTransformer((operation, _, _) =>
    {
        (operation.Parameters ??= []).Add(new OpenApiParameter
        {
            Name = IdempotencyHeader.Name,
            In = ParameterLocation.Header,
            Description = "The same key with the same body gives the first answer again, for at least 24 hours; with another body it is refused (422).",
            Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = IdempotencyKey.MaxLength },
        });
        return Task.CompletedTask;
    });

    /// <summary>The questions of the list; they are read by hand as well.</summary>
    public static RouteHandlerBuilder TakesListQuery(this RouteHandlerBuilder route) => route.AddOpenApiOperationTransformer((operation, _, _) =>
    {
        foreach (var parameter in (operation.Parameters ?? []).OfType<OpenApiParameter>())
        {
            (parameter.Schema, parameter.Description) = parameter.Name switch
            {
                "limit" => (new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1", Maximum = ListWorkspaces.MaxLimit.ToString(), Default = ListWorkspaces.DefaultLimit }, "How many of them."),
                "status" => (new OpenApiSchema { Type = JsonSchemaType.String, Enum = statuses }, "Only those in this status."),
                "storage" => (new OpenApiSchema { Type = JsonSchemaType.String, Enum = storages }, "Only those whose bytes are there."),
                _ => (parameter.Schema, "`next_cursor` of the page before."),
            };
        }

        return Task.CompletedTask;
    });

    public static void MapApiDocs(this IEndpointRouteBuilder routes)
    {
        routes.MapOpenApi("/openapi/v1.json").WithMetadata(new RequiredRole(Role.Reader));
        routes.MapScalarApiReference("/docs", options => options.WithTitle("VideoPlatform").WithOpenApiRoutePattern("/openapi/v1.json")
                .DisableDefaultFonts().DisableTelemetry().DisableAgent().DisableMcp().HideDeveloperTools().HideClientButton())
            .WithMetadata(new RequiredRole(Role.Reader))
            .AddEndpointFilter(async (context, next) =>
            {
                context.HttpContext.Response.Headers.ContentSecurityPolicy = DocsPolicy;
                return await next(context);
            });
    }

    private static void Limit(IDictionary<string, IOpenApiSchema> properties, string name, Action<OpenApiSchema> limit)
    {
        if (properties.TryGetValue(name, out var found) && found is OpenApiSchema schema) limit(schema);
    }
}
