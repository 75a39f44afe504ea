using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using VideoPlatform.Sandbox.Counters;
using VideoPlatform.Sandbox.Oss;

namespace VideoPlatform.Sandbox.Listening;

/// <summary>What the object store answers to: uploads at its root, links everywhere else.</summary>
internal sealed class ResultRoutes(DownloadEndpoint downloads, UploadEndpoint uploads, SandboxCounters counters)
{
    public void Map(WebApplication app) => app.Run(context => Hangup.GuardAsync(context, HandleAsync));

    private Task HandleAsync(HttpContext context)
    {
        counters.Log("results", context.Request);
        context.Response.Headers["x-oss-request-id"] = Guid.NewGuid().ToString("N")[..24].ToUpperInvariant();
        var method = context.Request.Method;
        if (HttpMethods.IsPost(method) && context.Request.Path == "/") return uploads.HandleAsync(context);
        return HttpMethods.IsGet(method) || HttpMethods.IsHead(method)
            ? downloads.HandleAsync(context)
            : OssErrors.WriteAsync(context, 405, "MethodNotAllowed", "The specified method is not allowed against this resource.");
    }
}
