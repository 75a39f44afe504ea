using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using VideoPlatform.Sandbox.Counters;
using VideoPlatform.Sandbox.Faults;

namespace VideoPlatform.Sandbox.Oss;

/// <summary><c>POST /</c> with <c>multipart/form-data</c>: a form upload, fields first, file last (dashscope.md section 6).</summary>
internal sealed class UploadEndpoint(SandboxFolder folder, UploadPolicy policy, SandboxFaults faults, SandboxCounters counters)
{
    private const int MaxFieldChars = 64 * 1024;

    public async Task HandleAsync(HttpContext context)
    {
        counters.CountUpload();
        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) || type.MediaType != "multipart/form-data"
            || HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 } boundary)
        {
            await OssErrors.WriteAsync(context, 412, "PreconditionFailed", "Bucket POST must be of the enclosure-type multipart/form-data.");
            return;
        }

        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        var reader = new MultipartReader(boundary, context.Request.Body);
        while (await reader.ReadNextSectionAsync(context.RequestAborted) is { } section)
        {
            var name = HeaderUtilities.RemoveQuotes(section.GetContentDispositionHeader()?.Name ?? default).Value ?? "";
            if (name == "file")
            {
                await KeepAsync(context, fields, section.Body);
                return;
            }

            using var text = new StreamReader(section.Body);
            var value = new char[MaxFieldChars];
            fields[name] = new string(value, 0, await text.ReadBlockAsync(value, context.RequestAborted));
        }

        await OssErrors.WriteAsync(context, 400, "InvalidArgument", "POST requires exactly one file upload per request.");
    }

    private async Task KeepAsync(HttpContext context, Dictionary<string, string> fields, Stream content)
    {
        var problem = faults.Take(FaultPoint.Upload, taskId: null, model: null).Answer is null
            ? policy.Problem(fields)
            : ("AccessDenied", "Invalid according to Policy: Policy Condition failed");
        var part = Path.Combine(folder.Uploads, $"{Guid.NewGuid():N}.part");
        try
        {
            // The file is read to its end even when it is refused, so that the client hears the answer.
            var fits = await CopyAsync(content, problem is null ? part : null, context.RequestAborted);
            if (problem is var (code, message)) await OssErrors.WriteAsync(context, 403, code, message);
            else if (!fits) await OssErrors.WriteAsync(context, 400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size.");
            else if (!policy.TryKeep(part, fields["key"])) await OssErrors.WriteAsync(context, 409, "FileAlreadyExists", "The object you specified already exists and can not be overwritten.");
            else context.Response.StatusCode = fields["success_action_status"] == "200" ? 200 : 204;
        }
        finally
        {
            File.Delete(part);
        }
    }

    private static async Task<bool> CopyAsync(Stream content, string? path, CancellationToken ct)
    {
        await using var file = path is null ? Stream.Null : new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        var block = new byte[1 << 16];
        long length = 0;
        int read;
        while ((read = await content.ReadAsync(block, ct)) > 0)
        {
            length += read;
            if (length <= UploadPolicy.MaxBytes) await file.WriteAsync(block.AsMemory(0, read), ct);
        }

        return length <= UploadPolicy.MaxBytes;
    }
}
