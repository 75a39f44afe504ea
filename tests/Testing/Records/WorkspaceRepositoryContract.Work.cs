using VideoPlatform.Application.Work;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;
using static VideoPlatform.Testing.Records.SampleWorkspaces;

namespace VideoPlatform.Testing.Records;

/// <summary>The promises of the repository as a work queue, and its counts.</summary>
public abstract partial class WorkspaceRepositoryContract
{
    [Fact]
    public async Task One_of_many_callers_gets_a_step()
    {
        var id = await Add(Queued());

        var claims = await Together(32, _ => Records.ClaimAsync(Query(WorkLane.Submit), Ct));

        var claimed = Assert.Single(claims.SelectMany(claim => claim));
        Assert.Equal(id, claimed.Id);
        Assert.Equal(2, claimed.Version);
        AssertSame(claimed, await Records.FindAsync(id, Ct));
    }

    [Fact]
    public async Task Many_steps_go_to_many_callers_once_each()
    {
        var all = await AddMany(64, i => Processing(Start.AddMilliseconds(i), Start));

        var claims = await Together(16, _ => Records.ClaimAsync(Query(WorkLane.Poll) with { Limit = 10 }, Ct));

        Assert.Equal(all.Select(w => w.Id).Order(), claims.SelectMany(claim => claim).Select(w => w.Id).Order());
    }

    [Fact]
    public async Task A_claim_that_ran_out_is_anybodys_again_and_its_holder_is_fenced_out()
    {
        var id = await Add(Processing());
        var slow = Assert.Single(await Records.ClaimAsync(Query(WorkLane.Poll), Ct)).Lease!;

        Assert.Empty(await Records.ClaimAsync(Query(WorkLane.Poll, slow.Until.AddMilliseconds(-1)), Ct));
        var other = Assert.Single(await Records.ClaimAsync(Query(WorkLane.Poll, slow.Until), Ct)).Lease!;

        Assert.NotEqual(slow.Token, other.Token);
        Assert.False(await Records.RenewAsync(id, slow.Token, slow.Until.AddHours(1), Ct));
        Assert.IsType<VersionConflict>(ErrorOf(await Records.ChangeAsync(id, w => w.End(slow.Token, Start, v => v.TaskCancelled(Start)), Ct)));
        Ok(await Records.ChangeAsync(id, w => w.End(other.Token, Start, v => v.TaskCancelled(Start)), Ct));
        Assert.Null(await Records.NextDueAsync(WorkLane.Poll, Ct));
    }

    [Fact]
    public async Task A_renewed_claim_holds_longer_in_the_same_version()
    {
        var id = await Add(Processing());
        var claimed = Assert.Single(await Records.ClaimAsync(Query(WorkLane.Poll), Ct));
        var until = claimed.Lease!.Until.AddMinutes(10);

        Assert.True(await Records.RenewAsync(id, claimed.Lease.Token, until, Ct));

        Assert.Equal(until, await Records.NextDueAsync(WorkLane.Poll, Ct));
        Assert.Empty(await Records.ClaimAsync(Query(WorkLane.Poll, until.AddMilliseconds(-1)), Ct));
        var renewed = (await Records.FindAsync(id, Ct))!;
        Assert.Equal(claimed.Version, renewed.Version);
        Assert.Equal(until, renewed.Lease!.Until);
    }

    [Fact]
    public async Task A_renewal_is_not_undone_by_a_change_that_began_before_it()
    {
        var id = await Add(Queued());
        var lease = Assert.Single(await Records.ClaimAsync(Query(WorkLane.Submit), Ct)).Lease!;
        var until = lease.Until.AddMinutes(10);
        Task<bool>? renewal = null;

        var marked = await Records.ChangeAsync(
            id,
            w =>
            {
                renewal ??= Records.RenewAsync(id, lease.Token, until, Ct);
                return w.Mark(lease.Token, Start, v => v.MarkSubmitting(new SubmitAttempt(Guid.NewGuid(), Start, "x")));
            },
            Ct);

        Assert.True(await renewal!);
        Ok(marked);
        Assert.Equal(until, (await Records.FindAsync(id, Ct))!.Lease!.Until);
        Assert.Equal(until, await Records.NextDueAsync(WorkLane.Settle, Ct));
    }

    [Fact]
    public async Task A_claim_given_back_is_due_as_before()
    {
        var id = await Add(Processing(due: Start.AddSeconds(-3)));
        var lease = Assert.Single(await Records.ClaimAsync(Query(WorkLane.Poll), Ct)).Lease!;

        Ok(await Records.ChangeAsync(id, w => w.Release(lease.Token), Ct));

        Assert.Equal(Start.AddSeconds(-3), await Records.NextDueAsync(WorkLane.Poll, Ct));
    }

    [Fact]
    public async Task What_is_not_due_is_not_claimed()
    {
        await Add(Processing(due: Start.AddSeconds(1)));
        await Add(Empty());
        await Add(Completed());

        foreach (var lane in WorkLanes.All) Assert.Empty(await Records.ClaimAsync(Query(lane), Ct));
    }

    [Fact]
    public async Task Each_lane_takes_its_own()
    {
        var submit = await Add(Queued());
        var settle = new[] { await Add(Submitting()), await Add(Unsettled()) };
        var poll = await Add(Processing());
        var download = await Add(Downloading());

        Assert.Equal([submit], await ClaimIds(Query(WorkLane.Submit)));
        Assert.Equal(settle.Order(), (await ClaimIds(Query(WorkLane.Settle))).Order());
        Assert.Equal([poll], await ClaimIds(Query(WorkLane.Poll)));
        Assert.Equal([download], await ClaimIds(Query(WorkLane.Download)));
    }

    [Fact]
    public async Task The_oldest_request_for_a_model_is_submitted_first()
    {
        var third = await Add(Queued(Start.AddSeconds(-1)));
        var first = await Add(Queued(Start.AddSeconds(-3)));
        var second = await Add(Queued(Start.AddSeconds(-2)));
        var other = await Add(Queued(Start.AddSeconds(-4), "wan2.5-i2v-preview"));

        Assert.Equal([first, second], await ClaimIds(Query(WorkLane.Submit) with { Model = Model, Limit = 2 }));
        Assert.Equal([third], await ClaimIds(Query(WorkLane.Submit) with { Model = Model }));
        Assert.Equal([other], await ClaimIds(Query(WorkLane.Submit)));
    }

    [Fact]
    public async Task The_oldest_request_stays_first_after_it_came_back()
    {
        var returned = await Add(Queued(Start.AddHours(-1)));
        var later = await Add(Queued(Start.AddMinutes(-1)));
        Ok(await Records.ChangeAsync(returned, w => w.Change(v => v.WaitOn(new Problem("queue_full", "It waits."), Start, counts: false), Start), Ct));

        Assert.Equal([returned, later], await ClaimIds(Query(WorkLane.Submit)));
    }

    [Theory]
    [InlineData(WorkLane.Settle)]
    [InlineData(WorkLane.Poll)]
    public async Task The_longest_due_comes_first(WorkLane lane)
    {
        var second = await Add(Due(Start.AddSeconds(-2)));
        var third = await Add(Due(Start.AddSeconds(-1)));
        var first = await Add(Due(Start.AddSeconds(-3)));

        Assert.Equal([first], await ClaimIds(Query(lane) with { Limit = 1 }));
        Assert.Equal([second, third], await ClaimIds(Query(lane)));

        Workspace Due(DateTimeOffset due) => lane is WorkLane.Poll ? Processing(Start.AddHours(-1), due) : Unsettled(Start.AddHours(-1), due);
    }

    [Fact]
    public async Task The_link_that_dies_first_is_fetched_first_and_an_unknown_end_before_all()
    {
        var later = await Add(Downloading(Start.AddMinutes(-9), Start.AddHours(5)));
        var unknown = await Add(Downloading(Start.AddMinutes(-1)));
        var sooner = await Add(Downloading(Start.AddMinutes(-2), Start.AddHours(1)));
        var waiting = await Add(Downloading(Start.AddMinutes(-3), Start.AddMinutes(30)));
        Ok(await Records.ChangeAsync(waiting, w => w.Change(v => v.FetchFailed(new Problem("stall", "x"), Start.AddSeconds(1)), Start), Ct));

        Assert.Equal([unknown, sooner], await ClaimIds(Query(WorkLane.Download) with { Limit = 2 }));
        Assert.Equal([later], await ClaimIds(Query(WorkLane.Download)));
    }

    [Fact]
    public async Task The_next_due_time_is_that_of_the_lane()
    {
        Assert.Null(await Records.NextDueAsync(WorkLane.Poll, Ct));
        await Add(Queued(Start.AddDays(-1)));
        await Add(Processing(due: Start.AddSeconds(9)));
        await Add(Processing(due: Start.AddSeconds(5)));

        Assert.Equal(Start.AddSeconds(5), await Records.NextDueAsync(WorkLane.Poll, Ct));
        Assert.Equal(Start.AddDays(-1), await Records.NextDueAsync(WorkLane.Submit, Ct));
        Assert.Null(await Records.NextDueAsync(WorkLane.Download, Ct));
    }

    [Fact]
    public async Task Waiting_models_are_those_with_a_due_request_the_longest_waiting_first()
    {
        await Add(Queued(Start.AddMinutes(-1), "young"));
        await Add(Queued(Start.AddMinutes(-3), "old"));
        await Add(Queued(Start.AddMinutes(-2), "old"));
        await Add(Queued(Start.AddSeconds(1), "later"));
        await Add(Processing(model: "running"));

        Assert.Equal(["old", "young"], await Records.ListWaitingModelsAsync(Start, Ct));
    }

    [Fact]
    public async Task In_flight_is_what_the_provider_may_be_working_on()
    {
        await Add(Submitting(model: "a"));
        await Add(Processing(Start.AddDays(-1), model: "a"));
        await Add(Unsettled(Start, model: "a"));
        await Add(Unsettled(Start.AddMilliseconds(-1), model: "a"));
        await Add(Processing(model: "b"));
        await Add(Queued(model: "c"));
        await Add(Downloading());
        await Add(Workspace.Adopt(WorkspaceId.New(Start), null, new ProviderTask("of-no-known-model", null), Start));

        var counts = await Records.CountInFlightAsync(Start, Ct);

        Assert.Equal([("a", 3), ("b", 1)], counts.Select(pair => (pair.Key, pair.Value)).Order());
    }

    [Fact]
    public async Task Counts_follow_every_change()
    {
        var now = Start.AddHours(1);
        await AddMany(3, i => Completed(Start.AddSeconds(i), size: 1000));
        await Add(Empty());
        await Add(CompletedRemote(now.AddMinutes(1)));
        await Add(CompletedRemote(now.AddDays(1)));
        await Add(CompletedRemote(null));
        await Add(CompletedRemote(now.AddMinutes(-1)));
        var running = await Add(Processing());
        var gone = await Add(Completed(size: 500));

        Ok(await Records.ChangeAsync(running, w => w.Change(v => v.TaskCancelled(Start), Start), Ct));
        Ok(await Records.ChangeAsync(running, w => w.Ask(Request(), replace: true, Start), Ct));
        Ok(await Records.DeleteAsync(gone, _ => null, Ct));
        var counts = await Records.CountAsync(now, now.AddHours(2), Ct);

        Assert.Equal([(VideoStatus.Queued, 1), (VideoStatus.Completed, 7L)], counts.ByStatus.Select(pair => (pair.Key, pair.Value)).Order());
        Assert.Equal(
            [(VideoStorage.Local, 3), (VideoStorage.Remote, 3), (VideoStorage.None, 2L)], counts.ByStorage.Select(pair => (pair.Key, pair.Value)).Order());
        Assert.Equal(2, counts.AtRisk);
        Assert.Equal(3000, counts.StoredBytes);
    }

    [Fact]
    public async Task A_fetch_that_keeps_failing_is_at_risk_however_long_its_link_lives()
    {
        var id = await Add(Downloading(expires: Start.AddHours(20)));
        var problem = new Problem("http_503", "Try again.");
        for (var failures = 1; failures <= 3; failures++)
        {
            Ok(await Records.ChangeAsync(id, w => w.Change(v => v.FetchFailed(problem, Start), Start), Ct));
            Assert.Equal(failures > 1 ? 1 : 0, (await Records.CountAsync(Start, Start.AddHours(2), Ct)).AtRisk);
        }

        Assert.Equal(1, (await Records.CountAsync(Start, Start.AddHours(21), Ct)).AtRisk);
        Ok(await Records.ChangeAsync(id, w => w.Change(v => v.LinkDied(problem, Start), Start), Ct));
        Assert.Equal(0, (await Records.CountAsync(Start, Start.AddHours(2), Ct)).AtRisk);
    }

    [Fact]
    public async Task An_empty_library_counts_nothing()
    {
        var counts = await Records.CountAsync(Start, Start.AddHours(2), Ct);

        Assert.Empty(counts.ByStatus);
        Assert.Empty(counts.ByStorage);
        Assert.Equal((0, 0), (counts.AtRisk, counts.StoredBytes));
        Assert.Empty(await Records.CountInFlightAsync(Start, Ct));
        Assert.Empty(await Records.ListWaitingModelsAsync(Start, Ct));
    }

    [Fact]
    public async Task Changes_are_told_oldest_first_and_claims_are_none()
    {
        var late = await Add(Processing(Start.AddSeconds(2)));
        var early = await Add(Processing(Start.AddSeconds(1)));
        await Add(Processing(Start.AddMilliseconds(-1)));
        Assert.Equal(3, (await Records.ClaimAsync(Query(WorkLane.Poll, Start.AddMinutes(1)), Ct)).Count);

        Assert.Equal([early, late], (await Records.ListChangedAsync(Start, 10, Ct)).Select(w => w.Id));
        Assert.Equal([early], (await Records.ListChangedAsync(Start, 1, Ct)).Select(w => w.Id));
    }

    [Fact]
    public async Task A_new_workspace_is_told_as_a_change_and_so_is_its_first_video()
    {
        await Add(SampleWorkspaces.Empty(Start.AddMilliseconds(-1)));
        var first = await Add(SampleWorkspaces.Empty(Start));
        var asked = await Add(SampleWorkspaces.Empty(Start.AddDays(-1)));
        var last = await Add(SampleWorkspaces.Empty(Start.AddSeconds(2)));
        var at = Start.AddSeconds(1);
        await Records.ChangeAsync(asked, w => w.Ask(SampleWorkspaces.Request(at), replace: false, at), Ct);

        Assert.Equal([first, asked, last], (await Records.ListChangedAsync(Start, 10, Ct)).Select(w => w.Id));
        Assert.Equal([first, asked], (await Records.ListChangedAsync(Start, 2, Ct)).Select(w => w.Id));
        Assert.Equal([asked, last], (await Records.ListChangedAsync(at, 10, Ct)).Select(w => w.Id));
    }

    [Fact]
    public async Task Tasks_are_known_by_whatever_record_has_them()
    {
        await Add(Processing(task: "running"));
        await Add(Completed(task: "made"));

        Assert.Equal(["made", "running"], (await Records.FindKnownTasksAsync(["running", "strange", "made"], Ct)).Order(StringComparer.Ordinal));
        Assert.Empty(await Records.FindKnownTasksAsync([], Ct));
    }

    // Otherwise it could be taken for the answer to the new request, whose outcome may become unknown.
    [Fact]
    public async Task The_task_of_a_replaced_video_stays_known()
    {
        var id = await Add(Completed(task: "first"));

        Ok(await Records.ChangeAsync(id, w => w.Ask(Request(), replace: true, Start), Ct));
        Assert.Equal(["first"], await Records.FindKnownTasksAsync(["first"], Ct));

        Ok(await Records.ChangeAsync(id, w => w.Change(v => v.CancelQueued(Start), Start), Ct));
        Ok(await Records.DeleteAsync(id, _ => null, Ct));
        Assert.Empty(await Records.FindKnownTasksAsync(["first"], Ct));
    }

    protected static ClaimQuery Query(WorkLane lane, DateTimeOffset? now = null) => new(lane, now ?? Start, (now ?? Start).AddMinutes(1), 200);

    private async Task<List<WorkspaceId>> ClaimIds(ClaimQuery query) => [.. (await Records.ClaimAsync(query, Ct)).Select(w => w.Id)];
}
