using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using VideoPlatform.Api.Tests.Hosting;
using VideoPlatform.Domain.Models;

namespace VideoPlatform.Api.Tests.Docs;

/// <summary>The documents that the service hands out about itself.</summary>
public sealed partial class ApiDocsTests
{
    [Fact]
    public async Task The_openapi_document_holds_every_call_and_the_catalogue()
    {
        await using var host = await PlatformHost.StartAsync();

        var answer = await host.GetAsync("/openapi/v1.json");

        Assert.StartsWith("application/json", answer.Header("Content-Type"), StringComparison.Ordinal);
        Assert.StartsWith("3.1.", answer.Json["openapi"]!.GetValue<string>(), StringComparison.Ordinal);
        var calls = answer.Json["paths"]!.AsObject().SelectMany(p => p.Value!.AsObject().Select(m => $"{m.Key.ToUpperInvariant()} {p.Key}"));
        Assert.Equal(
            [
                "DELETE /api/workspaces/{id}", "GET /api/models", "GET /api/stats", "GET /api/workspaces", "GET /api/workspaces/{id}", "GET /api/workspaces/{id}/video",
                "GET /api/workspaces/{id}/video/content", "GET /health/live", "GET /health/ready", "GET /uploads/{path}", "GET /ws", "HEAD /api/workspaces/{id}/video/content", "HEAD /health/live", "HEAD /health/ready", "HEAD /uploads/{path}",
                "POST /api/session", "POST /api/workspaces", "POST /api/workspaces/{id}/video", "POST /api/workspaces/{id}/video/cancel", "POST /api/workspaces/{id}/video/download", "POST /api/workspaces/{id}/video/settle",
            ],
            calls.Order(StringComparer.Ordinal));
        var names = answer.Json["paths"]!.AsObject().SelectMany(p => p.Value!.AsObject().Select(m => m.Value!["operationId"]!.GetValue<string>())).ToArray();
        Assert.Equal(names.Distinct(StringComparer.Ordinal), names);
        var request = answer.Json["components"]!["schemas"]!["VideoRequestBody"]!;
        Assert.Equal(ModelCatalogue.All.Select(m => m.Name), request["properties"]!["model"]!["enum"]!.AsArray().Select(m => m!.GetValue<string>()));
        Assert.Equal(["1080P", "480P", "720P"], request["properties"]!["resolution"]!["enum"]!.AsArray().Select(m => m!.GetValue<string>()));
        Assert.Equal(["prompt"], request["required"]!.AsArray().Select(m => m!.GetValue<string>()));
        Assert.Equal(
            ["duration", "model", "negative_prompt", "prompt", "prompt_extend", "replace", "resolution", "seed", "watermark"],
            request["properties"]!.AsObject().Select(p => p.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_openapi_document_tells_what_answers_and_callers_may_leave_out()
    {
        await using var host = await PlatformHost.StartAsync();

        var document = (await host.GetAsync("/openapi/v1.json")).Json;
        var schemas = document["components"]!["schemas"]!;

        Assert.Equal(["code", "message"], Texts(schemas["ProblemView"]!["required"]!));
        Assert.Equal(["image"], Texts(schemas["Form"]!["required"]!));
        Assert.DoesNotContain("history", Texts(schemas["VideoView"]!["required"]!));
        Assert.All(schemas["VideoRequestBody"]!["properties"]!.AsObject(), member => Assert.IsAssignableFrom<JsonValue>(member.Value!["type"]));
        Assert.Equal(9, schemas["VideoView"]!["properties"]!["status"]!["enum"]!.AsArray().Count);
        var list = document["paths"]!["/api/workspaces"]!["get"]!["parameters"]!.AsArray();
        Assert.Equal(["integer", "string", "string", "string"], list.Select(p => p!["schema"]!["type"]!.GetValue<string>()));
        Assert.Equal(["local", "remote", "none"], Texts(list[3]!["schema"]!["enum"]!));
    }

    [Fact]
    public async Task The_openapi_document_tells_who_may_call_what()
    {
        await using var host = await PlatformHost.StartAsync();

        var document = (await host.GetAsync("/openapi/v1.json")).Json;

        Assert.Equal(["key", "session"], document["components"]!["securitySchemes"]!.AsObject().Select(s => s.Key).Order(StringComparer.Ordinal));
        foreach (var (path, calls) in document["paths"]!.AsObject())
        {
            foreach (var (method, call) in calls!.AsObject())
            {
                var open = path is "/health/live" or "/health/ready" or "/api/session";
                Assert.True(open == (call!["security"] is null), $"{method} {path}");
                if (open) continue;

                Assert.Equal(["key", "session"], call["security"]!.AsArray().SelectMany(s => s!.AsObject().Select(k => k.Key)));
                Assert.NotNull(call["responses"]!["401"]!["content"]!["application/problem+json"]);
                Assert.NotNull(call["responses"]!["403"]);
            }
        }
    }

    [Fact]
    public async Task Every_reference_in_the_openapi_document_leads_somewhere()
    {
        await using var host = await PlatformHost.StartAsync();

        var document = await host.GetAsync("/openapi/v1.json");

        var references = Reference().Matches(document.Text).Select(m => m.Groups["name"].Value).Distinct(StringComparer.Ordinal).ToArray();
        Assert.NotEmpty(references);
        Assert.All(references, name => Assert.NotNull(document.Json["components"]!["schemas"]![name]));
    }

    [Fact]
    public async Task The_readable_documentation_needs_no_other_host()
    {
        await using var host = await PlatformHost.StartAsync();

        var page = await host.GetAsync("/docs/");

        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.StartsWith("text/html", page.Header("Content-Type"), StringComparison.Ordinal);
        Assert.DoesNotMatch(Elsewhere(), page.Text);
        var policy = page.Header("Content-Security-Policy")!;
        Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
        var scripts = Script().Matches(page.Text).Select(m => m.Groups["src"].Value).ToArray();
        Assert.NotEmpty(scripts);
        foreach (var script in scripts)
            Assert.Equal(HttpStatusCode.OK, (await host.GetAsync(new Uri(new Uri(host.Address, "/docs/"), script).PathAndQuery)).Status);
    }

    private static IEnumerable<string> Texts(JsonNode array) => array.AsArray().Select(text => text!.GetValue<string>());

    [GeneratedRegex("\"\\$ref\": *\"#/components/schemas/(?<name>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Reference();

    [GeneratedRegex("(src|href)=\"(https?:)?//", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Elsewhere();

    [GeneratedRegex("<script[^>]* src=\"(?<src>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Script();
}
