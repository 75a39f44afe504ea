using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Infrastructure.Qwen;

namespace VideoPlatform.Infrastructure.Tests.Qwen;

public sealed class QueryTests : QwenTest
{
    private static readonly DateTimeOffset ended = new(2026, 10, 2, 3, 11, 2, 114, TimeSpan.Zero);

    private async Task<TaskAnswer> Replay(string recorded)
    {
        var exchange = Exchange.Load(recorded);
        exchange.Script(Server);

        var answer = await Query();

        exchange.AssertSent(Assert.Single(Server.Requests));
        return answer;
    }

    private async Task<TaskAnswer> Read(string output)
    {
        Server.Answer(200, $$"""{"request_id":"1","output":{{output}}}""");
        return await Query();
    }

    [Fact]
    public async Task A_waiting_task_may_still_be_cancelled() =>
        Assert.Equal(new TaskAnswer.Working("PENDING", IsPending: true), await Replay("query-pending"));

    [Fact]
    public async Task A_running_task_works() =>
        Assert.Equal(new TaskAnswer.Working("RUNNING", IsPending: false), await Replay("query-running"));

    [Fact]
    public async Task A_finished_task_has_its_link_its_end_and_its_prompt()
    {
        var done = Assert.IsType<TaskAnswer.Succeeded>(await Replay("query-succeeded"));

        Assert.Equal((ended, "The paper boat drifts away from the pier"), (done.EndedAt, done.Prompt));
        Assert.Equal("https://dashscope-result-sh.oss-accelerate.aliyuncs.com/1d/3c/20261002/9f2b41d7/7d0c-video.mp4", done.Link!.Public);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1790997061), done.Link.ExpiresAt);
    }

    [Fact]
    public async Task A_failed_task_says_why() => Assert.Equal(
        new TaskAnswer.Failed(new Problem("InvalidParameter", "Field required: input.media"), new DateTimeOffset(2026, 10, 2, 3, 7, 31, 402, TimeSpan.Zero)),
        await Replay("query-failed"));

    [Fact]
    public async Task A_task_that_failed_without_a_word_gets_a_code_of_ours()
    {
        var failed = Assert.IsType<TaskAnswer.Failed>(await Replay("query-failed-silently"));

        Assert.Equal(("provider_failed", new DateTimeOffset(2026, 10, 2, 3, 7, 31, TimeSpan.Zero)), (failed.Problem.Code, failed.EndedAt));
    }

    [Fact]
    public async Task A_failed_task_may_say_why_at_top_level()
    {
        Server.Answer(200, """{"code":"InternalError.Timeout","message":"3 h","output":{"task_status":"FAILED"}}""");

        Assert.Equal(new TaskAnswer.Failed(new Problem("InternalError.Timeout", "3 h"), null), await Query());
    }

    [Fact]
    public async Task A_cancelled_task_has_its_end() =>
        Assert.Equal(new TaskAnswer.Cancelled(new DateTimeOffset(2026, 10, 2, 3, 7, 29, 940, TimeSpan.Zero)), await Replay("query-canceled"));

    [Fact]
    public async Task An_unknown_task_is_gone() => Assert.IsType<TaskAnswer.Gone>(await Replay("query-unknown"));

    [Fact]
    public async Task A_word_that_nobody_knows_keeps_the_task_working_and_is_logged()
    {
        var log = new LogLines();
        Log = log;
        Build();

        Assert.Equal(new TaskAnswer.Working("SUSPENDED", IsPending: false), await Replay("query-suspended"));

        Assert.EndsWith("a status that is not known: SUSPENDED", Assert.Single(log.Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"task_status":"SUCCEEDED"}""")]
    [InlineData("""{"task_status":"SUCCEEDED","video_url":""}""")]
    [InlineData("""{"task_status":"SUCCEEDED","video_url":null}""")]
    [InlineData("""{"task_status":"SUCCEEDED","video_url":["https://x"]}""")]
    [InlineData("""{"task_status":"SUCCEEDED","video_url":"ftp://x/y"}""")]
    [InlineData("""{"task_status":"SUCCEEDED","video_url":"/relative"}""")]
    public async Task A_success_without_a_usable_link_stays_a_success(string output) =>
        Assert.Equal(new TaskAnswer.Succeeded(null, null, null), await Read(output));

    [Theory]
    [InlineData("\"2026-10-02 11:11:02.114\"")]
    [InlineData("\"2026-10-02 11:11:02.1140000\"")]
    [InlineData("\"2026-10-02T11:11:02.114\"")]
    [InlineData("\"2026-10-02T03:11:02.114Z\"")]
    [InlineData("\" 2026-10-02 11:11:02.114 \"")]
    [InlineData("1790910662114")]
    [InlineData("1790910662114.0")]
    [InlineData("\"1790910662114\"")]
    public async Task Times_are_read_in_every_shape(string time) =>
        Assert.Equal(new TaskAnswer.Cancelled(ended), await Read($$"""{"task_status":"CANCELED","end_time":{{time}}}"""));

    [Theory]
    [InlineData("\"tomorrow\"")]
    [InlineData("\"9999-12-31 23:59:59\"")]
    [InlineData("\"0001-01-01 00:00:00\"")]
    [InlineData("1e300")]
    [InlineData("-1")]
    [InlineData("true")]
    [InlineData("{}")]
    public async Task A_time_that_makes_no_sense_is_no_time(string time) => Assert.Equal(
        new TaskAnswer.Succeeded(null, null, null), await Read($$"""{"task_status":"SUCCEEDED","end_time":{{time}}}"""));

    [Theory]
    [InlineData(200, "", "provider_unreadable")]
    [InlineData(200, "<html>", "provider_unreadable")]
    [InlineData(200, """{"output":{"task_status":"SUCC""", "provider_unreadable")]
    [InlineData(200, """{"output":{}}""", "provider_unreadable")]
    [InlineData(200, """{"output":[{"task_status":"FAILED"}]}""", "provider_unreadable")]
    [InlineData(200, """{"output":{"task_status":true}}""", "provider_unreadable")]
    [InlineData(200, """{"output":{"task_status":"FAILED","task_id":"another"}}""", "provider_unreadable")]
    [InlineData(400, """{"code":"InvalidParameter","message":"no"}""", "InvalidParameter")]
    [InlineData(404, "<html>nginx</html>", "http_404")]
    [InlineData(404, """{"message":"no Route matched with those values"}""", "http_404")]
    [InlineData(500, """{"code":"InternalError","message":"no"}""", "InternalError")]
    [InlineData(502, "<html>", "http_502")]
    public async Task An_answer_that_says_nothing_of_the_task_is_silence(int status, string body, string code)
    {
        Server.Answer(status, body);

        var silent = Assert.IsType<TaskAnswer.Silent>(await Query());

        Assert.Equal(code, silent.Problem.Code);
    }

    [Theory]
    [InlineData(401, """{"code":"InvalidApiKey","message":"no"}""", "InvalidApiKey")]
    [InlineData(401, "", "http_401")]
    [InlineData(400, """{"code":"Arrearage","message":"no"}""", "Arrearage")]
    [InlineData(404, """{"code":"WorkSpaceNotFound","message":"no"}""", "WorkSpaceNotFound")]
    public async Task A_refused_account_says_nothing_of_the_task(int status, string body, string code)
    {
        Server.Answer(status, body);

        Assert.Equal(code, Assert.IsType<TaskAnswer.Silent>(await Query()).Problem.Code);
    }

    [Fact]
    public async Task A_provider_that_does_not_find_the_task_says_gone()
    {
        Server.Answer(404, """{"code":"NotFound","message":"task not found","request_id":"1"}""");

        Assert.IsType<TaskAnswer.Gone>(await Query());
    }

    [Fact]
    public async Task Throttling_says_when_to_come_back()
    {
        Server.Answer(429, """{"code":"Throttling","message":"slow"}""", "Retry-After: 3");

        Assert.Equal(new TaskAnswer.Silent(new Problem("Throttling", "slow"), TimeSpan.FromSeconds(3)), await Query());
    }

    [Fact]
    public async Task A_connection_without_an_answer_is_silence()
    {
        Server.CloseWithoutAnswer();

        Assert.Equal("provider_unreachable", Assert.IsType<TaskAnswer.Silent>(await Query()).Problem.Code);
    }

    [Fact]
    public async Task A_time_out_is_silence()
    {
        Server.NeverAnswer();

        var query = Query();
        await Server.NextRequestAsync();
        Clock.Advance(Options.RequestTimeout);

        Assert.Equal("provider_timeout", Assert.IsType<TaskAnswer.Silent>(await query).Problem.Code);
    }

    [Fact]
    public async Task A_caller_who_leaves_is_let_go()
    {
        using var leave = new CancellationTokenSource();
        Server.NeverAnswer();

        var query = Provider.QueryAsync(Paid, leave.Token);
        await Server.NextRequestAsync();
        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => query);
    }

    [Fact]
    public async Task A_task_of_an_earlier_record_is_asked_for_at_the_configured_endpoint()
    {
        Server.Answer(200, """{"output":{"task_status":"RUNNING"}}""");

        await Provider.QueryAsync(new ProviderTask("a/b", null), TestContext.Current.CancellationToken);

        Assert.Equal("/api/v1/tasks/a%2Fb", Assert.Single(Server.Requests).Target);
    }

    [Fact]
    public async Task A_task_is_asked_for_under_the_prefix_that_accepted_it()
    {
        Server.Answer(200, """{"output":{"task_status":"RUNNING"}}""");

        await Provider.QueryAsync(Paid with { Endpoint = Server.Origin + "/gateway/api/v1/" }, TestContext.Current.CancellationToken);

        Assert.Equal($"/gateway/api/v1/tasks/{Paid.Id}", Assert.Single(Server.Requests).Target);
    }

    [Theory]
    [InlineData("https://evil.example/api/v1")]
    [InlineData("https://dashscope.aliyuncs.com.evil.example/api/v1")]
    [InlineData("http://dashscope.aliyuncs.com/api/v1")]
    [InlineData("https://bucket.oss-cn-beijing.aliyuncs.com/api/v1")]
    [InlineData("https://user@dashscope.aliyuncs.com/api/v1")]
    [InlineData("https://dashscopeevil.aliyuncs.com/api/v1")]
    [InlineData("http://127.0.0.1:1/api/v1")]
    [InlineData("/api/v1")]
    [InlineData("")]
    public async Task The_key_goes_to_no_other_endpoint(string endpoint)
    {
        var answer = await Provider.QueryAsync(Paid with { Endpoint = endpoint }, TestContext.Current.CancellationToken);

        Assert.Equal("endpoint_not_allowed", Assert.IsType<TaskAnswer.Silent>(answer).Problem.Code);
    }

    [Theory]
    [InlineData("https://dashscope.aliyuncs.com/api/v1")]
    [InlineData("https://dashscope-intl.aliyuncs.com/api/v1")]
    [InlineData("https://ws-1.ap-southeast-1.maas.aliyuncs.com/api/v1")]
    [InlineData("https://vpc-cn-beijing.dashscope.aliyuncs.com/api/v1")]
    public void The_key_may_go_to_the_service_in_every_region(string endpoint)
    {
        Assert.True(QwenEndpoints.TryAllow(Options, endpoint, out var allowed));
        Assert.Equal(endpoint, allowed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a b")]
    public async Task What_cannot_be_a_task_is_not_asked_for(string id)
    {
        var answer = await Provider.QueryAsync(new ProviderTask(id, null), TestContext.Current.CancellationToken);

        Assert.Equal("task_id_invalid", Assert.IsType<TaskAnswer.Silent>(answer).Problem.Code);
        Assert.Equal(0, Server.Connections);
    }
}
