using System.Net.WebSockets;
using Microsoft.Extensions.Time.Testing;
using VideoPlatform.Api.Tests.Hosting;
using VideoPlatform.Sandbox;
using VideoPlatform.Sandbox.Faults;

namespace VideoPlatform.Api.Tests.Live;

/// <summary><c>GET /ws</c> over a real WebSocket.</summary>
public sealed class LiveTests
{
    private static readonly TimeSpan ages = TimeSpan.FromHours(1);

    [Fact]
    public async Task It_begins_with_what_is_not_finished()
    {
        await using var host = await PlatformHost.StartAsync(p => p.RunningFor = ages);
        var running = await host.GivenVideoAsync("processing");
        await host.GivenWorkspaceAsync();

        await using var live = await LiveClient.ConnectAsync(host);
        var first = await live.NextAsync();

        Assert.Equal("snapshot", first["type"]!.GetValue<string>());
        Assert.Equal([running], first["workspaces"]!.AsArray().Select(w => w!["id"]!.GetValue<string>()));
        Assert.Equal((await host.GetAsync($"/api/workspaces/{running}")).Json["video"]!.ToJsonString(), first["workspaces"]![0]!["video"]!.ToJsonString());
    }

    [Fact]
    public async Task Then_every_change_comes_whole_and_in_growing_version()
    {
        var providerTime = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var host = await PlatformHost.StartAsync(p => (p.RunningFor, p.ProviderTime) = (ages, providerTime));
        await using var live = await LiveClient.ConnectAsync(host);
        await live.NextAsync();

        var id = await host.GivenVideoAsync("processing");
        var seen = await live.UntilStatusAsync(id, "processing");   // what nobody waits for may be passed over by what follows
        providerTime.Advance(ages);
        seen.AddRange(await live.UntilAsync(m => m["video"]?["thumbnail_url"] is not null));

        Assert.All(seen, m => Assert.Equal(("video", id), (m["type"]!.GetValue<string>(), m["workspace_id"]!.GetValue<string>())));
        var versions = seen.Select(m => m["version"]!.GetValue<long>()).ToArray();
        Assert.Equal(versions.Order(), versions);
        Assert.Equal((await host.GetAsync($"/api/workspaces/{id}")).Json["video"]!.ToJsonString(), seen[^1]["video"]!.ToJsonString());
    }

    [Fact]
    public async Task A_filter_shows_one_workspace_in_whatever_state_and_nothing_else()
    {
        await using var host = await PlatformHost.StartAsync();
        var mine = await host.GivenVideoAsync(prompt: "mine");
        await host.WaitForAsync(mine, v => v["thumbnail_url"] is not null, "described");
        await using var live = await LiveClient.ConnectAsync(host, $"?workspace_id={mine}");
        var snapshot = await live.NextAsync();
        await host.GivenVideoAsync(prompt: "another");

        await host.SendAsync(HttpMethod.Delete, $"/api/workspaces/{mine}", null);
        var seen = await live.UntilAsync(m => m["type"]!.GetValue<string>() == "deleted");

        Assert.Equal([mine], snapshot["workspaces"]!.AsArray().Select(w => w!["id"]!.GetValue<string>()));
        Assert.Equal($$"""{"workspace_id":"{{mine}}","type":"deleted"}""", Assert.Single(seen).ToJsonString());
    }

    [Fact]
    public async Task A_page_that_comes_in_the_middle_of_a_fetch_sees_it_go_on()
    {
        await using var host = await PlatformHost.StartAsync(p => p.Video = new SandboxVideo.Generated(4_000_000));
        host.Provider.Faults.Add(new SandboxFault(SandboxFaultKind.DownloadSlow) { Bytes = 300_000 });   // for thirteen seconds
        var id = await host.GivenVideoAsync("downloading");
        await host.WaitForAsync(id, v => v["progress"] is not null, "under way");

        await using var live = await LiveClient.ConnectAsync(host);
        Assert.Equal(id, (await live.NextAsync())["workspaces"]![0]!["id"]!.GetValue<string>());
        var seen = await live.UntilStatusAsync(id, "completed");

        var received = seen.Select(m => m["video"]!["progress"]).OfType<System.Text.Json.Nodes.JsonNode>().ToArray();
        Assert.NotEmpty(received);
        Assert.All(received, p => Assert.Equal(4_000_000, p["total"]!.GetValue<long>()));
        Assert.Equal(received.Select(p => p["received"]!.GetValue<long>()).Order(), received.Select(p => p["received"]!.GetValue<long>()));
    }

    [Theory]
    [InlineData("/ws?workspace_id=5", "workspace_id")]
    [InlineData("/ws?workspace_id=", "workspace_id")]
    [InlineData("/ws?workspace_id=695251e891fab49e9adb49a5&workspace_id=695251e891fab49e9adb49a6", "workspace_id")]
    [InlineData("/ws", "upgrade")]
    public async Task What_cannot_be_listened_to_is_refused(string path, string field)
    {
        await using var host = await PlatformHost.StartAsync();

        (await host.GetAsync(path)).IsProblem(400, "validation_failed", field);
    }

    [Fact]
    public async Task A_page_of_another_site_may_not_listen()
    {
        await using var host = await PlatformHost.StartAsync();

        await Assert.ThrowsAsync<WebSocketException>(() => LiveClient.ConnectAsync(host, headers: ("Origin", "https://evil.example")));
        await Assert.ThrowsAsync<WebSocketException>(() => LiveClient.ConnectAsync(host, headers: ("Origin", "null")));
        await using var own = await LiveClient.ConnectAsync(host, headers: ("Origin", host.Address.GetLeftPart(UriPartial.Authority)));
        Assert.Equal("snapshot", (await own.NextAsync())["type"]!.GetValue<string>());
    }

    [Fact]
    public async Task The_service_stops_although_pages_listen()
    {
        await using var host = await PlatformHost.StartAsync();
        await using var live = await LiveClient.ConnectAsync(host);
        await live.NextAsync();

        await host.StopAsync();

        await Assert.ThrowsAnyAsync<Exception>(live.NextAsync);
    }
}
