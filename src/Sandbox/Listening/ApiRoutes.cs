using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using VideoPlatform.Sandbox.Api;
using VideoPlatform.Sandbox.Counters;
using VideoPlatform.Sandbox.Oss;

namespace VideoPlatform.Sandbox.Listening;

/// <summary>What the API listener answers to (dashscope.md section 1).</summary>
internal sealed class ApiRoutes(
    SandboxOptions options, SubmitEndpoint submit, TaskEndpoints tasks, ControlEndpoints control,
    UploadPolicy policy, Uri uploadHost, SandboxCounters counters, string folder)
{
    /// <summary>Which state folder the sandbox works on.</summary>
    public const string FolderHeader = "X-Sandbox-Folder";

    private const string Prefix = "/api/v1";

    public void Map(WebApplication app)
    {
        app.Use(LabelAndAuthorizeAsync);
        app.UseRouting();

        foreach (var family in (string[])["video-generation", "image2video"])
            app.MapPost($"{Prefix}/services/aigc/{family}/video-synthesis", context => submit.HandleAsync(context, family));
        app.MapGet($"{Prefix}/tasks", tasks.ListAsync);
        app.MapGet($"{Prefix}/tasks/{{id}}", context => tasks.QueryAsync(context, Id(context)));
        app.MapPost($"{Prefix}/tasks/{{id}}/cancel", context => tasks.CancelAsync(context, Id(context)));
        app.MapGet($"{Prefix}/uploads", PolicyAsync);

        app.MapGet("/sandbox", control.ShowAsync);
        app.MapPut("/sandbox/faults", control.PutFaultsAsync);
        app.MapDelete("/sandbox/faults", control.DeleteFaultsAsync);
        app.MapFallback("{**path}", context => ApiReply.ErrorAsync(context, new ApiError(404, "NotFound", "Not Found.")));
    }

    private static string Id(HttpContext context) => (string)context.GetRouteValue("id")!;

    private async Task LabelAndAuthorizeAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.Headers["X-Sandbox"] = "VideoPlatform";
        context.Response.Headers[FolderHeader] = folder;
        counters.Log("api", context.Request);
        if (context.Request.Path.StartsWithSegments(Prefix, StringComparison.Ordinal) && !IsAuthorized(context.Request))
        {
            await ApiReply.ErrorAsync(context, ApiError.InvalidApiKey);
            return;
        }

        await Hangup.GuardAsync(context, next);
    }

    private bool IsAuthorized(HttpRequest request)
    {
        const string scheme = "Bearer ";
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith(scheme, StringComparison.Ordinal) || string.IsNullOrWhiteSpace(header[scheme.Length..])) return false;
        return options.ApiKey is null || LinkSigner.Same(options.ApiKey, header[scheme.Length..]);
    }

    private Task PolicyAsync(HttpContext context)
    {
        var query = context.Request.Query;
        if (query["action"] != "getPolicy" || query["model"].ToString() is not { Length: > 0 } model)
            return ApiReply.ErrorAsync(context, ApiError.InvalidParameter("Required: action=getPolicy and model."));
        return ApiReply.JsonAsync(context, new JsonObject { ["request_id"] = ApiReply.NewId(), ["data"] = policy.Issue(model, uploadHost) });
    }
}
