using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Domain.Tests;

public sealed class WorkspaceTests
{
    private static readonly Guid mine = Guid.Parse("00000000-0000-0000-0000-000000000001");
    private static readonly Guid theirs = Guid.Parse("00000000-0000-0000-0000-000000000002");

    [Fact]
    public void A_new_one_begins_at_version_one_with_nothing_to_do()
    {
        var workspace = Given.Workspace();

        Assert.Equal(1, workspace.Version);
        Assert.Null(workspace.DueAt);
        Assert.Null(workspace.Lease);
        Assert.Equal((Given.Now, Given.Now), (workspace.CreatedAt, workspace.UpdatedAt));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("", true)]
    [InlineData("paper boat ⛵", true)]
    [InlineData("two\nlines", false)]
    [InlineData("bell\a", false)]
    public void A_name_has_no_control_characters(string? name, bool good) => Assert.Equal(good, Workspace.RefusesName(name) is null);

    [Fact]
    public void A_name_has_up_to_two_hundred_characters()
    {
        Assert.Null(Workspace.RefusesName(new string('a', 200)));
        Assert.Equal("validation_failed", Workspace.RefusesName(new string('a', 201))!.Code);
        Assert.Null(Workspace.RefusesName(string.Concat(Enumerable.Repeat("⛵🎬", 100))));
        Assert.NotNull(Workspace.RefusesName(string.Concat(Enumerable.Repeat("🎬", 201))));
    }

    [Fact]
    public void An_adopted_task_makes_a_workspace_without_a_picture()
    {
        var workspace = Workspace.Adopt(Given.Id, "found", Given.Task, Given.Now);

        Assert.Null(workspace.Picture);
        Assert.Equal(VideoStatus.Processing, workspace.Video!.Status);
        Assert.Equal(Given.Now, workspace.DueAt);
    }

    // ---- claims ---------------------------------------------------------------------------------------------

    [Fact]
    public void A_due_step_is_claimed_once()
    {
        var claimed = Given.Ok(With(AllVideos.Queued).Claim(mine, Given.Now, Given.Later));

        Assert.Equal(new Lease(mine, Given.Later), claimed.Lease);
        Assert.Equal(Given.Later, claimed.DueAt);
        Given.Failure<Workspace, VersionConflict>(claimed.Claim(theirs, Given.Now, Given.Later));
    }

    [Fact]
    public void A_step_is_not_claimed_before_it_is_due()
    {
        var waiting = With(Given.Ok(AllVideos.Queued.WaitOn(Given.Problem, Given.Later, counts: true)));

        Given.Failure<Workspace, VersionConflict>(waiting.Claim(mine, Given.Later.AddTicks(-1), Given.Later));
        Assert.NotNull(Given.Ok(waiting.Claim(mine, Given.Later, Given.Later.AddMinutes(1))).Lease);
    }

    [Theory]
    [InlineData("completed")]
    [InlineData("remote")]
    [InlineData("failed")]
    [InlineData("cancelled")]
    [InlineData("expired")]
    public void A_terminal_video_is_never_due(string state)
    {
        var workspace = With(AllVideos.In(state));

        Assert.Null(workspace.DueAt);
        Given.Failure<Workspace, VersionConflict>(workspace.Claim(mine, DateTimeOffset.MaxValue, DateTimeOffset.MaxValue));
    }

    [Fact]
    public void A_claim_that_ran_out_fences_its_holder_out_of_everything()
    {
        var first = Given.Ok(With(AllVideos.Queued).Claim(mine, Given.Now, Given.Later));
        var second = Given.Ok(first.Claim(theirs, Given.Later, Given.Later.AddMinutes(1)));

        Given.Failure<Workspace, VersionConflict>(second.Renew(mine, Given.Later.AddHours(1)));
        Given.Failure<Workspace, VersionConflict>(second.Mark(mine, Given.Later, v => v.MarkSubmitting(Given.Attempt)));
        Given.Failure<Workspace, VersionConflict>(second.End(mine, Given.Later, v => v.MarkSubmitting(Given.Attempt)));
        Given.Failure<Workspace, VersionConflict>(second.Release(mine));
        Assert.Equal(theirs, second.Lease!.Token);
    }

    [Fact]
    public void A_claim_is_not_looked_at_by_the_clock_of_its_holder()
    {
        var claimed = Given.Ok(With(AllVideos.Queued).Claim(mine, Given.Now, Given.Later));

        var late = Given.Ok(claimed.Mark(mine, Given.Later.AddHours(1), v => v.MarkSubmitting(Given.Attempt)));

        Assert.Equal(VideoStatus.Submitting, late.Video!.Status);
    }

    [Fact]
    public void Without_a_claim_no_step_is_ended()
    {
        Given.Failure<Workspace, VersionConflict>(With(AllVideos.Queued).End(mine, Given.Now, v => v.WaitOn(Given.Problem, Given.Later, counts: true)));
    }

    [Fact]
    public void The_mark_keeps_the_claim_and_the_end_gives_it_up()
    {
        var claimed = Given.Ok(With(AllVideos.Queued).Claim(mine, Given.Now, Given.Later));

        var marked = Given.Ok(claimed.Mark(mine, Given.Now, v => v.MarkSubmitting(Given.Attempt)));
        var ended = Given.Ok(marked.End(mine, Given.Later, v => v.Accepted(Given.Attempt.Id, Given.Task, Given.Later, Given.Later)));

        Assert.Equal(claimed.Lease, marked.Lease);
        Assert.Equal(Given.Later, marked.DueAt);
        Assert.Null(ended.Lease);
        Assert.Equal(VideoStatus.Processing, ended.Video!.Status);
    }

    [Fact]
    public void The_end_gives_the_claim_up_even_when_there_was_nothing_to_change()
    {
        var claimed = Given.Ok(With(AllVideos.Processing).Claim(mine, Given.Later, Given.Later.AddMinutes(1)));

        var ended = Given.Ok(claimed.End(mine, Given.Later, v => v.Accepted(Given.Attempt.Id, Given.Task, Given.Later, Given.Later)));

        Assert.Null(ended.Lease);
    }

    [Fact]
    public void A_claim_is_held_longer_and_given_back()
    {
        var claimed = Given.Ok(With(AllVideos.Queued).Claim(mine, Given.Now, Given.Later));

        var renewed = Given.Ok(claimed.Renew(mine, Given.Later.AddMinutes(1)));
        var released = Given.Ok(renewed.Release(mine));

        Assert.Equal(Given.Later.AddMinutes(1), renewed.DueAt);
        Assert.Null(released.Lease);
        Assert.Equal(Given.Now, released.DueAt);
    }

    [Fact]
    public void A_worker_that_died_after_the_mark_leaves_a_step_that_is_due_when_its_claim_runs_out()
    {
        var claimed = Given.Ok(With(AllVideos.Queued).Claim(mine, Given.Now, Given.Later));
        var marked = Given.Ok(claimed.Mark(mine, Given.Now, v => v.MarkSubmitting(Given.Attempt)));

        Given.Failure<Workspace, VersionConflict>(marked.Claim(theirs, Given.Later.AddTicks(-1), DateTimeOffset.MaxValue));
        Assert.Equal(theirs, Given.Ok(marked.Claim(theirs, Given.Later, DateTimeOffset.MaxValue)).Lease!.Token);
    }

    // ---- changes --------------------------------------------------------------------------------------------

    [Fact]
    public void A_change_that_a_person_can_see_has_its_time_and_ends_a_running_claim()
    {
        var claimed = Given.Ok(With(AllVideos.Queued).Claim(mine, Given.Now, Given.Later));

        var cancelled = Given.Ok(claimed.Change(v => v.CancelQueued(Given.Later), Given.Later));

        Assert.Equal(Given.Later, cancelled.UpdatedAt);
        Assert.Null(cancelled.Lease);
        Assert.Equal(Given.Now, claimed.UpdatedAt);
    }

    [Fact]
    public void A_change_that_changes_nothing_is_the_very_same_workspace()
    {
        var workspace = With(AllVideos.Processing);

        Assert.Same(workspace, Given.Ok(workspace.Change(v => v.Accepted(Given.Attempt.Id, Given.Task, Given.Later, Given.Later), Given.Later)));
        Assert.Same(workspace, Given.Ok(workspace.Ask(workspace.Video!.Request!, replace: false, Given.Later)));
    }

    [Fact]
    public void Without_a_video_there_is_nothing_to_change() =>
        Assert.Equal(new NotFound("video"), Given.Failure(Given.Workspace().Change(v => v.Noted(Given.Problem), Given.Now)));

    [Fact]
    public void The_version_grows_by_one_with_every_write_and_by_nothing_else()
    {
        var workspace = With(AllVideos.Queued);

        Assert.Equal(workspace.Version, Given.Ok(workspace.Claim(mine, Given.Now, Given.Later)).Version);
        Assert.Equal(workspace.Version + 1, workspace.Stored().Version);
    }

    // ---- fetching again -------------------------------------------------------------------------------------

    [Fact]
    public void A_fetch_that_is_running_goes_on_undisturbed()
    {
        var running = Given.Ok(With(AllVideos.Downloading).Claim(mine, Given.Now, Given.Later));

        Assert.Same(running, Given.Ok(running.FetchAgain("another_1", null, Given.Now)));
    }

    [Fact]
    public void A_fetch_whose_worker_died_is_due_at_once()
    {
        var dead = Given.Ok(With(AllVideos.Downloading).Claim(mine, Given.Now, Given.Later));

        var again = Given.Ok(dead.FetchAgain("another_1", null, Given.Later));

        Assert.Null(again.Lease);
        Assert.Equal(Given.Later, again.DueAt);
        Given.Failure<Workspace, VersionConflict>(again.End(mine, Given.Later, v => v.Stored(Given.File(), Given.Later)));
    }

    [Fact]
    public void A_fetch_that_waits_for_its_next_try_is_due_at_once()
    {
        var waiting = With(Given.Ok(AllVideos.Downloading.FetchFailed(Given.Problem, Given.Now.AddHours(1))));

        Assert.Equal(Given.Later, Given.Ok(waiting.FetchAgain("another_1", null, Given.Later)).DueAt);
    }

    [Fact]
    public void Facts_of_the_old_file_do_not_disturb_the_step_that_replaces_it()
    {
        var replacing = With(Given.Ok(Video.Ask(AllVideos.Completed, Given.Request(), replace: true)));
        var claimed = Given.Ok(replacing.Claim(mine, Given.Later, Given.Later.AddMinutes(1)));
        var described = Given.File() with { Media = new MediaFacts(5.04, 1280, 720, "h264", true) };

        var noted = Given.Ok(claimed.Describe(described, Given.Later));

        Assert.Equal(claimed.Lease, noted.Lease);
        Assert.Equal(described, noted.Video!.File);
    }

    [Fact]
    public void An_old_file_that_is_found_missing_does_not_disturb_the_step_that_replaces_it()
    {
        var replacing = With(Given.Ok(Video.Ask(AllVideos.Completed, Given.Request(), replace: true)));
        var claimed = Given.Ok(replacing.Claim(mine, Given.Later, Given.Later.AddMinutes(1)));

        var noted = Given.Ok(claimed.LoseFile(Given.Problem, Given.Later));

        Assert.Equal(claimed.Lease, noted.Lease);
        Assert.Null(noted.Video!.File);
        Assert.Equal(Given.Problem, noted.Video.Problem);
    }

    // ---- deletion -------------------------------------------------------------------------------------------

    [Theory]
    [InlineData("submitting")]
    [InlineData("unsettled")]
    [InlineData("processing")]
    public void Nothing_is_deleted_while_a_paid_task_may_run(string state) =>
        Assert.Equal(new GenerationInProgress(AllVideos.In(state).Status), With(AllVideos.In(state)).RefusesDeletion());

    [Theory]
    [InlineData("queued")]
    [InlineData("downloading")]
    [InlineData("completed")]
    [InlineData("remote")]
    [InlineData("failed")]
    [InlineData("cancelled")]
    [InlineData("expired")]
    public void Everything_else_may_be_deleted(string state) => Assert.Null(With(AllVideos.In(state)).RefusesDeletion());

    [Fact]
    public void A_workspace_without_a_video_may_be_deleted() => Assert.Null(Given.Workspace().RefusesDeletion());

    private static Workspace With(Video video) => Given.WorkspaceWith(video);
}
