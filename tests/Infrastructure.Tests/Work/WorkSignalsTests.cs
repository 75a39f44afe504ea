using Microsoft.Extensions.Time.Testing;
using VideoPlatform.Application.Videos;
using VideoPlatform.Application.Work;
using VideoPlatform.Infrastructure.Work;
using VideoPlatform.Testing.Records;

namespace VideoPlatform.Infrastructure.Tests.Work;

public sealed class WorkSignalsTests
{
    private readonly FakeTimeProvider clock = new(SampleWorkspaces.Start);
    private readonly WorkSignals signals = new();

    [Fact]
    public void A_new_request_wakes_the_submit_lane_and_no_other()
    {
        signals.Changed(SampleWorkspaces.Empty(), SampleWorkspaces.Queued());

        Assert.Equal([WorkLane.Submit], WorkLanes.All.Where(Rang));
        Assert.DoesNotContain(WorkLanes.All, Rang);
    }

    [Fact]
    public void A_request_for_a_model_without_a_place_wakes_nobody_but_one_for_another_model_does()
    {
        signals.Expect(["full"]);

        signals.Changed(SampleWorkspaces.Empty(), SampleWorkspaces.Queued(model: "full"));
        Assert.DoesNotContain(WorkLanes.All, Rang);

        signals.Changed(SampleWorkspaces.Empty(), SampleWorkspaces.Queued(model: "free"));
        Assert.True(Rang(WorkLane.Submit));
    }

    [Fact]
    public void Whatever_makes_a_place_free_wakes_the_submit_lane_of_a_full_model()
    {
        signals.Expect([SampleWorkspaces.Model]);

        foreach (var (before, after) in ((Domain.Workspaces.Workspace, Domain.Workspaces.Workspace?)[])[
            (SampleWorkspaces.Processing(), SampleWorkspaces.Downloading()), (SampleWorkspaces.Processing(), SampleWorkspaces.Failed()),
            (SampleWorkspaces.Unsettled(), SampleWorkspaces.Failed()), (SampleWorkspaces.Processing(), null)])
        {
            signals.Changed(before, after);
            Assert.True(Rang(WorkLane.Submit), $"{before.Video!.Status} -> {after?.Video!.Status}");
        }

        signals.Ring(WorkLane.Submit);   // as the end of a step does
        Assert.True(Rang(WorkLane.Submit));
    }

    [Fact]
    public void A_fetch_whose_bytes_are_all_here_wakes_the_download_lane_and_one_that_goes_on_does_not()
    {
        signals.Progressed(SampleWorkspaces.Downloading().Id, new DownloadProgress(1, 2));
        signals.Progressed(SampleWorkspaces.Downloading().Id, new DownloadProgress(2, null));
        Assert.DoesNotContain(WorkLanes.All, Rang);

        signals.Progressed(SampleWorkspaces.Downloading().Id, new DownloadProgress(2, 2));
        Assert.Equal([WorkLane.Download], WorkLanes.All.Where(Rang));
    }

    [Fact]
    public void Who_finds_a_place_for_a_model_that_was_full_looks_once_more()
    {
        Assert.False(signals.Expect(["a", "b"]));
        Assert.False(signals.Expect(["b", "a", "c"]));
        Assert.True(signals.Expect(["a"]));
        Assert.False(signals.Expect(["a"]));
        Assert.True(signals.Expect([]));
        Assert.False(signals.Expect([]));
    }

    [Fact]
    public async Task Who_waits_is_woken_by_the_bell_or_by_the_time()
    {
        var bell = signals.WaitAsync(WorkLane.Poll, TimeSpan.FromHours(1), clock, TestContext.Current.CancellationToken);
        Assert.False(bell.IsCompleted);
        signals.Ring(WorkLane.Poll);
        await bell;

        var time = signals.WaitAsync(WorkLane.Poll, TimeSpan.FromHours(1), clock, TestContext.Current.CancellationToken);
        Assert.False(time.IsCompleted);
        clock.Advance(TimeSpan.FromHours(1));
        await time;
    }

    // A bell that rang before somebody waits is heard at once.
    private bool Rang(WorkLane lane)
    {
        using var enough = new CancellationTokenSource();
        var wait = signals.WaitAsync(lane, TimeSpan.FromHours(1), clock, enough.Token);
        var rang = wait.IsCompletedSuccessfully;
        enough.Cancel();
        return rang;
    }
}
