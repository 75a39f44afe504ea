using Microsoft.AspNetCore.Http;

namespace VideoPlatform.Sandbox.Listening;

/// <summary>A client that leaves, and a sandbox that stops, are nothing to report.</summary>
internal static class Hangup
{
    public static async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException)
        {
            context.Abort();
        }
        catch (BadHttpRequestException) when (!context.Response.HasStarted)
        {
            context.Response.StatusCode = 400;
        }
        catch (IOException)
        {
            context.Abort();
        }
    }
}
