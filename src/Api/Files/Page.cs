using Microsoft.Extensions.FileProviders;
using VideoPlatform.Api.Security;

namespace VideoPlatform.Api.Files;

internal static class Page
{
    /// <summary>The web page at <c>/</c>, from <c>wwwroot</c> beside the program. It holds no secret and is open to whoever may connect.</summary>
    public static void MapPage(this WebApplication app)
    {
        var files = new PhysicalFileProvider(Path.Combine(AppContext.BaseDirectory, "wwwroot"));
        app.UseResponseCompression();
        app.UseDefaultFiles(new DefaultFilesOptions { FileProvider = files });
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = files,
            OnPrepareResponse = context =>
            {
                context.Context.Response.Headers.ContentSecurityPolicy = SecurityHeaders.PagePolicy;
                context.Context.Response.Headers.CacheControl = "no-cache";
            },
        });
    }
}
