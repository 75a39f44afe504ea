using VideoPlatform.Application.Maintenance;
using VideoPlatform.Application.Maintenance.Library;
using VideoPlatform.Application.Maintenance.Repair;
using VideoPlatform.Application.Maintenance.Verify;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Testing.Records;

namespace VideoPlatform.Application.Tests.Maintenance;

public sealed class RepairLibraryTests : LibraryUseCases
{
    private RemoteLink Alive => SampleWorkspaces.Link(Now.AddHours(5));

    private Task<Result<RepairTotals>> Repair(IReadOnlyList<Finding>? from = null, CancellationToken ct = default) => Send(new RepairLibrary(from, Listener), ct);

    /// <summary>Another video was asked for in its place, and the provider refused; the earlier file is still there.</summary>
    private async Task GivenReplacementThatFailed(Workspace stored)
    {
        Ok(await Send(ARequest(stored.Id) with { Prompt = "the boat sinks", Replace = true }));
        Ok(await Step(stored.Id));
        await Change(stored.Id, v => v.TaskFailed(new Problem("DataInspectionFailed", "The picture was refused."), Now, Now));
    }

    [Fact]
    public async Task A_missing_video_is_fetched_again_while_its_link_lives()
    {
        var stored = await GivenStored(Alive);
        Library.Remove(PathOf(stored));
        Library.Remove(PathOf(stored) + ".json");
        Source.ThenServe(Content.Bytes);

        Assert.Equal(1, Ok(await Repair()).Counts[RepairOutcome.Fetched]);

        var video = await AssertStands(stored.Id, VideoStatus.Completed);
        Assert.Equal(Content.Sha256, video.File!.Sha256);
        Assert.True(Archive.IsPresent(video.File));
    }

    [Fact]
    public async Task The_file_of_an_earlier_task_is_not_taken_for_the_missing_one()
    {
        var stored = await GivenStored(Alive);
        var earlier = await GivenEarlierFile(stored);
        Library.Remove(PathOf(stored));
        Source.ThenServe(Content.Bytes);

        Assert.Equal(1, Ok(await Repair()).Counts[RepairOutcome.Fetched]);

        Assert.NotEqual(earlier, PathOf(await Find(stored.Id)));
        var told = Assert.IsType<SidecarAnswer.Read>(await Library.ReadAsync(StoragePath.Parse(earlier), CancellationToken.None));
        Assert.NotEqual(stored.Video!.State.Task, told.Task);
    }

    [Fact]
    public async Task A_damaged_video_goes_to_the_trash_when_its_replacement_is_here()
    {
        var stored = await GivenStored(Alive);
        Library.Put(PathOf(stored), Testing.Files.SampleVideo.Mp4(5000, seed: 2).Bytes);
        Probe.Answer = new LinkAnswer.Alive();
        Source.ThenServe(Content.Bytes);

        Ok(await Repair());

        Assert.Contains($".trash/2026-01-02/{PathOf(stored)}", Library.Paths);
        Assert.NotEqual(PathOf(stored), (await VideoOf(stored.Id)).File!.Path.Value);
    }

    /// <summary>The file is as its own record says it; the other record says another size.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_that_another_record_names_stays_where_it_is(bool byItsName)
    {
        var (owner, other) = (await GivenStored(Alive), await GivenStored(Alive));
        var shared = byItsName ? owner.Video!.File! : owner.Video!.File! with { Path = StoragePath.Parse("videos/boat.mp4") };
        Library.Put(shared.Path.Value, Content.Bytes);
        await Change(owner.Id, v => v.FileFound(shared, Now));
        await Library.WriteAsync(await Find(owner.Id), shared, CancellationToken.None);
        await Change(other.Id, v => v.FileFound(shared with { Size = 7 }, Now));
        Probe.Answer = new LinkAnswer.Alive();
        Source.ThenServe(Content.Bytes);

        var finding = new Finding(FindingKind.WrongSize, other.Id, shared.Path.Value);
        Assert.Equal(1, Ok(await Repair([finding])).Counts[RepairOutcome.Fetched]);

        Assert.NotEqual(shared.Path, (await VideoOf(other.Id)).File!.Path);
        Assert.Contains(shared.Path.Value, Library.Paths);
        Assert.DoesNotContain(Library.Paths, path => path.StartsWith(".trash", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_that_two_records_name_keeps_its_sidecar()
    {
        var (owner, other) = (await GivenStored(), await GivenStored());
        await Change(other.Id, v => v.FileFound(owner.Video!.File!, Now));
        Library.Remove(PathOf(other));

        for (var time = 0; time < 2; time++)
        {
            Listener.Items.Clear();
            Ok(await Repair());

            var item = Listener.Items.Single(i => i.Outcome is RepairOutcome.Failed);
            Assert.Equal(other.Id, item.Id);
            Assert.Contains(owner.Id.Value, item.Detail);
            Assert.Equal(owner.Id, Assert.IsType<SidecarAnswer.Read>(await Library.ReadAsync(owner.Video!.File!.Path, CancellationToken.None)).Workspace.Id);
        }
    }

    [Fact]
    public async Task Where_nothing_lives_a_damaged_video_stays_and_a_missing_one_is_told_to_be_gone()
    {
        var dead = SampleWorkspaces.Link(Now.AddHours(-5));
        var (damaged, missing) = (await GivenStored(dead), await GivenStored(dead));
        Library.Put(PathOf(damaged), Testing.Files.SampleVideo.Mp4(5000, seed: 2).Bytes);
        Library.Remove(PathOf(missing));

        Assert.Equal(2, Ok(await Repair()).Counts[RepairOutcome.Lost]);

        Assert.Equal(PathOf(damaged), (await AssertStands(damaged.Id, VideoStatus.Completed, "file_damaged")).File!.Path.Value);
        Assert.Null((await AssertStands(missing.Id, VideoStatus.Expired, "file_missing")).File);
        Assert.DoesNotContain(Library.Paths, path => path.StartsWith(".trash", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_does_not_stop_the_rest()
    {
        Workspace[] missing = [await GivenStored(Alive), await GivenStored(Alive)];
        foreach (var workspace in missing) Library.Remove(PathOf(workspace));
        Library.Forbidden = $"videos/{missing[0].Id}_1.mp4";
        Library.Put(Library.Forbidden, Content.Bytes);
        Source.ThenServe(Content.Bytes);

        var counts = Ok(await Repair([.. missing.Select(w => new Finding(FindingKind.RecordWithoutFile, w.Id, PathOf(w)))])).Counts;

        Assert.Equal((1, 1), (counts[RepairOutcome.Failed], counts[RepairOutcome.Fetched]));
        Assert.Equal(missing[0].Id, Listener.Items.Single(item => item.Outcome is RepairOutcome.Failed).Id);
    }

    [Fact]
    public async Task With_the_storage_gone_no_file_is_lost()
    {
        Workspace[] stored = [await GivenStored(SampleWorkspaces.Link(Now.AddHours(-5))), await GivenStored(Alive), await GivenStored(SampleWorkspaces.Link(Now.AddHours(-5)))];
        foreach (var workspace in stored) Library.Remove(PathOf(workspace));
        Listener.OnTold = () => Library.HasSentinel = false;
        Source.ThenServe(Content.Bytes);

        var counts = Ok(await Repair([.. stored.Select(w => new Finding(FindingKind.RecordWithoutFile, w.Id, PathOf(w)))])).Counts;

        Assert.Equal((1, 2), (counts[RepairOutcome.Lost], counts[RepairOutcome.Failed]));
        foreach (var workspace in stored.Skip(1)) Assert.Equal(workspace, await Find(workspace.Id));
    }

    [Fact]
    public async Task A_storage_that_goes_while_a_link_is_asked_loses_no_file_either()
    {
        var stored = await GivenStored(SampleWorkspaces.Link(Now.AddHours(-5)));
        Library.Remove(PathOf(stored));
        Probe.OnAsked = () => Library.HasSentinel = false;

        Assert.Equal(1, Ok(await Repair([new Finding(FindingKind.RecordWithoutFile, stored.Id, PathOf(stored))])).Counts[RepairOutcome.Failed]);

        Assert.Equal(stored, await Find(stored.Id));
    }

    [Fact]
    public async Task A_damaged_video_is_not_given_up_for_a_link_that_dies_before_its_time()
    {
        var stored = await GivenStored(Alive);
        Library.Put(PathOf(stored), Testing.Files.SampleVideo.Mp4(5000, seed: 2).Bytes);

        Assert.Equal(1, Ok(await Repair()).Counts[RepairOutcome.Lost]);

        Assert.Equal(PathOf(stored), (await AssertStands(stored.Id, VideoStatus.Completed, "file_damaged")).File!.Path.Value);
    }

    [Fact]
    public async Task Where_nobody_can_tell_nothing_is_decided()
    {
        var stored = await GivenStored(SampleWorkspaces.Link(Now.AddMinutes(-5)));
        Library.Remove(PathOf(stored));
        Probe.Answer = new LinkAnswer.Unclear(503, new Problem("http_503", "503 Busy."));

        Assert.Equal(1, Ok(await Repair()).Counts[RepairOutcome.Failed]);

        Assert.Equal(stored, await Find(stored.Id));
    }

    [Fact]
    public async Task A_missing_sidecar_is_written_anew_and_a_second_run_finds_all_in_order()
    {
        var stored = await GivenStored();
        Library.Remove(PathOf(stored) + ".json");

        Assert.Equal(1, Ok(await Repair()).Counts[RepairOutcome.Rewritten]);

        Assert.Contains(PathOf(stored) + ".json", Library.Paths);
        Assert.Empty(Ok(await Repair()).Counts);
    }

    [Fact]
    public async Task A_sidecar_that_cannot_be_read_is_told_and_the_others_are_mended()
    {
        var (forbidden, bare) = (await GivenStored(), await GivenStored());
        Library.Forbidden = PathOf(forbidden) + ".json";
        Library.Remove(PathOf(bare) + ".json");

        var counts = Ok(await Repair()).Counts;

        Assert.Equal((1, 1), (counts[RepairOutcome.Failed], counts[RepairOutcome.Rewritten]));
        Assert.Equal(Library.Forbidden, Listener.Items.Single(item => item.Outcome is RepairOutcome.Failed).Path);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_read_is_told_and_the_rest_is_mended()
    {
        var bare = await GivenStored();
        Library.Remove(PathOf(bare) + ".json");
        Library.Forbidden = "thumbnails";

        Ok(await Repair());

        Assert.Equal([(RepairOutcome.Failed, bare.Id), (RepairOutcome.Failed, null)], Listener.Items.Select(item => (item.Outcome, item.Id)));
        Assert.Equal("thumbnails", Listener.Items[1].Path);
        Assert.Contains(PathOf(bare) + ".json", Library.Paths);
    }

    [Fact]
    public async Task A_video_that_nobody_can_look_for_is_not_taken_for_lost()
    {
        var stored = await GivenStored(SampleWorkspaces.Link(Now.AddHours(-5)));
        Library.Forbidden = "videos";

        Ok(await Repair());

        Assert.Equal(PathOf(stored), (await AssertStands(stored.Id, VideoStatus.Completed, "file_damaged")).File!.Path.Value);
    }

    [Fact]
    public async Task A_new_sidecar_of_an_earlier_file_does_not_claim_the_request_that_failed()
    {
        var stored = await GivenStored();
        await GivenReplacementThatFailed(stored);
        Library.Remove(PathOf(stored) + ".json");

        Assert.Equal(1, Ok(await Repair()).Counts[RepairOutcome.Rewritten]);

        var told = Assert.IsType<SidecarAnswer.Read>(await Library.ReadAsync(stored.Video!.File!.Path, CancellationToken.None)).Workspace;
        Assert.Equal((stored.Name, stored.Picture, null, null), (told.Name, told.Picture, told.Video!.Request, told.Video.State.Task));
        Assert.Equal(Content.Sha256, told.Video.File!.Sha256);
    }

    [Fact]
    public async Task A_missing_file_of_an_earlier_video_is_told_to_be_gone_and_the_failure_stays()
    {
        var stored = await GivenStored();
        await GivenReplacementThatFailed(stored);
        foreach (var path in (string[])[PathOf(stored), PathOf(stored) + ".json", stored.Video!.File!.Thumbnail!.Value]) Library.Remove(path);

        Assert.Equal(1, Ok(await Repair()).Counts[RepairOutcome.Lost]);

        Assert.Null((await AssertStands(stored.Id, VideoStatus.Failed, "DataInspectionFailed")).File);
        Assert.Empty(Ok(await Repair()).Counts);
    }

    [Fact]
    public async Task A_lost_file_that_comes_back_is_named_again()
    {
        var stored = await GivenStored(SampleWorkspaces.Link(Now.AddHours(-5)));
        await Change(stored.Id, v => v.FileLost(new Problem("file_missing", "Gone.")));

        Assert.Equal(1, Ok(await Repair()).Counts[RepairOutcome.Adopted]);

        Assert.Equal(PathOf(stored), (await AssertStands(stored.Id, VideoStatus.Completed)).File!.Path.Value);
    }

    [Fact]
    public async Task A_finding_of_an_earlier_report_that_is_in_order_by_now_is_left()
    {
        var stored = await GivenStored();

        var totals = Ok(await Repair([new Finding(FindingKind.RecordWithoutFile, stored.Id, PathOf(stored)), new Finding(FindingKind.FileWithoutRecord, null, "videos/stray.mp4")]));

        Assert.Equal(2, totals.Counts[RepairOutcome.Fine]);
        Assert.Equal(stored, await Find(stored.Id));
    }

    [Fact]
    public async Task A_caller_who_leaves_keeps_what_was_mended()
    {
        var (one, other) = (await GivenStored(), await GivenStored());
        Library.Remove(PathOf(one) + ".json");
        Library.Remove(PathOf(other) + ".json");
        var findings = new[] { one, other }.Select(w => new Finding(FindingKind.SidecarMissing, w.Id, PathOf(w) + ".json")).ToList();

        var totals = Ok(await Repair(findings, StopAtFirst()));

        Assert.Equal((1, true), (totals.Counts[RepairOutcome.Rewritten], totals.Interrupted));
        Assert.Single(Listener.Items);
    }
}
