using System.Text.Json.Nodes;

namespace VideoPlatform.Sandbox.Tests;

public sealed class ListTests : SandboxTest
{
    [Fact]
    public async Task An_item_shows_what_the_provider_shows_and_no_more()
    {
        using var submit = await SubmitAsync(ABody());
        var submitted = await JsonAsync(submit);
        Clock.Advance(TimeSpan.FromSeconds(10));

        var list = await ListAsync();
        var item = list["data"]![0]!.AsObject();

        Assert.Equal((string?)submitted["output"]!["task_id"], (string?)item["task_id"]);
        Assert.Equal((string?)submitted["request_id"], (string?)item["request_id"]);
        Assert.Equal("SUCCEEDED", (string?)item["status"]);
        Assert.Equal(Model, (string?)item["model_name"]);
        Assert.Equal(1790910448590, (long?)item["gmt_create"]);
        Assert.Equal(1790910449590, (long?)item["start_time"]);
        Assert.Equal(1790910452590, (long?)item["end_time"]);
        Assert.Equal("apikey:v1:aigc:video-generation:video-synthesis:wan2.6-i2v-flash", (string?)item["user_api_unique_key"]);
        Assert.False(item.ContainsKey("prompt") || item.ContainsKey("video_url") || item.ContainsKey("task_status"));
    }

    [Fact]
    public async Task Pages_follow_each_other_newest_first()
    {
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            ids.Insert(0, await SubmittedAsync());
            Clock.Advance(TimeSpan.FromSeconds(1));
        }

        var second = await ListAsync("?page_no=2&page_size=2");
        var last = await ListAsync("?page_no=3&page_size=2");
        var beyond = await ListAsync("?page_no=4&page_size=2");

        Assert.Equal((5, 3), ((int?)second["total"], (int?)second["total_page"]));
        Assert.Equal(ids[2..4], Ids(second));
        Assert.Equal(ids[4..], Ids(last));
        Assert.Empty(Ids(beyond));
    }

    [Fact]
    public async Task Filters_narrow_the_list()
    {
        var flash = await SubmittedAsync();
        Clock.Advance(TimeSpan.FromMinutes(1));
        var plain = await SubmittedAsync(ABody("wan2.6-i2v"));

        Assert.Equal([plain], Ids(await ListAsync("?model_name=wan2.6-i2v")));
        Assert.Equal([flash], Ids(await ListAsync("?status=SUCCEEDED")));
        Assert.Equal([flash], Ids(await ListAsync($"?task_id={flash}")));
        Assert.Equal([plain], Ids(await ListAsync("?start_time=20261002110800&end_time=20261002110900")));
        Assert.Equal([plain, flash], Ids(await ListAsync()));
    }

    [Fact]
    public async Task The_path_without_a_slash_answers_too()
    {
        await SubmittedAsync();

        using var response = await CallAsync(HttpMethod.Get, "tasks");

        Assert.Equal(1, (int?)(await JsonAsync(response))["total"]);
    }

    [Theory]
    [InlineData("?start_time=20261001000000&end_time=20261003000000")]
    [InlineData("?start_time=yesterday")]
    [InlineData("?page_no=0")]
    [InlineData("?page_size=many")]
    public async Task A_filter_that_makes_no_sense_is_refused(string query)
    {
        using var response = await CallAsync(HttpMethod.Get, $"tasks/{query}");

        await AssertErrorAsync(response, 400, "InvalidParameter");
    }

    private static List<string> Ids(JsonNode list) =>
        [.. list["data"]!.AsArray().Select(item => (string)item!["task_id"]!)];
}
