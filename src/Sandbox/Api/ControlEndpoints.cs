using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using VideoPlatform.Sandbox.Counters;
using VideoPlatform.Sandbox.Faults;

namespace VideoPlatform.Sandbox.Api;

/// <summary>The sandbox's own endpoints, which the real service has not: what it is, what it counted, and its faults.</summary>
internal sealed class ControlEndpoints(SandboxFaults faults, SandboxCounters counters, Uri resultOrigin)
{
    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    public Task ShowAsync(HttpContext context) => ApiReply.JsonAsync(context, new()
    {
        ["what"] = "VideoPlatform sandbox provider: an emulator of DashScope video generation. Nothing here is real or paid.",
        ["base_url"] = $"http://{context.Request.Host}/api/v1",
        ["result_origin"] = resultOrigin.AbsoluteUri,
        ["counters"] = new JsonObject
        {
            ["tasks_created"] = counters.TasksCreated,
            ["seconds_billed"] = counters.SecondsBilled,
            ["submits"] = counters.Submits,
            ["queries"] = counters.Queries,
            ["lists"] = counters.Lists,
            ["cancels"] = counters.Cancels,
            ["uploads"] = counters.Uploads,
            ["downloads"] = counters.Downloads,
            ["downloads_by_task"] = Json(counters.DownloadsByTask),
            ["most_running"] = Json(counters.MostRunning),
            ["most_in_progress"] = Json(counters.MostInProgress),
            ["tasks"] = Json(counters.Tasks),
        },
        ["faults"] = Json(faults.Active),
    });

    /// <summary>Replaces all faults by the list in the body.</summary>
    public async Task PutFaultsAsync(HttpContext context)
    {
        try
        {
            var wanted = await JsonSerializer.DeserializeAsync<SandboxFault[]>(context.Request.Body, Format, context.RequestAborted) ?? [];
            if (wanted.Any(f => f is null or { Times: < 1 })) throw new JsonException("times must be at least 1.");
            faults.Replace(wanted);
        }
        catch (JsonException e)
        {
            await ApiReply.ErrorAsync(context, ApiError.InvalidParameter($"Not a list of faults: {e.Message}"));
            return;
        }

        await ApiReply.JsonAsync(context, new() { ["faults"] = Json(faults.Active) });
    }

    public Task DeleteFaultsAsync(HttpContext context)
    {
        faults.Clear();
        return ApiReply.JsonAsync(context, new() { ["faults"] = new JsonArray() });
    }

    private static JsonNode? Json<T>(T value) => JsonSerializer.SerializeToNode(value, Format);
}
