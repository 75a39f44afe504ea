using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Models;

namespace VideoPlatform.Infrastructure.Qwen;

/// <summary>Addresses of the API (dashscope.md section 1), and where the key may go.</summary>
internal static class QwenEndpoints
{
    /// <summary>The base address, without a slash at its end: stored beside each task.</summary>
    public static string Base(QwenOptions options) => options.BaseUrl.TrimEnd('/');

    public static Uri Submit(QwenOptions options, VideoModel model) => new(Base(options) + (model.Body is BodyGeneration.FirstFrameUrl
        ? "/services/aigc/image2video/video-synthesis"
        : "/services/aigc/video-generation/video-synthesis"));

    public static Uri UploadPolicy(QwenOptions options, string model) => new($"{Base(options)}/uploads?action=getPolicy&model={Uri.EscapeDataString(model)}");

    public static Uri Task(string endpoint, string taskId) => new($"{endpoint}/tasks/{Uri.EscapeDataString(taskId)}");

    public static Uri Cancel(string endpoint, string taskId) => new($"{endpoint}/tasks/{Uri.EscapeDataString(taskId)}/cancel");

    /// <summary>Without times: their zone is not documented, and a wrong guess would hide tasks (dashscope.md section 5).</summary>
    public static Uri List(string endpoint, TaskListQuery query)
    {
        string?[] parts =
        [
            query.Model is { } model ? $"model_name={Uri.EscapeDataString(model)}" : null,
            string.Create(CultureInfo.InvariantCulture, $"page_no={query.Page}"),
            string.Create(CultureInfo.InvariantCulture, $"page_size={query.PageSize}"),
        ];
        return new Uri($"{endpoint}/tasks/?{string.Join('&', parts.Where(p => p is not null))}");
    }

    /// <summary>
    /// The endpoint that accepted a task, if the key may be shown to it: the configured origin, or a host of the service itself.
    /// Other names below <c>aliyuncs.com</c> (buckets, functions) are rented out to anybody.
    /// </summary>
    /// <param name="stored">Null: the configured one.</param>
    public static bool TryAllow(QwenOptions options, string? stored, [NotNullWhen(true)] out string? endpoint)
    {
        endpoint = stored?.TrimEnd('/') ?? Base(options);
        var allowed = Uri.TryCreate(endpoint, UriKind.Absolute, out var uri)
            && uri.UserInfo.Length == 0 && uri.Query.Length == 0 && uri.Fragment.Length == 0
            && (IsSameOrigin(uri, new Uri(Base(options))) || (uri.Scheme == Uri.UriSchemeHttps && IsServiceHost(uri.IdnHost)));
        if (!allowed) endpoint = null;
        return allowed;
    }

    /// <summary>Where a picture may be uploaded to: the address is the provider's word, so it must be encrypted unless the whole provider is not (a test server).</summary>
    public static bool MayUploadTo(QwenOptions options, Uri host) =>
        host.UserInfo.Length == 0
        && (host.Scheme == Uri.UriSchemeHttps || (host.Scheme == Uri.UriSchemeHttp && new Uri(Base(options)).Scheme == Uri.UriSchemeHttp));

    /// <summary>An id that stays one part of a path.</summary>
    public static bool IsTaskId([NotNullWhen(true)] string? id) =>
        id is { Length: > 0 and <= 256 } and not ("." or "..") && !id.Any(c => char.IsControl(c) || char.IsWhiteSpace(c));

    private static bool IsSameOrigin(Uri one, Uri other) =>
        one.Scheme == other.Scheme && one.Port == other.Port && string.Equals(one.IdnHost, other.IdnHost, StringComparison.OrdinalIgnoreCase);

    private static bool IsServiceHost(string host)
    {
        const StringComparison ignoreCase = StringComparison.OrdinalIgnoreCase;
        return host.EndsWith(".maas.aliyuncs.com", ignoreCase)
            || host.EndsWith(".dashscope.aliyuncs.com", ignoreCase)
            || (host.StartsWith("dashscope", ignoreCase) && host.EndsWith(".aliyuncs.com", ignoreCase) && host.Count(c => c == '.') == 2
                && (host["dashscope".Length] is '.' or '-'));
    }
}
