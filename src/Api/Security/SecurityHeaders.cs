namespace VideoPlatform.Api.Security;

/// <summary>What browsers are told about every answer.</summary>
internal static class SecurityHeaders
{
    /// <summary>For the page: everything from here; videos also from the provider while only its link lives.</summary>
    /// <param name="sandboxOrigin">Where the built-in sandbox's links lead, which is not https; null: the provider is a real one.</param>
    public static string PagePolicy(Uri? sandboxOrigin) =>
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        + $"media-src 'self' blob: https:{(sandboxOrigin is null ? "" : $" {sandboxOrigin.GetLeftPart(UriPartial.Authority)}")}; "
        + "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>For a stored file that is opened by itself: the browser's own viewer may show it, with the styles that it writes into its page. No stored file is ever a page.</summary>
    public const string FilePolicy = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'";

    private const string NothingPolicy = "default-src 'none'; frame-ancestors 'none'";

    public static Task Add(HttpContext http, RequestDelegate next)
    {
        // At the last moment: the exception handler begins its answer by taking all headers away.
        http.Response.OnStarting(static state =>
        {
            var headers = ((HttpResponse)state).Headers;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";
            if (headers.ContentSecurityPolicy.Count == 0) headers.ContentSecurityPolicy = NothingPolicy;
            return Task.CompletedTask;
        }, http.Response);
        return next(http);
    }
}
