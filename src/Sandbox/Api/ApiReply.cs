using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using VideoPlatform.Sandbox.Faults;

namespace VideoPlatform.Sandbox.Api;

/// <summary>A refused call (dashscope.md section 7).</summary>
internal sealed record ApiError(int Status, string Code, string Message)
{
    public static readonly ApiError InvalidApiKey = new(401, "InvalidApiKey", "Invalid API-key provided.");
    public static readonly ApiError NotAsync = new(403, "AccessDenied", "current user api does not support synchronous calls.");
    public static readonly ApiError WrongPath = new(400, "InvalidParameter", "url error, please check url!");
    public static readonly ApiError NoSuchModel = new(400, "InvalidParameter", "Model not exist.");
    public static readonly ApiError Throttled = new(429, "Throttling.RateQuota", "Requests rate limit exceeded, please try again later.");
    public static readonly ApiError Internal = new(500, "InternalError", "An internal error has occured, please try again later or contact service support.");

    public static readonly ApiError NotCancellable = new(
        400, "UnsupportedOperation", "Failed to cancel the task, please confirm if the task is in PENDING status.");

    public static ApiError InvalidParameter(string message) => new(400, "InvalidParameter", message);

    /// <summary>This error, with whatever the fault says differently.</summary>
    public ApiError Adjusted(SandboxFault fault) => new(fault.Status ?? Status, fault.Code ?? Code, fault.Message ?? Message);
}

/// <summary>Writes answers in the provider's manner.</summary>
internal static class ApiReply
{
    private static readonly JsonSerializerOptions Format = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string NewId() => Guid.NewGuid().ToString();

    public static Task JsonAsync(HttpContext context, JsonObject body, int status = 200)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json;charset=UTF-8";
        return context.Response.WriteAsync(body.ToJsonString(Format), context.RequestAborted);
    }

    public static Task ErrorAsync(HttpContext context, ApiError error)
    {
        var requestId = NewId();
        context.Response.Headers["X-Request-ID"] = requestId;
        return JsonAsync(context, new() { ["code"] = error.Code, ["message"] = error.Message, ["request_id"] = requestId }, error.Status);
    }

    public static Task ThrottledAsync(HttpContext context, SandboxFault fault)
    {
        if (fault.Delay is { } wait) context.Response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString();
        return ErrorAsync(context, new ApiError(429, "Throttling", "Requests throttling triggered.").Adjusted(fault));
    }

    /// <summary>What a proxy in front of the service says when it finds nobody behind it.</summary>
    public static Task BadGatewayAsync(HttpContext context)
    {
        context.Response.StatusCode = 502;
        return HtmlAsync(context, "502 Bad Gateway");
    }

    public static Task HtmlAsync(HttpContext context, string title)
    {
        context.Response.ContentType = "text/html";
        return context.Response.WriteAsync(
            $"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n</body>\r\n</html>\r\n", context.RequestAborted);
    }
}
