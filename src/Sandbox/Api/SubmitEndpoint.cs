using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using VideoPlatform.Sandbox.Counters;
using VideoPlatform.Sandbox.Faults;
using VideoPlatform.Sandbox.Oss;
using VideoPlatform.Sandbox.Rendering;
using VideoPlatform.Sandbox.Tasks;
using static VideoPlatform.Sandbox.Faults.SandboxFaultKind;

namespace VideoPlatform.Sandbox.Api;

/// <summary><c>POST /services/aigc/{family}/video-synthesis</c> (dashscope.md sections 1 and 2).</summary>
internal sealed class SubmitEndpoint(
    SandboxOptions options, SandboxFolder folder, TaskBook book, VideoWorkshop workshop, UploadPolicy uploads,
    SandboxFaults faults, SandboxCounters counters, CancellationToken stopping)
{
    /// <summary>Largest body that is read, a picture as a data URI included.</summary>
    private const int MaxBodyBytes = 16 << 20;

    public async Task HandleAsync(HttpContext context, string family)
    {
        counters.CountSubmit();
        if (context.Request.Headers["X-DashScope-Async"] != "enable")
        {
            await ApiReply.ErrorAsync(context, ApiError.NotAsync);
            return;
        }

        using var json = await ReadAsync(context);
        if (json is null)
        {
            await ApiReply.ErrorAsync(context, new ApiError(400, "BadRequest.IllegalInput", "The request body is not JSON or is too large."));
            return;
        }

        var body = new SubmitBody(json.RootElement);
        var fault = faults.Take(FaultPoint.Submit, taskId: null, body.Model).Answer;
        if (fault is not null && IsBeforeCreation(fault.Kind))
        {
            await AnswerAsync(context, fault);
            return;
        }

        var (task, error) = Accept(context.Request, family, body);
        if (task is null)
        {
            await ApiReply.ErrorAsync(context, error!);
            return;
        }

        if (task.Order is not null) workshop.Start(task);
        if (fault is not null && !await StillAnswersAsync(context, fault)) return;

        await ApiReply.JsonAsync(context, new()
        {
            ["output"] = new JsonObject { ["task_status"] = "PENDING", ["task_id"] = task.Id },
            ["request_id"] = task.RequestId,
        });
    }

    private (SandboxTask? Task, ApiError? Error) Accept(HttpRequest request, string family, SubmitBody body)
    {
        if (body.Model is not { Length: > 0 } name) return (null, new ApiError(400, "BadRequest.EmptyModel", "Required parameter \"model\" missing from request."));
        if (VideoModel.Find(name) is not { } model) return (null, ApiError.NoSuchModel);
        if (model.Family != family) return (null, ApiError.WrongPath);

        var resolvesOss = request.Headers["X-DashScope-OssResourceResolve"] == "enable";
        if (body.Urls.Any(url => MediaUrl.IsOss(url) && !(resolvesOss && uploads.FindFile(url, name) is not null)))
            return (null, ApiError.InvalidParameter(MediaUrl.Invalid));

        var (order, problem) = body.Check(model);
        if (problem is not null && options.BodyChecks == BodyChecks.AtSubmit) return (null, ApiError.InvalidParameter(problem));

        var task = new SandboxTask
        {
            Id = ApiReply.NewId(),
            RequestId = ApiReply.NewId(),
            Model = name,
            Order = order,
            Prompt = body.Prompt,
            SubmittedAt = options.TimeProvider.GetUtcNow(),
            BodyError = problem is null ? null : new TaskError("InvalidParameter", problem),
        };
        if (order is not null) KeepPicture(task, body.Picture);
        if (book.TryAdd(task)) return (task, null);

        File.Delete(folder.PictureFile(task.Id));
        return (null, ApiError.Throttled);
    }

    /// <summary>Keeps the picture until it is rendered. A picture on the web is never fetched: the sandbox calls nobody.</summary>
    private void KeepPicture(SandboxTask task, string? url)
    {
        if (options.Video is not SandboxVideo.FromPicture || url is null) return;
        if (MediaUrl.DataOf(url) is { } data) SandboxFolder.WriteWhole(folder.PictureFile(task.Id), data);
        else if (uploads.FindFile(url, task.Model) is { } file) File.Copy(file, folder.PictureFile(task.Id));
    }

    private static bool IsBeforeCreation(SandboxFaultKind kind) =>
        kind is not (SubmitLostResponse or SubmitDelayed or SubmitServerErrorAfterCreation);

    private static Task AnswerAsync(HttpContext context, SandboxFault fault)
    {
        switch (fault.Kind)
        {
            case SubmitAborted:
                context.Abort();
                return Task.CompletedTask;
            case SubmitThrottled:
                return ApiReply.ThrottledAsync(context, fault);
            case SubmitBadGateway:
                return ApiReply.BadGatewayAsync(context);
            default:
                var error = fault.Kind switch
                {
                    SubmitArrearage => new ApiError(400, "Arrearage", "Access denied, please make sure your account is in good standing."),
                    SubmitInvalidApiKey => ApiError.InvalidApiKey,
                    SubmitDataInspectionFailed => new ApiError(400, "DataInspectionFailed", "Input data may contain inappropriate content."),
                    SubmitRefused => ApiError.InvalidParameter("Invalid parameter."),
                    _ => ApiError.Internal,
                };
                return ApiReply.ErrorAsync(context, error.Adjusted(fault));
        }
    }

    /// <summary>False when the fault has taken the place of the answer.</summary>
    private async Task<bool> StillAnswersAsync(HttpContext context, SandboxFault fault)
    {
        switch (fault.Kind)
        {
            case SubmitLostResponse:
                context.Abort();
                return false;
            case SubmitServerErrorAfterCreation:
                await ApiReply.ErrorAsync(context, ApiError.Internal.Adjusted(fault));
                return false;
            default:
                using (var gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping))
                {
                    await Task.Delay(fault.Delay ?? Timeout.InfiniteTimeSpan, TimeProvider.System, gone.Token);
                }

                return true;
        }
    }

    /// <summary>Null when the body is too large or not JSON. A body that is too large is read to its end, so that the client hears the answer.</summary>
    private static async Task<JsonDocument?> ReadAsync(HttpContext context)
    {
        var ct = context.RequestAborted;
        using var whole = new MemoryStream();
        var block = new byte[1 << 16];
        long length = 0;
        int read;
        while ((read = await context.Request.Body.ReadAsync(block, ct)) > 0)
        {
            length += read;
            if (length <= MaxBodyBytes) whole.Write(block, 0, read);
        }

        if (length > MaxBodyBytes) return null;
        try
        {
            whole.Position = 0;
            return await JsonDocument.ParseAsync(whole, cancellationToken: ct);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
