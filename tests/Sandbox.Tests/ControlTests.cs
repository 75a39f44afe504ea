using System.Net.Http.Json;
using VideoPlatform.Sandbox.Faults;

namespace VideoPlatform.Sandbox.Tests;

public sealed class ControlTests : SandboxTest
{
    private Uri Control(string path) => new(Sandbox.BaseUrl, path);

    [Fact]
    public async Task It_says_what_it_is_and_what_it_counted()
    {
        var (id, link) = await FinishedAsync();
        using var video = await DownloadAsync(link);

        using var response = await Http.GetAsync(Control("/sandbox"));
        var shown = await JsonAsync(response);

        Assert.Equal(Sandbox.BaseUrl.AbsoluteUri, (string?)shown["base_url"]);
        Assert.Equal(1, (int?)shown["counters"]!["tasks_created"]);
        Assert.Equal(5, (int?)shown["counters"]!["seconds_billed"]);
        Assert.Equal(1, (int?)shown["counters"]!["downloads_by_task"]![id]);
        Assert.Equal(id, (string?)shown["counters"]!["tasks"]![0]!["id"]);
    }

    [Fact]
    public async Task Faults_are_put_and_deleted()
    {
        using var put = await Http.PutAsJsonAsync(Control("/sandbox/faults"), new object[]
        {
            new { kind = "submit_throttled", times = 2, delay = "00:00:07" },
            new { kind = "download_slow", bytes = 10 },
        });
        using var throttled = await SubmitAsync(ABody());
        var left = Sandbox.Faults.Active;
        using var deleted = await Http.DeleteAsync(Control("/sandbox/faults"));

        Assert.Equal(200, (int)put.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(7), throttled.Headers.RetryAfter?.Delta);
        Assert.Equal([(SandboxFaultKind.SubmitThrottled, 1), (SandboxFaultKind.DownloadSlow, null)], left.Select(f => (f.Kind, f.Times)));
        Assert.Equal(200, (int)deleted.StatusCode);
        Assert.Empty(Sandbox.Faults.Active);
    }

    [Theory]
    [InlineData("""[{"kind":"no_such_thing"}]""")]
    [InlineData("""[{"kind":"query_reset","times":0}]""")]
    [InlineData("""[{"kind":"query_reset","tmes":1}]""")]
    [InlineData("""[{}]""")]
    [InlineData("""nonsense""")]
    public async Task A_list_that_is_not_understood_changes_nothing(string list)
    {
        Sandbox.Faults.Add(SandboxFaultKind.ListEmpty);

        using var response = await Http.PutAsync(Control("/sandbox/faults"), new StringContent(list));

        await AssertErrorAsync(response, 400, "InvalidParameter");
        Assert.Equal(SandboxFaultKind.ListEmpty, Assert.Single(Sandbox.Faults.Active).Kind);
    }

    [Fact]
    public async Task The_request_log_shows_that_the_key_does_not_reach_the_object_store()
    {
        var (_, link) = await FinishedAsync();
        using var video = await DownloadAsync(link);

        var requests = Sandbox.Counters.Requests;

        Assert.Equal(["api", "api", "results"], requests.Select(r => r.Listener));
        Assert.Equal(["POST", "GET", "GET"], requests.Select(r => r.Method));
        Assert.Contains("Authorization", requests[0].HeaderNames);
        Assert.DoesNotContain("Authorization", requests[2].HeaderNames);
        Assert.DoesNotContain("Signature", requests[2].Path, StringComparison.Ordinal);
    }
}
