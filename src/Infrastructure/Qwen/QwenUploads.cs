using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Application.Pictures;
using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Models;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Infrastructure.Qwen;

/// <summary>The provider's temporary store: free, 48 hours, bound to account and model (dashscope.md section 6).</summary>
internal sealed partial class QwenUploads(
    QwenHttp http, IPictureStore pictures, IOptions<QwenOptions> options, TimeProvider clock, ILogger<QwenUploads> log)
{
    // A credential that ends while the file is on its way is of no use.
    private static readonly TimeSpan margin = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, Credential> credentials = new(StringComparer.Ordinal);

    /// <summary>Uploads one picture. A refused credential that may be too old is replaced once.</summary>
    public async Task<PictureHandover> UploadAsync(Picture picture, VideoModel model, string key, CancellationToken ct)
    {
        var answer = await TryUploadAsync(picture, model, key, ct);
        if (answer.WasForbidden)
        {
            credentials.TryRemove(model.Name, out _);
            answer = await TryUploadAsync(picture, model, key, ct);
        }

        LogUploaded(model.Name, answer.Handover.GetType().Name, ProblemOf(answer.Handover)?.Code);
        return answer.Handover;
    }

    private async Task<(PictureHandover Handover, bool WasForbidden)> TryUploadAsync(Picture picture, VideoModel model, string key, CancellationToken ct)
    {
        if (!QwenPicture.TryOpen(pictures, picture, out var open, out var problem)) return (QwenPicture.NotHandedOver(problem), false);

        await using (open)
        {
            var (policy, refusal) = await PolicyAsync(model, key, ct);
            if (policy is null) return (refusal!, false);
            if (policy.MaxMegabytes is > 0 and { } most && open.Bytes.Length > most * 1024 * 1024)
                return (new PictureHandover.Impossible(new Problem(QwenErrors.PictureTooLarge, $"The provider takes files of up to {most} MB.")), false);

            var name = $"{policy.Directory}/{Guid.NewGuid():N}.{open.Extension}";   // overwriting is forbidden there
            using var body = Form(policy, name, open);
            using var request = new HttpRequestMessage(HttpMethod.Post, policy.Host) { Content = body, Version = HttpVersion.Version11 };
            var reply = await http.SendAsync(request, ct, untilSilent: body);
            return reply.IsSuccess
                ? (new PictureHandover.Ready(picture, $"oss://{name}"), false)
                : (new PictureHandover.Unavailable(reply.Problem, reply.RetryAfter), reply.Status == 403);
        }
    }

    private async Task<(UploadPolicyWire? Policy, PictureHandover? Refusal)> PolicyAsync(VideoModel model, string key, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (credentials.TryGetValue(model.Name, out var known) && now < known.Until) return (known.Policy, null);

        using var request = http.Call(HttpMethod.Get, QwenEndpoints.UploadPolicy(options.Value, model.Name), key, inWorkspace: false);
        var reply = await http.SendAsync(request, ct);
        if (!reply.IsSuccess)
        {
            return (null, reply.Verdict switch
            {
                QwenVerdict.Blocked => new PictureHandover.Blocked(reply.Problem),
                QwenVerdict.Refused when reply.Code is not null => new PictureHandover.Impossible(reply.Problem),
                _ => new PictureHandover.Unavailable(reply.Problem, reply.BackOff),
            });
        }

        if (UploadPolicyWire.Read(reply.Json) is not { } policy) return (null, new PictureHandover.Unavailable(reply.Problem, null));
        if (!QwenEndpoints.MayUploadTo(options.Value, policy.Host))
            return (null, new PictureHandover.Unavailable(new Problem(QwenErrors.UploadNotAllowed, "The provider named an address for uploads that is not encrypted."), null));

        credentials[model.Name] = new Credential(policy, now + TimeSpan.FromSeconds(Math.Clamp(policy.ExpiresInSeconds, 0, 3600)) - margin);
        return (policy, null);
    }

    // Fields in the documented order, the file last: the store ignores what comes after it.
    private static QwenBody Form(UploadPolicyWire policy, string name, QwenPicture picture)
    {
        var boundary = Guid.NewGuid().ToString("N");
        var head = new StringBuilder();
        foreach (var (field, value) in (ReadOnlySpan<(string, string)>)
        [
            ("OSSAccessKeyId", policy.AccessKeyId),
            ("Signature", policy.Signature),
            ("policy", policy.Policy),
            ("key", name),
            ("x-oss-object-acl", policy.ObjectAcl),
            ("x-oss-forbid-overwrite", policy.ForbidOverwrite),
            ("success_action_status", "200"),
            ("x-oss-content-type", picture.MediaType),
        ])
        {
            head.Append(CultureInfo.InvariantCulture, $"--{boundary}\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n");
        }

        head.Append(CultureInfo.InvariantCulture, $"--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name[(name.LastIndexOf('/') + 1)..]}\"\r\nContent-Type: {picture.MediaType}\r\n\r\n");
        return new QwenBody(
            $"multipart/form-data; boundary={boundary}", () => true, Encoding.UTF8.GetBytes(head.ToString()), picture.Bytes, PictureEncoding.Raw, Encoding.UTF8.GetBytes($"\r\n--{boundary}--\r\n"));
    }

    private static Problem? ProblemOf(PictureHandover handover) => handover switch
    {
        PictureHandover.Unavailable(var problem, _) => problem,
        PictureHandover.Blocked(var problem) => problem,
        PictureHandover.Impossible(var problem) => problem,
        _ => null,
    };

    [LoggerMessage(Level = LogLevel.Information, Message = "Picture upload for {Model}: {Outcome} {Code}")]
    private partial void LogUploaded(string model, string outcome, string? code);

    private sealed record Credential(UploadPolicyWire Policy, DateTimeOffset Until);
}
