using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Application.Pictures;
using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Models;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Infrastructure.Qwen;

/// <summary>Alibaba Cloud Model Studio (DashScope), asynchronous video generation (dashscope.md).</summary>
internal sealed partial class QwenVideoProvider(
    QwenHttp http, QwenUploads uploads, QwenRateLimits limits, IPictureStore pictures, IOptions<QwenOptions> options, TimeProvider clock, ILogger<QwenVideoProvider> log)
    : IVideoProvider
{
    /// <summary>Inline below <see cref="QwenPicture.InlineLimit"/>, else through the temporary store (dashscope.md sections 2.2 and 6).</summary>
    public async Task<PictureHandover> HandOverAsync(Picture picture, VideoModel model, CancellationToken ct)
    {
        if (!QwenPicture.TryOpen(pictures, picture, out var open, out var problem)) return QwenPicture.NotHandedOver(problem);

        await using (open)
            if (open.FitsInline) return new PictureHandover.Ready(picture, null);

        return http.Key is { } key ? await uploads.UploadAsync(picture, model, key, ct) : new PictureHandover.Blocked(QwenHttp.KeyMissing);
    }

    /// <summary>dashscope.md sections 1 and 2; what the answer means is in section 7.</summary>
    public async Task<SubmitAnswer> SubmitAsync(VideoRequest request, VideoModel model, PictureHandover.Ready picture, DateTimeOffset sendBefore)
    {
        var answer = await SubmitOnceAsync(request, model, picture, sendBefore);
        var (outcome, said) = answer switch
        {
            SubmitAnswer.Accepted(var task) => ("accepted", task.Id),
            SubmitAnswer.Refused(var problem) => ("refused", problem.Code),
            SubmitAnswer.Throttled(var problem, _) => ("throttled", problem.Code),
            SubmitAnswer.Blocked(var problem) => ("blocked", problem.Code),
            SubmitAnswer.NotSent(var problem) => ("not sent", problem.Code),
            SubmitAnswer.Unclear(var problem) => ("unclear", problem.Code),
            _ => throw new ArgumentOutOfRangeException(nameof(request)),
        };
        var address = QwenEndpoints.Submit(options.Value, model).GetLeftPart(UriPartial.Path);
        LogSubmit(request.Id, model.Name, address, outcome, said);
        return answer;
    }

    /// <summary>dashscope.md section 3. A question without an answer is not repeated here: the task is simply asked for again later.</summary>
    public async Task<TaskAnswer> QueryAsync(ProviderTask task, CancellationToken ct)
    {
        var (call, problem) = Prepare(task.Endpoint, task.Id);
        if (call is not { } c) return new TaskAnswer.Silent(problem!, null);

        await limits.ForQueryAsync(ct);
        using var request = http.Call(HttpMethod.Get, QwenEndpoints.Task(c.Endpoint, task.Id), c.Key);
        var reply = await http.SendAsync(request, ct);
        return reply.IsSuccess ? Read(reply, task.Id)
            : IsNoSuchTask(reply) ? new TaskAnswer.Gone()
            : new TaskAnswer.Silent(Noted("query", reply), reply.BackOff);
    }

    /// <summary>dashscope.md section 5, "List".</summary>
    public async Task<TaskListAnswer> ListAsync(TaskListQuery query, CancellationToken ct)
    {
        var (call, problem) = Prepare(endpoint: null, taskId: null);
        if (call is not { } c) return new TaskListAnswer.Silent(problem!, null);

        await limits.ForQueryAsync(ct);
        using var request = http.Call(HttpMethod.Get, QwenEndpoints.List(c.Endpoint, query), c.Key);
        var reply = await http.SendAsync(request, ct);
        return reply.IsSuccess && Page(TaskListWire.Read(reply.Json), query) is { } page
            ? page with { ClockAhead = reply.ClockAhead }
            : new TaskListAnswer.Silent(Noted("list", reply), reply.BackOff);
    }

    /// <summary>dashscope.md section 5, "Cancel".</summary>
    public async Task<CancelAnswer> CancelAsync(ProviderTask task, CancellationToken ct)
    {
        var (call, problem) = Prepare(task.Endpoint, task.Id);
        if (call is not { } c) return new CancelAnswer.Silent(problem!, null);

        await limits.ForQueryAsync(ct);
        using var request = http.Call(HttpMethod.Post, QwenEndpoints.Cancel(c.Endpoint, task.Id), c.Key);
        var reply = await http.SendAsync(request, ct);
        return reply.IsSuccess && reply.Json.ValueKind is JsonValueKind.Object && reply.Code is null ? new CancelAnswer.Accepted()
            : reply.Verdict is QwenVerdict.Refused && reply.Code is not null ? new CancelAnswer.Refused(Noted("cancel", reply))
            : new CancelAnswer.Silent(Noted("cancel", reply), reply.BackOff);
    }

    private async Task<SubmitAnswer> SubmitOnceAsync(VideoRequest order, VideoModel model, PictureHandover.Ready picture, DateTimeOffset sendBefore)
    {
        if (http.Key is not { } key) return new SubmitAnswer.Blocked(QwenHttp.KeyMissing);
        if (!await TakeTurnAsync(sendBefore)) return TooLate();

        QwenPicture? file = null;
        if (picture.Url is null && !QwenPicture.TryOpen(pictures, picture.Picture, out file, out var problem)) return new SubmitAnswer.NotSent(problem);

        await using (file)
        {
            using var body = Body(order, model, picture.Url, file, mayLeave: () => clock.GetUtcNow() < sendBefore);
            using var request = http.Call(HttpMethod.Post, QwenEndpoints.Submit(options.Value, model), key);
            request.Content = body;
            request.Headers.Add("X-DashScope-Async", "enable");
            if (picture.Url?.StartsWith("oss://", StringComparison.Ordinal) is true) request.Headers.Add("X-DashScope-OssResourceResolve", "enable");

            var reply = await http.SendPaidAsync(request);

            // A request without the first byte of its body orders nothing, whatever went wrong: name, connection, handshake, time.
            if (body.WasHeldBack) return TooLate();
            return body.Began ? Read(reply) : new SubmitAnswer.NotSent(reply.Problem);
        }
    }

    /// <summary>Waits for a token of the submit bucket; false when that would be too late.</summary>
    private async Task<bool> TakeTurnAsync(DateTimeOffset sendBefore)
    {
        var left = sendBefore - clock.GetUtcNow();
        if (left <= TimeSpan.Zero) return false;

        using var late = new CancellationTokenSource(left < TimeSpan.FromDays(1) ? left : TimeSpan.FromDays(1), clock);
        try
        {
            await limits.ForSubmitAsync(late.Token);
            return true;
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            return false;
        }
    }

    private static SubmitAnswer.NotSent TooLate() => new(new Problem(QwenErrors.TooLate, "The time to send the request had passed before it could leave."));

    // The file is spliced in while the body is sent; a mark that nobody could have written stands for it in the JSON.
    private static QwenBody Body(VideoRequest order, VideoModel model, string? url, QwenPicture? file, Func<bool> mayLeave)
    {
        const string json = "application/json";
        if (file is null) return new QwenBody(json, mayLeave, SubmitBody.Of(order, model, url!).ToUtf8());

        var mark = Guid.NewGuid().ToString("N");
        var whole = SubmitBody.Of(order, model, $"data:{file.MediaType};base64,{mark}").ToUtf8();
        var at = whole.AsSpan().IndexOf(Encoding.ASCII.GetBytes(mark));
        return new QwenBody(json, mayLeave, whole.AsMemory(0, at), file.Bytes, PictureEncoding.Base64, whole.AsMemory(at + mark.Length));
    }

    private SubmitAnswer Read(QwenReply reply)
    {
        var id = TaskWire.Read(reply.Json).TaskId;
        if (reply.IsSuccess)
        {
            return QwenEndpoints.IsTaskId(id)
                ? new SubmitAnswer.Accepted(new ProviderTask(id, QwenEndpoints.Base(options.Value)))
                : new SubmitAnswer.Unclear(reply.Problem);
        }

        if (id is not null) return new SubmitAnswer.Unclear(reply.Problem);   // a no that names a task contradicts itself
        return reply.Verdict switch
        {
            QwenVerdict.Blocked => new SubmitAnswer.Blocked(reply.Problem),
            QwenVerdict.Throttled => new SubmitAnswer.Throttled(reply.Problem, reply.BackOff),
            QwenVerdict.Refused => new SubmitAnswer.Refused(reply.Problem),
            _ => new SubmitAnswer.Unclear(reply.Problem),
        };
    }

    private TaskAnswer Read(QwenReply reply, string askedFor)
    {
        var task = TaskWire.Read(reply.Json);
        if (task.Status is null) return new TaskAnswer.Silent(Noted("query", reply), null);
        if (task.TaskId is { } id && !string.Equals(id, askedFor, StringComparison.OrdinalIgnoreCase))
            return new TaskAnswer.Silent(Noted("query", reply with { Problem = QwenErrors.AnotherTask }), null);

        switch (task.Status.Trim().ToUpperInvariant())
        {
            case "PENDING":
                return new TaskAnswer.Working("PENDING", IsPending: true);
            case "RUNNING":
                return new TaskAnswer.Working("RUNNING", IsPending: false);
            case "SUCCEEDED":
                return new TaskAnswer.Succeeded(RemoteLink.Parse(task.VideoUrl, task.EndedAt), task.EndedAt, task.OrigPrompt);
            case "FAILED":
                return new TaskAnswer.Failed(QwenErrors.DescribeFailure(reply.Json, http.Key), task.EndedAt);
            case "CANCELED" or "CANCELLED":
                return new TaskAnswer.Cancelled(task.EndedAt);
            case "UNKNOWN":
                return new TaskAnswer.Gone();
            default:
                var word = QwenText.Code(task.Status) ?? "?";
                LogUnknownWord(QwenText.Code(askedFor), word);
                return new TaskAnswer.Working(word, IsPending: false);
        }
    }

    // A 404 without a code is a proxy's or a wrong prefix's: it says nothing about the task, and a paid task is not given up for it.
    private static bool IsNoSuchTask(QwenReply reply) => reply is { Status: 404, Code: not null, Verdict: QwenVerdict.Refused };

    /// <summary>Null when the page cannot be relied on: whoever looks for a lost task must not take an unreadable list for an empty one.</summary>
    private static TaskListAnswer.Page? Page(TaskListWire wire, TaskListQuery query)
    {
        if (wire.Tasks is not { } tasks) return wire.Total == 0 ? new TaskListAnswer.Page([], 0) : null;
        if (tasks.Any(t => t.TaskId is null)) return null;
        if (tasks.Count == 0 && (wire.TotalPages >= query.Page || wire.Total > (query.Page - 1L) * query.PageSize)) return null;

        // Without a number of pages, a full page means that there may be another one.
        var pages = wire.TotalPages
            ?? (wire.Total is { } total && query.PageSize > 0 ? (total + query.PageSize - 1) / query.PageSize
            : tasks.Count == 0 ? query.Page - 1
            : tasks.Count < query.PageSize ? query.Page
            : query.Page + 1);
        return new TaskListAnswer.Page(
            [.. tasks.Select(t => new ListedTask(t.TaskId!, QwenText.Code(t.Status) ?? "UNKNOWN", t.Model, t.CreatedAt, t.EndedAt))],
            (int)Math.Clamp(pages, tasks.Count == 0 ? 0 : 1, int.MaxValue));
    }

    private ((string Endpoint, string Key)? Call, Problem? Problem) Prepare(string? endpoint, string? taskId)
    {
        if (taskId is not null && !QwenEndpoints.IsTaskId(taskId)) return (null, new Problem(QwenErrors.TaskIdInvalid, "That cannot be the id of a task."));
        if (http.Key is not { } key) return (null, QwenHttp.KeyMissing);
        return QwenEndpoints.TryAllow(options.Value, endpoint, out var allowed)
            ? ((allowed, key), null)
            : (null, new Problem(QwenErrors.EndpointNotAllowed, "The task was accepted by an endpoint that the API key may not be sent to."));
    }

    private Problem Noted(string operation, QwenReply reply)
    {
        LogNotAnswered(operation, reply.Status, reply.Problem.Code);
        return reply.Problem;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Submit of request {RequestId} for {Model} to {Address}: {Outcome} ({Said})")]
    private partial void LogSubmit(Guid requestId, string model, string address, string outcome, string said);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Task {TaskId} has a status that is not known: {Word}")]
    private partial void LogUnknownWord(string? taskId, string word);

    [LoggerMessage(Level = LogLevel.Information, Message = "The provider's answer to {Operation} says no: HTTP {Status}, {Code}")]
    private partial void LogNotAnswered(string operation, int status, string code);
}
