using Microsoft.AspNetCore.Http;
using VideoPlatform.Sandbox.Api;
using VideoPlatform.Sandbox.Counters;
using VideoPlatform.Sandbox.Faults;
using VideoPlatform.Sandbox.Tasks;
using static VideoPlatform.Sandbox.Faults.SandboxFaultKind;

namespace VideoPlatform.Sandbox.Oss;

/// <summary>Result links: <c>GET</c> with ranges and checksums (dashscope.md section 4).</summary>
internal sealed class DownloadEndpoint(
    SandboxOptions options, SandboxFolder folder, TaskBook book, LinkSigner signer,
    SandboxFaults faults, SandboxCounters counters, CancellationToken stopping)
{
    public async Task HandleAsync(HttpContext context)
    {
        var task = FindTask(context.Request.Path);
        counters.CountDownload(task?.Id);
        var now = options.TimeProvider.GetUtcNow();
        var link = signer.Check(context.Request, now);
        if (link != LinkState.Good)
        {
            await RefuseAsync(context, link, now);
            return;
        }

        if (task?.Video is not { } video)
        {
            await OssErrors.NotFoundAsync(context);
            return;
        }

        var struck = faults.Take(FaultPoint.Download, task.Id, task.Model, context.Request.Headers.Range.Count > 0);
        if (struck.Answer is { } fault && await AnswerAsync(context, fault, video, now)) return;

        await SendAsync(context, task, video, struck);
    }

    private SandboxTask? FindTask(PathString path) =>
        book.FindKept(Path.GetFileNameWithoutExtension(path.Value!)) is { State: TaskState.Succeeded } task && path.Value == "/" + task.ObjectKey
            ? task
            : null;

    private static Task RefuseAsync(HttpContext context, LinkState link, DateTimeOffset now) => link switch
    {
        LinkState.Expired => OssErrors.ExpiredAsync(context, now),
        LinkState.Damaged => OssErrors.DamagedAsync(context),
        _ => OssErrors.WriteAsync(context, 403, "AccessDenied", "You have no right to access this object because of bucket acl."),
    };

    /// <summary>False when the fault shapes the body instead of replacing the answer.</summary>
    private static async Task<bool> AnswerAsync(HttpContext context, SandboxFault fault, ReadyVideo video, DateTimeOffset now)
    {
        switch (fault.Kind)
        {
            case DownloadServerError:
                await OssErrors.WriteAsync(context, fault.Status ?? 500, fault.Code ?? "InternalError", fault.Message ?? "We encountered an internal error. Please try again.");
                return true;
            case DownloadEmpty:
                context.Response.ContentType = "video/mp4";
                context.Response.ContentLength = 0;
                return true;
            case DownloadHtml:
                await ApiReply.HtmlAsync(context, "Welcome to this network");
                return true;
            case DownloadExpired:
                await OssErrors.ExpiredAsync(context, now);
                return true;
            case DownloadNotFound:
                await OssErrors.NotFoundAsync(context);
                return true;
            case DownloadRedirect:
                context.Response.Redirect(fault.Url?.AbsoluteUri ?? "http://127.0.0.1/");
                return true;
            case DownloadRangeRefused:
                await RefuseRangeAsync(context, video);
                return true;
            default:
                return false;
        }
    }

    private static Task RefuseRangeAsync(HttpContext context, ReadyVideo video)
    {
        context.Response.Headers.ContentRange = $"bytes */{video.Length}";
        return OssErrors.WriteAsync(context, 416, "InvalidRange", "The requested range cannot be satisfied");
    }

    private async Task SendAsync(HttpContext context, SandboxTask task, ReadyVideo video, StruckFaults struck)
    {
        var headers = context.Response.Headers;
        var etag = ETag(task, video, struck);
        var modified = task.EndedAt!.Value.UtcDateTime.ToString("R");
        ByteRange? range = null;
        if (context.Request.Headers.Range.Count > 0 && !struck.Has(DownloadRangeIgnored) && IfRangeHolds(context.Request, etag, modified))
        {
            range = ByteRange.Read(context.Request, video.Length);
            if (range is null && struck.Has(DownloadInvalidRangeIs416))
            {
                await RefuseRangeAsync(context, video);
                return;
            }
        }

        context.Response.ContentType = "video/mp4";
        headers.ETag = etag;
        headers.LastModified = modified;
        headers.AcceptRanges = "bytes";
        headers["x-oss-object-type"] = video.Md5 is null ? "Multipart" : "Normal";
        if (!struck.Has(DownloadNoChecksums))
        {
            headers["x-oss-hash-crc64ecma"] = (video.Crc64 + (struck.Has(DownloadWrongCrc) ? 1UL : 0)).ToString();
            if (video.Md5 is { } md5 && range is null) headers.ContentMD5 = Convert.ToBase64String(Convert.FromHexString(md5));
        }

        if (range is { } part)
        {
            context.Response.StatusCode = 206;
            var shift = struck.Has(DownloadWrongContentRange) ? 1 : 0;
            headers.ContentRange = $"bytes {part.First + shift}-{part.Last}/{video.Length}";
        }

        using var body = options.Video is SandboxVideo.Generated && video.Md5 is null
            ? (VideoBody)new GeneratedBody(video.Length)
            : new FileBody(folder.VideoFile(task.Id));
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        var sender = new BodySender(context, body, video.Length, struck, gone.Token);
        await sender.SendAsync(range ?? new ByteRange(0, video.Length - 1));
    }

    /// <summary>Upper-case MD5 for an object of type Normal; something else for one that was put together from parts.</summary>
    private static string ETag(SandboxTask task, ReadyVideo video, StruckFaults struck)
    {
        var tag = video.Md5 ?? $"{task.Id.Replace("-", "", StringComparison.Ordinal).ToUpperInvariant()}-1";
        return struck.Has(DownloadChangedETag) ? $"\"0{tag[1..^1]}0\"" : $"\"{tag}\"";
    }

    private static bool IfRangeHolds(HttpRequest request, string etag, string modified) =>
        request.Headers.IfRange.ToString() is not { Length: > 0 } condition || condition == etag || condition == modified;
}
