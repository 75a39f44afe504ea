using System.Text.Json;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Application.Workspaces.Get;

namespace VideoPlatform.Application.Tests;

/// <summary>The JSON of the answers; stored answers are read back from it.</summary>
public sealed class PublicJsonTests : Testing.UseCases.UseCases
{
    [Fact]
    public async Task Members_are_snake_case_and_times_have_milliseconds_and_a_z()
    {
        var view = Ok(await Send(new GetWorkspace(await GivenCompleted())));

        using var json = JsonDocument.Parse(JsonSerializer.Serialize(view, PublicJson.Default.WorkspaceView));
        var video = json.RootElement.GetProperty("video");

        Assert.Equal("2026-01-02T03:04:05.678Z", json.RootElement.GetProperty("created_at").GetString());
        Assert.Equal(JsonValueKind.Null, video.GetProperty("error").ValueKind);
        Assert.Equal(JsonValueKind.Null, video.GetProperty("progress").ValueKind);
        Assert.False(video.TryGetProperty("history", out _));
        Assert.Equal(
            [
                "status", "storage", "url", "remote_url", "remote_expires_at", "thumbnail_url", "task_id", "model", "prompt", "negative_prompt", "resolution",
                "duration", "seed", "prompt_extend", "watermark", "size", "content_type", "sha256", "verified", "media", "progress", "error",
                "requested_at", "submitted_at", "finished_at", "archived_at",
            ],
            video.EnumerateObject().Select(member => member.Name));
    }

    [Fact]
    public async Task An_answer_reads_back_as_itself()
    {
        var view = Ok(await Send(new GetWorkspace(await GivenCompleted())));

        var json = JsonSerializer.Serialize(view, PublicJson.Default.WorkspaceView);

        Assert.Equal(view, JsonSerializer.Deserialize(json, PublicJson.Default.WorkspaceView));
    }
}
