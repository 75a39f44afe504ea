using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using VideoPlatform.Sandbox.Counters;
using VideoPlatform.Sandbox.Faults;
using VideoPlatform.Sandbox.Tasks;
using static VideoPlatform.Sandbox.Faults.SandboxFaultKind;

namespace VideoPlatform.Sandbox.Api;

/// <summary>Query, list and cancel (dashscope.md sections 3 and 5).</summary>
internal sealed class TaskEndpoints(
    SandboxOptions options, TaskBook book, TaskWire wire, SandboxFaults faults, SandboxCounters counters)
{
    private static readonly TimeSpan LongestSpan = TimeSpan.FromHours(24);
    private const int LargestPage = 100;   // the real maximum is not documented

    public Task QueryAsync(HttpContext context, string id)
    {
        counters.CountQuery();
        var task = book.Find(id);
        var struck = faults.Take(FaultPoint.Query, id, task?.Model);
        switch (struck.Answer?.Kind)
        {
            case QueryServerError: return ApiReply.ErrorAsync(context, ApiError.Internal.Adjusted(struck.Answer));
            case QueryBadGateway: return ApiReply.BadGatewayAsync(context);
            case QueryThrottled: return ApiReply.ThrottledAsync(context, struck.Answer);
            case QueryReset:
                context.Abort();
                return Task.CompletedTask;
        }

        var answer = task is null || struck.Answer?.Kind == QueryUnknown
            ? TaskWire.Unknown(id)
            : wire.Query(task, freshLink: struck.Has(QueryFreshLink));
        var output = answer["output"]!.AsObject();
        if (struck.Answer?.Kind == QueryStrangeStatus) output["task_status"] = struck.Answer.Code ?? "SUSPENDED";
        if (struck.Answer?.Kind == QueryMissingField) output.Remove(struck.Answer.Field ?? "task_status");
        return ApiReply.JsonAsync(context, answer);
    }

    public Task CancelAsync(HttpContext context, string id)
    {
        counters.CountCancel();
        var fault = faults.Take(FaultPoint.Cancel, id, book.Find(id)?.Model).Answer;
        return fault is null && book.TryCancel(id)
            ? ApiReply.JsonAsync(context, new() { ["request_id"] = ApiReply.NewId() })
            : ApiReply.ErrorAsync(context, ApiError.NotCancellable);
    }

    public Task ListAsync(HttpContext context)
    {
        counters.CountList();
        var query = context.Request.Query;
        var struck = faults.Take(FaultPoint.List, taskId: null, query["model_name"]);
        if (struck.Answer?.Kind == ListServerError) return ApiReply.ErrorAsync(context, ApiError.Internal.Adjusted(struck.Answer));

        var now = options.TimeProvider.GetUtcNow();
        if (!TryTime(query["end_time"], now, out var end) || !TryTime(query["start_time"], end - LongestSpan, out var start)
            || end < start || end - start > LongestSpan)
            return ApiReply.ErrorAsync(context, ApiError.InvalidParameter("Invalid start_time or end_time: YYYYMMDDhhmmss, at most 24 hours apart."));
        if (!TryCount(query["page_no"], 1, int.MaxValue, out var pageNo) || !TryCount(query["page_size"], 10, LargestPage, out var pageSize))
            return ApiReply.ErrorAsync(context, ApiError.InvalidParameter("Invalid page_no or page_size."));

        var late = struck.Find(ListLate)?.Delay ?? TimeSpan.Zero;
        var found = struck.Answer?.Kind == ListEmpty
            ? []
            : book.All().Where(t => book.IsAlive(t) && t.SubmittedAt >= start && t.SubmittedAt <= end && t.SubmittedAt + late <= now)
                .Where(t => Is(query["model_name"], t.Model) && Is(query["status"], TaskWire.Status(t)) && Is(query["task_id"], t.Id))
                .OrderByDescending(t => t.SubmittedAt).ToList();
        var page = found.Skip((int)Math.Min(int.MaxValue, (pageNo - 1L) * pageSize)).Take(pageSize).Select(TaskWire.Listed);
        return ApiReply.JsonAsync(context, new()
        {
            ["request_id"] = ApiReply.NewId(),
            ["total"] = found.Count,
            ["total_page"] = (found.Count + pageSize - 1) / pageSize,
            ["page_no"] = pageNo,
            ["page_size"] = pageSize,
            ["data"] = new JsonArray([.. page]),
        });
    }

    private static bool Is(string? wanted, string actual) =>
        string.IsNullOrEmpty(wanted) || string.Equals(wanted, actual, StringComparison.Ordinal);

    private static bool TryTime(string? text, DateTimeOffset otherwise, out DateTimeOffset time)
    {
        var parsed = string.IsNullOrEmpty(text) ? otherwise : ProviderTime.ParseFilter(text);
        time = parsed ?? default;
        return parsed is not null;
    }

    private static bool TryCount(string? text, int otherwise, int largest, out int count)
    {
        count = otherwise;
        if (string.IsNullOrEmpty(text)) return true;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count >= 1 && count <= largest;
    }
}
