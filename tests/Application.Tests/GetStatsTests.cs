using VideoPlatform.Application.Stats;
using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Testing.Records;

namespace VideoPlatform.Application.Tests;

public sealed class GetStatsTests : Testing.UseCases.UseCases
{
    [Fact]
    public async Task An_empty_library_counts_nothing_and_its_queue_runs()
    {
        Space.FreeBytes = 1234;

        var stats = Ok(await Send(new GetStats()));

        Assert.Empty(stats.Videos.ByStatus);
        Assert.Empty(stats.Videos.ByStorage);
        Assert.Equal(new ByteStatsView(0, 1234), stats.Bytes);
        Assert.Equal(("running", null, 0), (stats.Queue.State, stats.Queue.Reason, stats.Queue.Waiting));
        Assert.False(stats.Provider.Sandbox);
    }

    [Fact]
    public async Task Videos_are_counted_where_they_stand_and_where_their_bytes_are()
    {
        await GivenCompleted();
        await GivenQueued("one");
        await GivenProcessing("two");
        await GivenUnsettled(paid: true, "three");

        var stats = Ok(await Send(new GetStats()));

        Assert.Equal(
            new Dictionary<string, long> { ["completed"] = 1, ["queued"] = 1, ["processing"] = 1, ["unsettled"] = 1 }, stats.Videos.ByStatus.ToDictionary());
        Assert.Equal(new Dictionary<string, long> { ["local"] = 1, ["none"] = 3 }, stats.Videos.ByStorage.ToDictionary());
        Assert.Equal(4096, stats.Bytes.Stored);
        Assert.Equal(1, stats.Queue.Waiting);
        Assert.Equal(2, stats.Queue.InFlight[Model]);
    }

    [Fact]
    public async Task Remote_videos_are_at_risk_when_their_link_dies_within_two_hours_or_nobody_knows_when()
    {
        await Given(SampleWorkspaces.CompletedRemote(Now.AddHours(1), Now));
        await Given(SampleWorkspaces.CompletedRemote(null, Now));
        await Given(SampleWorkspaces.CompletedRemote(Now.AddHours(3), Now));
        await Given(SampleWorkspaces.CompletedRemote(Now.AddHours(-1), Now));

        Assert.Equal(2, Ok(await Send(new GetStats())).Videos.AtRisk);
    }

    [Fact]
    public async Task A_stopped_queue_says_why_until_the_provider_takes_a_request_again()
    {
        var id = await GivenQueued();
        Provider.AnswerSubmit(new SubmitAnswer.Blocked(new Problem("Arrearage", "The account is overdue.")));
        Ok(await Step(id));

        var stopped = Ok(await Send(new GetStats())).Queue;
        Ok(await StepWhenDue(id));
        var running = Ok(await Send(new GetStats())).Queue;

        Assert.Equal(("stopped", "Arrearage: The account is overdue."), (stopped.State, stopped.Reason));
        Assert.Equal(("running", null), (running.State, running.Reason));
    }

    [Fact]
    public async Task A_caller_who_leaves_counts_nothing()
    {
        using var left = new CancellationTokenSource();
        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Send(new GetStats(), left.Token));
    }
}
