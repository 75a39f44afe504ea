using Microsoft.Extensions.Logging;
using VideoPlatform.Application.Videos;
using VideoPlatform.Application.Videos.Download;
using VideoPlatform.Application.Videos.Get;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Testing.Files;

namespace VideoPlatform.Application.Tests;

/// <summary>One fetch. The second promise: what the provider has finished is fetched, proven and kept, in time.</summary>
public sealed class DownloadVideoTests : Testing.UseCases.UseCases
{
    private static readonly SampleVideo sample = SampleVideo.Mp4(4096);
    private static readonly Problem problem = new("ProviderCode", "The provider's own words.");

    // ---- stored -----------------------------------------------------------------------------------------------

    [Fact]
    public async Task A_proven_video_is_ours_and_the_record_says_what_was_proven()
    {
        var id = await GivenDownloading();
        Source.ThenServe(sample.Bytes, crc64: sample.Crc64);

        Ok(await Step(id));

        var video = await AssertStands(id, VideoStatus.Completed);
        Assert.Equal((4096L, sample.Sha256, Verification.Checksum, "video/mp4"), (video.File!.Size, video.File.Sha256, video.File.Verified, video.File.ContentType));
        Assert.Equal(Now, video.File.ArchivedAt);
        Assert.Equal(VideoStorage.Local, video.StorageAt(Now));
        Assert.Equal(sample.Bytes, Archive.Files[video.File.Path.FileName]);
        Assert.Null((await Find(id)).DueAt);
    }

    [Fact]
    public async Task Without_a_checksum_of_the_sender_the_length_is_what_was_proven()
    {
        var id = await GivenCompleted();

        Assert.Equal(Verification.Length, (await VideoOf(id)).File!.Verified);
    }

    [Fact]
    public async Task A_file_that_an_earlier_attempt_finished_is_adopted_without_a_byte_of_traffic()
    {
        var id = await GivenDownloading();
        await Receive(id);

        Ok(await Step(id));

        Assert.Equal(sample.Sha256, (await AssertStands(id, VideoStatus.Completed)).File!.Sha256);
        Assert.Empty(Source.Requests);
    }

    [Fact]
    public async Task A_fetch_goes_on_behind_its_proven_prefix()
    {
        var id = await GivenDownloading();
        Source.ThenBreakAt(sample.Bytes, 1000).ThenServe(sample.Bytes);

        Ok(await Step(id));
        await AssertStands(id, VideoStatus.Downloading, "connection_lost");
        Ok(await StepWhenDue(id));

        await AssertStands(id, VideoStatus.Completed);
        Assert.Equal([null, 1000L], Source.Requests.Select(r => r.After?.Length));
    }

    [Fact]
    public async Task How_far_it_is_can_be_seen_while_it_runs_and_not_afterwards()
    {
        var id = await GivenDownloading();
        var body = new FakeBodyStream(sample.Bytes[..1000]) { HangsAtEnd = true };
        Source.Then(body.Open(4096));
        using var stop = new CancellationTokenSource();
        var step = Step(id, stop.Token);
        await body.Drained;

        var running = Ok(await Send(new GetVideo(id)));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => step);

        Assert.Equal(new Workspaces.ProgressView(1000, 4096), running.Progress);
        Assert.Null(Progress.Find(id));
        Assert.Null(Ok(await Send(new GetVideo(id))).Progress);
    }

    [Fact]
    public async Task A_worker_that_is_told_to_stop_keeps_what_is_here()
    {
        var id = await GivenDownloading();
        var body = new FakeBodyStream(sample.Bytes[..1000]) { HangsAtEnd = true };
        Source.Then(body.Open(4096)).ThenServe(sample.Bytes);
        using var stop = new CancellationTokenSource();
        var step = Step(id, stop.Token);
        await body.Drained;
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => step);
        await AssertStands(id, VideoStatus.Downloading);

        Ok(await StepWhenDue(id));

        await AssertStands(id, VideoStatus.Completed);
        Assert.Equal(1000, Source.Requests[^1].After!.Length);
    }

    // ---- failures ---------------------------------------------------------------------------------------------

    [Fact]
    public async Task Failed_tries_are_spaced_ever_wider_and_the_paid_task_is_left_alone()
    {
        var id = await GivenDownloading();
        Source.ThenUnavailable();
        for (var i = 0; i < 10; i++)
        {
            Ok(await StepWhenDue(id));
            var video = await AssertStands(id, VideoStatus.Downloading, "http_503");
            var expected = Math.Min(Math.Pow(2, i), 300);
            Assert.InRange((video.State.DueAt!.Value - Now).TotalSeconds, 0.9 * expected, 1.1 * expected);
            Assert.Equal(i + 1, Assert.IsType<VideoState.Downloading>(video.State).Attempts);
        }

        Assert.Single(Provider.Orders);
    }

    [Fact]
    public async Task However_often_it_failed_several_tries_still_fit_before_the_deadline()
    {
        var deadline = DateTimeOffset.FromUnixTimeSeconds(Now.AddMinutes(10).ToUnixTimeSeconds());
        var id = await GivenDownloading(Link(deadline));
        Source.ThenUnavailable();
        var tries = new List<DateTimeOffset>();
        while (Now < deadline)
        {
            tries.Add(Now);
            Ok(await StepWhenDue(id));
        }

        Assert.All(Enumerable.Range(1, 5), minute => Assert.InRange(tries.Count(t => t > deadline.AddMinutes(-minute)), 5, 1000));
    }

    public static TheoryData<string, bool> Bad => new() { { "wrong_checksum", false }, { "not_a_video", false }, { "truncated", false }, { "too_large", true } };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task Bytes_that_are_not_what_they_should_be_are_fetched_again(string code, bool slowly)
    {
        var id = await GivenDownloading();
        Source.Then((_, _) => code switch
        {
            "wrong_checksum" => new FakeBodyStream(sample.Bytes).Open(4096, crc64: 1),
            "not_a_video" => new FakeBodyStream(new byte[4096]).Open(4096),
            "truncated" => new FakeBodyStream(sample.Bytes[..1000]).Open(4096),
            _ => new FakeBodyStream(sample.Bytes).Open(Downloads.MaxBytes + 1),
        });

        Ok(await Step(id));

        var video = await AssertStands(id, VideoStatus.Downloading, code);
        Assert.Empty(Archive.Files);
        Assert.Equal(VideoStorage.Remote, video.StorageAt(Now));
        Assert.InRange((video.State.DueAt!.Value - Now).TotalSeconds, slowly ? 270 : 0.9, slowly ? 330 : 1.1);
    }

    [Fact]
    public async Task A_link_that_the_configuration_forbids_is_tried_seldom_until_that_changes()
    {
        var id = await GivenDownloading();
        Source.Then(new SourceAnswer.Forbidden(new Problem("link_forbidden", "This host is not allowed."))).ThenServe(sample.Bytes);

        Ok(await Step(id));

        var video = await AssertStands(id, VideoStatus.Downloading, "link_forbidden");
        Assert.InRange(video.State.DueAt!.Value - Now, Downloads.MaxRetryDelay * 0.9, Downloads.MaxRetryDelay * 1.1);
        Ok(await StepWhenDue(id));
        await AssertStands(id, VideoStatus.Completed);
    }

    [Fact]
    public async Task A_full_disk_pauses_the_fetch_and_counts_as_no_failure()
    {
        var id = await GivenDownloading();
        Source.ThenServe(sample.Bytes);
        Space.FreeBytes = 100;

        Ok(await Step(id));

        var video = await AssertStands(id, VideoStatus.Downloading, "storage_full");
        Assert.Equal(0, Assert.IsType<VideoState.Downloading>(video.State).Attempts);
        Assert.InRange(video.State.DueAt!.Value - Now, TimeSpan.FromSeconds(27), TimeSpan.FromSeconds(33));
        Space.FreeBytes = long.MaxValue;
        Ok(await StepWhenDue(id));
        await AssertStands(id, VideoStatus.Completed);
    }

    [Theory]
    [InlineData(typeof(UnauthorizedAccessException))]
    [InlineData(typeof(IOException))]
    public async Task A_storage_that_cannot_be_used_is_told_and_tried_again(Type failure)
    {
        var id = await GivenDownloading();
        Archive.Broken = (Exception)Activator.CreateInstance(failure)!;

        Ok(await Step(id));
        Ok(await StepWhenDue(id));

        Assert.True((await AssertStands(id, VideoStatus.Downloading, "storage_failed")).IsFailing);
        Assert.Equal(2, Log.At(LogLevel.Error).Count());
        Archive.Broken = null;
        Source.ThenServe(sample.Bytes);
        Ok(await StepWhenDue(id));
        await AssertStands(id, VideoStatus.Completed);
    }

    [Fact]
    public async Task Too_little_room_for_new_requests_is_room_enough_for_what_is_paid_for()
    {
        var id = await GivenDownloading();
        Space.HasRoom = false;
        Source.ThenServe(sample.Bytes);

        Ok(await Step(id));

        await AssertStands(id, VideoStatus.Completed);
    }

    // ---- dead links -------------------------------------------------------------------------------------------

    [Fact]
    public async Task A_dead_link_is_exchanged_once_for_a_fresh_one()
    {
        var id = await GivenDownloading(Link(Now.AddDays(1), "stale"));
        var fresh = Provider.LinkOf("fresh");
        Provider.AnswerQuery("task-1", new TaskAnswer.Succeeded(fresh, Now, Prompt));
        Source.ThenDead().ThenServe(sample.Bytes);

        Ok(await Step(id));
        var video = await VideoOf(id);
        Assert.Equal((VideoStatus.Downloading, fresh, Now), (video.Status, video.Link, video.State.DueAt));
        Ok(await Step(id));

        await AssertStands(id, VideoStatus.Completed);
        Assert.Equal(fresh, Source.Requests[^1].Link);
    }

    [Fact]
    public async Task A_fresh_link_that_is_dead_too_ends_it()
    {
        var id = await GivenDownloading(Link(Now.AddDays(1), "stale"));
        Provider.AnswerQuery("task-1", new TaskAnswer.Succeeded(Provider.LinkOf("fresh"), Now, Prompt));
        Source.ThenDead(403, "403 Request has expired.");

        Ok(await Step(id));
        Ok(await Step(id));

        var video = await AssertStands(id, VideoStatus.Expired, "AccessDenied");
        Assert.True(video.Link!.IsDead);
        Assert.Equal(VideoStorage.None, video.StorageAt(Now));
        Assert.Equal("403 Request has expired.", video.History[^1].Detail);
    }

    public static TheoryData<string> NoFreshLink => ["gone", "same", "none", "failed"];

    [Theory]
    [MemberData(nameof(NoFreshLink))]
    public async Task A_dead_link_without_another_is_expired(string answer)
    {
        var link = Link(Now.AddDays(1), "stale");
        var id = await GivenDownloading(link);
        Provider.AnswerQuery("task-1", answer switch
        {
            "gone" => new TaskAnswer.Gone(),
            "same" => new TaskAnswer.Succeeded(link, Now, Prompt),
            "none" => new TaskAnswer.Succeeded(null, Now, Prompt),
            _ => new TaskAnswer.Failed(problem, Now),
        });
        Source.ThenDead(404);

        Ok(await Step(id));

        await AssertStands(id, VideoStatus.Expired, "AccessDenied");
        Assert.Null((await Find(id)).DueAt);
    }

    [Fact]
    public async Task A_dead_link_of_a_video_without_a_task_is_expired()
    {
        var workspace = await GivenWorkspace();
        var state = new VideoState.Downloading(null, "stem_1", Now, 0, false);
        var video = Ok(Video.Restore(null, state, null, Link(null), null, Now, null, null, []));
        var id = (await Given(Workspace.Restore(WorkspaceId.New(Now), null, workspace.Picture, video, null, 1, Now, Now))).Id;
        Source.ThenDead();

        Ok(await Step(id));

        await AssertStands(id, VideoStatus.Expired, "AccessDenied");
        Assert.Empty(Provider.Calls);
    }

    [Fact]
    public async Task A_dead_link_whose_task_cannot_be_asked_for_is_shown_as_dead_and_tried_again()
    {
        var id = await GivenDownloading(Link(Now.AddDays(1), "stale"));
        Provider.AnswerQuery("task-1", new TaskAnswer.Silent(problem, null));
        Provider.AnswerQuery("task-1", new TaskAnswer.Succeeded(Provider.LinkOf("fresh"), Now, Prompt));
        Source.ThenDead().ThenDead().ThenServe(sample.Bytes);

        Ok(await Step(id));
        var video = await AssertStands(id, VideoStatus.Downloading, "AccessDenied");
        Assert.Equal((VideoStorage.None, null), (video.StorageAt(Now), video.UrlAt(Now)));
        Ok(await StepWhenDue(id));
        Ok(await StepWhenDue(id));

        await AssertStands(id, VideoStatus.Completed);
    }

    [Fact]
    public async Task A_dead_link_is_given_up_when_the_silent_provider_can_have_no_record_of_the_task_any_more()
    {
        var id = await GivenDownloading(Link(null, "stale"));
        Clock.Advance(Work.LeaseDuration + VideoPlatform.Application.Work.Schedule.TaskRecordLife);
        Provider.AnswerQuery("task-1", new TaskAnswer.Silent(problem, null));
        Source.ThenDead();

        Ok(await Step(id));

        await AssertStands(id, VideoStatus.Expired, "AccessDenied");
    }

    [Fact]
    public async Task What_cannot_be_fetched_until_the_deadline_is_expired()
    {
        var deadline = DateTimeOffset.FromUnixTimeSeconds(Now.AddMinutes(10).ToUnixTimeSeconds());
        var id = await GivenDownloading(Link(deadline));
        Source.ThenUnavailable();
        Clock.SetUtcNow(deadline.AddMilliseconds(-1));
        Ok(await Step(id));
        await AssertStands(id, VideoStatus.Downloading, "http_503");
        Provider.AnswerQuery("task-1", new TaskAnswer.Succeeded(Link(deadline), Now, null));

        Ok(await StepWhenDue(id));

        var video = await AssertStands(id, VideoStatus.Expired, "link_expired");
        Assert.Contains("Try again.", video.Problem!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_whose_time_is_over_is_given_up_for_a_fresh_one()
    {
        var id = await GivenDownloading(Link(Now.AddMinutes(10)));
        Source.ThenUnavailable();
        Clock.Advance(TimeSpan.FromMinutes(10));
        Provider.AnswerQuery("task-1", new TaskAnswer.Succeeded(Provider.LinkOf("task-1"), Now, null));

        Ok(await Step(id));

        Assert.Equal(Provider.LinkOf("task-1"), (await AssertStands(id, VideoStatus.Downloading)).Link);
        Source.ThenServe(sample.Bytes);
        Ok(await Step(id));
        await AssertStands(id, VideoStatus.Completed);
    }

    [Fact]
    public async Task A_deadline_at_the_end_of_time_is_a_deadline_like_any_other()
    {
        var id = await GivenDownloading(RemoteLink.Parse("https://results.example/video.mp4?Expires=253402300799", null));
        Source.ThenUnavailable();

        Ok(await Step(id));

        await AssertStands(id, VideoStatus.Downloading, "http_503");
    }

    // ---- claims -----------------------------------------------------------------------------------------------

    [Fact]
    public async Task A_worker_that_lost_its_claim_leaves_the_file_to_its_successor()
    {
        var id = await GivenDownloading();
        Source.ThenServe(sample.Bytes);
        var successor = Guid.Empty;
        Workspaces.BeforeNextChange(async () =>
        {
            Clock.Advance(Work.LeaseDuration);
            successor = await Claim(id);
        });

        Assert.IsType<VersionConflict>(ErrorOf(await Step(id)));
        Assert.Single(Archive.Files);
        await AssertStands(id, VideoStatus.Downloading);
        Ok(await Send(new DownloadVideo(id, successor)));

        await AssertStands(id, VideoStatus.Completed);
        Assert.Single(Source.Requests);
        Assert.Single(Archive.Files);
    }

    [Fact]
    public async Task A_file_in_the_hands_of_a_worker_that_is_frozen_is_begun_anew()
    {
        var id = await GivenDownloading();
        var stem = Assert.IsType<VideoState.Downloading>((await VideoOf(id)).State).Stem;
        var body = new FakeBodyStream(sample.Bytes[..1000]) { HangsAtEnd = true };
        Source.Then(body.Open(sample.Bytes.Length)).ThenServe(sample.Bytes);
        using var awake = new CancellationTokenSource();
        var frozen = Step(id, awake.Token);
        await body.Drained;
        Clock.Advance(Work.LeaseDuration);

        Ok(await Step(id));
        var paused = await AssertStands(id, VideoStatus.Downloading, "already_receiving");
        Assert.Equal(Downloads.RetryDelay, paused.State.DueAt!.Value - Now);
        Ok(await StepWhenDue(id));
        Assert.NotEqual(stem, Assert.IsType<VideoState.Downloading>((await VideoOf(id)).State).Stem);
        Ok(await Step(id));

        var kept = (await AssertStands(id, VideoStatus.Completed)).File!;
        await awake.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => frozen);
        Assert.Equal(kept.Path.FileName, Assert.Single(Archive.Files).Key);
        Assert.Null(await Archive.FindPrefixAsync(stem, CancellationToken.None));
        Assert.Equal(kept, (await VideoOf(id)).File);
    }

    [Fact]
    public async Task Bytes_that_are_here_are_kept_even_if_the_successor_has_given_up_meanwhile()
    {
        var id = await GivenDownloading();
        Source.ThenServe(sample.Bytes);
        Workspaces.BeforeNextChange(async () =>
        {
            Clock.Advance(Work.LeaseDuration);
            await Claim(id);
            await Change(id, v => v.LinkDied(problem, Now));
        });

        Ok(await Step(id));

        var video = await AssertStands(id, VideoStatus.Completed);
        Assert.Equal(sample.Sha256, video.File!.Sha256);
        Assert.Equal(VideoStorage.Local, video.StorageAt(Now));
    }

    [Fact]
    public async Task Bytes_that_are_here_are_kept_while_the_successor_fetches_another_file()
    {
        var id = await GivenDownloading();
        Source.ThenServe(sample.Bytes);
        var successor = Guid.Empty;
        Workspaces.BeforeNextChange(async () =>
        {
            Clock.Advance(Work.LeaseDuration);
            await Change(id, v => v.FetchApart($"{id}_1", Now));
            successor = await Claim(id);
        });

        Ok(await Step(id));

        var stored = (await AssertStands(id, VideoStatus.Completed)).File!;
        Assert.Equal(sample.Sha256, stored.Sha256);
        Assert.IsType<VersionConflict>(ErrorOf(await Send(new DownloadVideo(id, successor))));
        Assert.Equal([stored.Path.FileName], Archive.Files.Keys);
    }

    [Fact]
    public async Task Late_bytes_of_an_earlier_request_are_not_taken_for_those_of_a_later_one()
    {
        var id = await GivenDownloading();
        Source.ThenServe(sample.Bytes);
        Workspaces.BeforeNextChange(async () =>
        {
            await Change(id, v => v.LinkDied(problem, Now));
            Ok(await Send(ARequest(id) with { Prompt = "something else" }));
        });

        Assert.IsType<VersionConflict>(ErrorOf(await Step(id)));

        var video = await AssertStands(id, VideoStatus.Queued);
        Assert.Null(video.File);
    }

    [Fact]
    public async Task A_workspace_that_was_deleted_meanwhile_leaves_no_file_behind()
    {
        var id = await GivenDownloading();
        Source.ThenServe(sample.Bytes);
        Workspaces.BeforeNextChange(async () => Ok(await Records.DeleteAsync(id, _ => null, CancellationToken.None)));

        Assert.IsType<NotFound>(ErrorOf(await Step(id)));

        Assert.Empty(Archive.Files);
    }

    [Fact]
    public async Task The_same_step_again_fetches_nothing()
    {
        var id = await GivenDownloading();
        Source.ThenServe(sample.Bytes);
        var claim = await Claim(id);
        Ok(await Send(new DownloadVideo(id, claim)));

        Assert.IsType<VersionConflict>(ErrorOf(await Send(new DownloadVideo(id, claim))));
        Assert.Equal(new NotFound("workspace"), ErrorOf(await Send(new DownloadVideo(WorkspaceId.New(Now), claim))));
        Assert.Single(Source.Requests);
    }

    // ---- replacement ------------------------------------------------------------------------------------------

    [Fact]
    public async Task The_old_file_goes_when_the_new_one_is_on_record()
    {
        var id = await GivenReplacing();
        var old = (await VideoOf(id)).File!;
        Workspaces.BeforeNextChange(() =>
        {
            Assert.True(Archive.IsPresent(old));
            return Task.CompletedTask;
        });
        Source.ThenServe(SampleVideo.Mp4(8192, seed: 2).Bytes);

        Ok(await Step(id));

        var video = await AssertStands(id, VideoStatus.Completed);
        Assert.Equal(8192, video.File!.Size);
        Assert.Equal([video.File.Path.FileName], Archive.Files.Keys);
    }

    [Fact]
    public async Task The_old_file_stays_when_the_new_one_does_not_come()
    {
        var id = await GivenReplacing();
        var old = (await VideoOf(id)).File!;
        Provider.AnswerQuery(new TaskAnswer.Gone());
        Source.ThenDead();

        Ok(await Step(id));

        var video = await AssertStands(id, VideoStatus.Expired, "AccessDenied");
        Assert.Equal(old, video.File);
        Assert.Equal(VideoStorage.Local, video.StorageAt(Now));
        Assert.True(Archive.IsPresent(old));
    }

    private async Task<WorkspaceId> GivenReplacing()
    {
        var id = await GivenCompleted();
        Clock.Advance(TimeSpan.FromMinutes(1));
        Ok(await Send(ARequest(id) with { Prompt = "another", Replace = true }));
        Ok(await Step(id));
        var task = (await VideoOf(id)).State.Task!;
        Provider.AnswerQuery(task.Id, new TaskAnswer.Succeeded(Provider.LinkOf(task.Id), Now, null));
        Ok(await StepWhenDue(id));
        return id;
    }

    /// <summary>Stores the bytes as an earlier attempt would that was stopped before its record could say so.</summary>
    private async Task Receive(WorkspaceId id)
    {
        var workspace = await Find(id);
        var stem = Assert.IsType<VideoState.Downloading>(workspace.Video!.State).Stem;
        Assert.IsType<ArchiveAnswer.Stored>(
            await Archive.ReceiveAsync(new ArchiveOrder(stem, workspace), new FakeBodyStream(sample.Bytes).Open(4096), new Progress<long>(), CancellationToken.None));
    }

    private static RemoteLink Link(DateTimeOffset? expires, string name = "video") => Testing.Records.SampleWorkspaces.Link(expires, name);
}
