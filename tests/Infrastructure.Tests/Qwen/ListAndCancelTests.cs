using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Infrastructure.Tests.Qwen;

public sealed class ListAndCancelTests : QwenTest
{
    private Task<TaskListAnswer> List(int page = 1, int pageSize = 10) =>
        Provider.ListAsync(new TaskListQuery(null, page, pageSize), TestContext.Current.CancellationToken);

    private Task<CancelAnswer> Cancel() => Provider.CancelAsync(Paid, TestContext.Current.CancellationToken);

    [Fact]
    public async Task A_page_is_asked_for_and_read_as_recorded()
    {
        var exchange = Exchange.Load("list");
        exchange.Script(Server);

        var answer = await Provider.ListAsync(
            new TaskListQuery("wan2.6-i2v", 1, 10), TestContext.Current.CancellationToken);

        exchange.AssertSent(Assert.Single(Server.Requests));
        var page = Assert.IsType<TaskListAnswer.Page>(answer);
        Assert.Equal(1, page.TotalPages);
        Assert.Equal(
        [
            new ListedTask("50e2c1d0-0000-4c57-9d53-0a4b8e21f6c9", "RUNNING", "wan2.6-i2v", DateTimeOffset.FromUnixTimeMilliseconds(1790912848109), null),
            new ListedTask("3c77a1b2-0000-4c57-9d53-0a4b8e21f6c9", "SUCCEEDED", "wan2.6-i2v", DateTimeOffset.FromUnixTimeMilliseconds(1790912293253), DateTimeOffset.FromUnixTimeMilliseconds(1790912402481)),
        ], page.Tasks);
    }

    [Theory]
    [InlineData("""{"total":0,"total_page":0,"page_no":1,"page_size":10,"data":[]}""")]
    [InlineData("""{"total":"0","data":null}""")]
    [InlineData("""{"data":[]}""")]
    public async Task An_empty_list_has_no_pages(string body)
    {
        Server.Answer(200, body);

        var page = Assert.IsType<TaskListAnswer.Page>(await List());

        Assert.Empty(page.Tasks);
        Assert.Equal(0, page.TotalPages);
        Assert.Equal("/api/v1/tasks/?page_no=1&page_size=10", Assert.Single(Server.Requests).Target);
    }

    [Theory]
    [InlineData("Date: Fri, 02 Oct 2026 04:07:28 GMT", 3600)]
    [InlineData("Date: Fri, 02 Oct 2026 03:07:27 GMT", -1)]
    [InlineData("Date: yesterday", null)]
    [InlineData("X-None: 1", null)]
    public async Task A_page_says_how_far_the_provider_s_clock_is_ahead(string header, int? seconds)
    {
        Server.Answer(200, """{"data":[]}""", header);

        Assert.Equal(seconds, Assert.IsType<TaskListAnswer.Page>(await List()).ClockAhead?.TotalSeconds);
    }

    [Theory]
    [InlineData("""{"total_page":"3","data":[{"task_id":"a"},{"task_id":"b"}]}""", 3)]
    [InlineData("""{"total":5.0,"data":[{"task_id":"a"},{"task_id":"b"}]}""", 3)]
    [InlineData("""{"data":[{"task_id":"a"},{"task_id":"b"}]}""", 2)]
    [InlineData("""{"data":[{"task_id":"a"}]}""", 1)]
    public async Task The_number_of_pages_is_never_guessed_too_low(string body, int pages)
    {
        Server.Answer(200, body);

        Assert.Equal(pages, Assert.IsType<TaskListAnswer.Page>(await List(pageSize: 2)).TotalPages);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("""{"request_id":"1"}""")]
    [InlineData("""{"total":1,"data":{}}""")]
    [InlineData("""{"total":1,"total_page":1,"data":[]}""")]
    [InlineData("""{"total":2,"total_page":1,"data":[{"task_id":"a"},{"status":"RUNNING"}]}""")]
    [InlineData("""{"total":1,"total_page":1,"data":["a"]}""")]
    [InlineData("""{"total":1,"total_page":1,"data":[{"task_id":"a"}""")]
    public async Task A_list_that_cannot_be_relied_on_is_silence_and_never_empty(string body)
    {
        Server.Answer(200, body);

        var silent = Assert.IsType<TaskListAnswer.Silent>(await List());

        Assert.Equal("provider_unreadable", silent.Problem.Code);
    }

    [Theory]
    [InlineData(401, "InvalidApiKey")]
    [InlineData(429, "Throttling")]
    [InlineData(500, "InternalError")]
    public async Task A_list_that_is_refused_is_silence(int status, string code)
    {
        Server.Answer(status, $$"""{"code":"{{code}}","message":"No."}""", "Retry-After: 4");

        Assert.Equal(new TaskListAnswer.Silent(new Problem(code, "No."), TimeSpan.FromSeconds(4)), await List());
    }

    [Fact]
    public async Task Query_list_and_cancel_share_one_bucket()
    {
        Options.QueriesPerSecond = 0.0001;
        Build();
        Server.Answer(200, """{"data":[]}""");
        await List();
        using var leave = new CancellationTokenSource();

        var query = Provider.QueryAsync(Paid, leave.Token);
        var cancel = Provider.CancelAsync(Paid, leave.Token);
        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => query);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancel);
        Assert.Single(Server.Requests);
    }

    [Fact]
    public async Task A_waiting_task_is_cancelled()
    {
        var exchange = Exchange.Load("cancel-accepted");
        exchange.Script(Server);

        Assert.IsType<CancelAnswer.Accepted>(await Cancel());
        exchange.AssertSent(Assert.Single(Server.Requests));
    }

    [Fact]
    public async Task A_running_task_is_not_cancelled()
    {
        var exchange = Exchange.Load("cancel-refused");
        exchange.Script(Server);

        var refused = Assert.IsType<CancelAnswer.Refused>(await Cancel());

        Assert.Equal(new Problem("UnsupportedOperation", "Failed to cancel the task, please confirm if the task is in PENDING status."), refused.Problem);
        exchange.AssertSent(Assert.Single(Server.Requests));
    }

    [Theory]
    [InlineData(200, "")]
    [InlineData(200, "<html>")]
    [InlineData(200, """{"code":"UnsupportedOperation"}""")]
    [InlineData(401, """{"code":"InvalidApiKey"}""")]
    [InlineData(403, "<html>")]
    [InlineData(429, """{"code":"Throttling"}""")]
    [InlineData(503, "")]
    public async Task A_cancel_without_a_clear_answer_is_silence(int status, string body)
    {
        Server.Answer(status, body);

        Assert.IsType<CancelAnswer.Silent>(await Cancel());
    }
}
