using VideoPlatform.Sandbox.Faults;
using static VideoPlatform.Sandbox.Faults.SandboxFaultKind;

namespace VideoPlatform.Sandbox.Tests;

/// <summary>Faults of submit, query, outcome, list, cancel and upload.</summary>
public sealed class TaskFaultTests : SandboxTest
{
    [Theory]
    [InlineData(SubmitLostResponse, 1)]
    [InlineData(SubmitAborted, 0)]
    public async Task A_reset_submit_leaves_the_task_or_not(SandboxFaultKind kind, int created)
    {
        Sandbox.Faults.Add(kind, times: 1);

        await Assert.ThrowsAsync<HttpRequestException>(() => SubmitAsync(ABody()));

        Assert.Equal(created, Sandbox.Counters.TasksCreated);
        Assert.Equal(1, Sandbox.Counters.Submits);
        Assert.Empty(Sandbox.Faults.Active);
    }

    [Fact]
    public async Task A_delayed_submit_is_created_although_the_client_has_left()
    {
        Sandbox.Faults.Add(SubmitDelayed, times: 1);
        using var patience = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Sandbox.BaseUrl}/{Submitting}");
        request.Headers.Add("Authorization", "Bearer sk-test");
        request.Headers.Add("X-DashScope-Async", "enable");
        request.Content = new StringContent(ABody().ToJsonString());

        var submit = Http.SendAsync(request, patience.Token);
        while (Sandbox.Counters.TasksCreated == 0) await Task.Yield();
        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => submit);
        Assert.Equal(1, Sandbox.Counters.TasksCreated);
    }

    [Fact]
    public async Task A_delayed_submit_is_answered_in_the_end()
    {
        Sandbox.Faults.Add(new SandboxFault(SubmitDelayed) { Delay = TimeSpan.FromMilliseconds(1) });

        var id = await SubmittedAsync();

        Assert.Equal("PENDING", await StatusAsync(id));
    }

    [Theory]
    [InlineData(SubmitThrottled, 429, "Throttling", 0)]
    [InlineData(SubmitServerError, 500, "InternalError", 0)]
    [InlineData(SubmitServerErrorAfterCreation, 500, "InternalError", 1)]
    [InlineData(SubmitArrearage, 400, "Arrearage", 0)]
    [InlineData(SubmitInvalidApiKey, 401, "InvalidApiKey", 0)]
    [InlineData(SubmitDataInspectionFailed, 400, "DataInspectionFailed", 0)]
    [InlineData(SubmitRefused, 400, "InvalidParameter", 0)]
    public async Task A_submit_is_answered_with_an_error(SandboxFaultKind kind, int status, string code, int created)
    {
        Sandbox.Faults.Add(kind);

        using var response = await SubmitAsync(ABody());

        await AssertErrorAsync(response, status, code);
        Assert.Null(response.Headers.RetryAfter);
        Assert.Equal(created, Sandbox.Counters.TasksCreated);
    }

    [Fact]
    public async Task A_refusal_can_be_any_of_the_documented_ones()
    {
        Sandbox.Faults.Add(new SandboxFault(SubmitRefused) { Status = 403, Code = "AllocationQuota.FreeTierOnly", Message = "Spent." });

        using var response = await SubmitAsync(ABody());

        await AssertErrorAsync(response, 403, "AllocationQuota.FreeTierOnly", "Spent.");
    }

    [Fact]
    public async Task A_fault_can_be_for_one_model_and_for_a_number_of_requests()
    {
        Sandbox.Faults.Add(new SandboxFault(SubmitServerError) { Model = "wan2.6-i2v", Times = 2 });

        var statuses = new List<int>();
        foreach (var model in (string[])[Model, "wan2.6-i2v", "wan2.6-i2v", "wan2.6-i2v"])
        {
            using var response = await SubmitAsync(ABody(model));
            statuses.Add((int)response.StatusCode);
        }

        Assert.Equal([200, 500, 500, 200], statuses);
        Assert.Equal(2, Sandbox.Faults.Struck(SubmitServerError));
    }

    [Fact]
    public async Task Faults_of_one_request_come_one_after_the_other()
    {
        Sandbox.Faults.Add(SubmitArrearage, times: 1);
        Sandbox.Faults.Add(SubmitServerError, times: 1);

        using var first = await SubmitAsync(ABody());
        using var second = await SubmitAsync(ABody());
        using var third = await SubmitAsync(ABody());

        Assert.Equal([400, 500, 200], [(int)first.StatusCode, (int)second.StatusCode, (int)third.StatusCode]);
    }

    [Theory]
    [InlineData(SubmitBadGateway)]
    [InlineData(QueryBadGateway)]
    public async Task A_proxy_answers_in_HTML(SandboxFaultKind kind)
    {
        var id = await SubmittedAsync();
        Sandbox.Faults.Add(kind);

        using var response = kind == SubmitBadGateway ? await SubmitAsync(ABody()) : await CallAsync(HttpMethod.Get, $"tasks/{id}");

        Assert.Equal(502, (int)response.StatusCode);
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(1, Sandbox.Counters.TasksCreated);
    }

    [Theory]
    [InlineData(QueryServerError, 500, "InternalError")]
    [InlineData(QueryThrottled, 429, "Throttling")]
    public async Task A_query_is_answered_with_an_error(SandboxFaultKind kind, int status, string code)
    {
        var (id, other) = (await SubmittedAsync(), await SubmittedAsync());
        Sandbox.Faults.Add(new SandboxFault(kind) { TaskId = id });

        using var response = await CallAsync(HttpMethod.Get, $"tasks/{id}");

        await AssertErrorAsync(response, status, code);
        Assert.Equal("PENDING", await StatusAsync(other));
    }

    [Fact]
    public async Task A_query_is_reset()
    {
        var id = await SubmittedAsync();
        Sandbox.Faults.Add(QueryReset);

        await Assert.ThrowsAsync<HttpRequestException>(() => CallAsync(HttpMethod.Get, $"tasks/{id}"));
    }

    [Theory]
    [InlineData(QueryUnknown, "UNKNOWN")]
    [InlineData(QueryStrangeStatus, "SUSPENDED")]
    [InlineData(QueryMissingField, null)]
    public async Task A_query_shows_another_status(SandboxFaultKind kind, string? status)
    {
        var id = await SubmittedAsync();
        Sandbox.Faults.Add(kind, times: 1);

        Assert.Equal(status, await StatusAsync(id));
        Assert.Equal("PENDING", await StatusAsync(id));
    }

    [Fact]
    public async Task A_query_can_miss_any_field()
    {
        var (id, _) = await FinishedAsync();
        Sandbox.Faults.Add(new SandboxFault(QueryMissingField) { Field = "video_url" });

        var output = (await QueryAsync(id))["output"]!.AsObject();

        Assert.False(output.ContainsKey("video_url"));
        Assert.Equal("SUCCEEDED", (string?)output["task_status"]);
    }

    [Theory]
    [InlineData(OutcomeFailed, "FAILED", "InternalError.Algo")]
    [InlineData(OutcomeFailedSilently, "FAILED", null)]
    [InlineData(OutcomeCanceled, "CANCELED", null)]
    [InlineData(OutcomeNever, "RUNNING", null)]
    public async Task A_task_can_end_otherwise(SandboxFaultKind kind, string status, string? code)
    {
        Sandbox.Faults.Add(kind, times: 1);
        var id = await SubmittedAsync();
        Clock.Advance(TimeSpan.FromHours(3));

        var answer = await QueryAsync(id);

        Assert.Equal(status, (string?)answer["output"]!["task_status"]);
        Assert.Equal(code, (string?)answer["output"]!["code"]);
        Assert.Equal(code is not null, answer["output"]!.AsObject().ContainsKey("message"));
        Assert.Null(answer["output"]!["video_url"]);
        Assert.Equal(0, Sandbox.Counters.SecondsBilled);
    }

    [Fact]
    public async Task A_list_fails_is_empty_or_is_late()
    {
        await SubmittedAsync();
        Sandbox.Faults.Add(ListServerError, times: 1);
        Sandbox.Faults.Add(ListEmpty, times: 1);

        using var failed = await CallAsync(HttpMethod.Get, "tasks/");
        var empty = (int?)(await ListAsync())["total"];
        Sandbox.Faults.Add(new SandboxFault(ListLate) { Delay = TimeSpan.FromSeconds(30) });
        var early = (int?)(await ListAsync())["total"];
        Clock.Advance(TimeSpan.FromSeconds(30));
        var late = (int?)(await ListAsync())["total"];

        await AssertErrorAsync(failed, 500, "InternalError");
        Assert.Equal((0, 0, 1), (empty, early, late));
    }

    [Fact]
    public async Task A_cancel_is_refused()
    {
        var id = await SubmittedAsync();
        Sandbox.Faults.Add(CancelRefused, times: 1);

        using var refused = await CallAsync(HttpMethod.Post, $"tasks/{id}/cancel");
        using var done = await CallAsync(HttpMethod.Post, $"tasks/{id}/cancel");

        await AssertErrorAsync(refused, 400, "UnsupportedOperation");
        Assert.Equal(200, (int)done.StatusCode);
    }

    [Fact]
    public async Task An_upload_is_refused()
    {
        Sandbox.Faults.Add(UploadRefused);
        using var form = new MultipartFormDataContent { { new ByteArrayContent([1]), "file", "a.png" } };

        using var response = await Http.PostAsync(Sandbox.ResultOrigin, form);

        Assert.Equal(403, (int)response.StatusCode);
        Assert.Contains("Invalid according to Policy", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_kind_is_for_one_moment()
    {
        foreach (var kind in Enum.GetValues<SandboxFaultKind>())
            Assert.StartsWith(kind.Point().ToString(), kind.ToString(), StringComparison.Ordinal);
    }
}
