using VideoPlatform.Application.Maintenance.Clean;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Tests.Maintenance;

public sealed class CleanStorageTests : LibraryUseCases
{
    private Task<Result<CleanTotals>> Clean(bool apply = true, int max = 100, CancellationToken ct = default) => Send(new CleanStorage(apply, max, Listener), ct);

    [Fact]
    public async Task Old_files_that_nobody_names_go_to_the_trash_and_all_others_stay()
    {
        var stored = await GivenStored();
        var before = Library.Paths;
        Library.Put("videos/stray.mp4", [1], Now.AddHours(-2));
        Library.Put("videos/young.mp4", [1], Now.AddMinutes(-30));

        var totals = Ok(await Clean());

        Assert.Equal((1, 1L, 0, 0), (totals.Files, totals.Bytes, totals.Wanted, totals.More));
        Assert.Equal([.. before.Append("videos/young.mp4").Append(".trash/2026-01-02/videos/stray.mp4").Order(StringComparer.Ordinal)], Library.Paths);
        Assert.Equal(stored.Version, (await Find(stored.Id)).Version);
    }

    [Fact]
    public async Task Without_apply_it_is_only_told()
    {
        Library.Put("videos/stray.mp4", [1], Now.AddHours(-2));

        Assert.Equal(1, Ok(await Clean(apply: false)).Files);

        Assert.Equal(["videos/stray.mp4"], Listener.Taken);
        Assert.Equal(["videos/stray.mp4"], Library.Paths);
    }

    [Fact]
    public async Task A_second_run_finds_nothing()
    {
        Library.Put("videos/stray.mp4", [1], Now.AddHours(-2));
        Ok(await Clean());

        Assert.Equal(0, Ok(await Clean()).Files);
    }

    [Fact]
    public async Task No_more_than_wished_are_taken_and_the_rest_is_counted()
    {
        for (var n = 0; n < 5; n++) Library.Put($"videos/stray{n}.mp4", [1], Now.AddHours(-2));

        var totals = Ok(await Clean(max: 2));

        Assert.Equal((2, 3), (totals.Files, totals.More));
    }

    [Fact]
    public async Task A_video_that_its_record_may_want_is_left_for_repair()
    {
        var stored = await GivenStored();
        await Change(stored.Id, v => v.FileLost(new Problem("file_missing", "Gone.")));

        Assert.Equal(0, Ok(await Clean()).Files);
        Assert.Contains(PathOf(stored), Listener.Wanted);
    }

    [Fact]
    public async Task A_file_that_is_named_while_it_is_moved_goes_back()
    {
        var named = await GivenStored();
        Ok(await Records.DeleteAsync(named.Id, _ => null, CancellationToken.None));
        Library.Remove(PathOf(named) + ".json");
        Library.Remove(named.Picture!.Path.Value);
        Library.Remove(named.Video!.File!.Thumbnail!.Value);
        Owners.AfterFind = () => Records.AddAsync(named, CancellationToken.None);   // right after the last question before the move

        Assert.Equal(0, Ok(await Clean()).Files);

        Assert.Equal([PathOf(named)], Library.Paths);
        Assert.Empty(Listener.Taken);
    }

    [Fact]
    public async Task As_long_as_a_record_cannot_be_read_only_files_that_bear_anothers_id_are_free()
    {
        Owners.Unreadable.Add(WorkspaceId.New(Now).Value);
        var free = $"videos/{WorkspaceId.New(Now)}_1.mp4";
        Library.Put("1767008037365-8206bx2s.png", [1], Now.AddHours(-2));
        Library.Put(free, [1], Now.AddHours(-2));

        Ok(await Clean());

        Assert.Equal([$".trash/2026-01-02/{free}", "1767008037365-8206bx2s.png"], Library.Paths);
    }

    [Fact]
    public async Task Trash_is_removed_after_thirty_days_and_only_when_applied()
    {
        Library.Put("videos/stray.mp4", [1], Now.AddHours(-2));
        Ok(await Clean());
        Clock.Advance(CleanRules.TrashAge);
        Assert.Equal(0, Ok(await Clean()).Removed);
        Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(0, Ok(await Clean(apply: false)).Removed);

        Assert.Equal(1, Ok(await Clean()).Removed);

        Assert.Empty(Library.Paths);
    }

    [Fact]
    public async Task A_root_without_its_sentinel_is_not_touched()
    {
        Library.Put("videos/stray.mp4", [1], Now.AddHours(-2));
        Library.HasSentinel = false;

        Assert.IsType<VersionConflict>(ErrorOf(await Clean()));

        Assert.Equal(["videos/stray.mp4"], Library.Paths);
    }

    [Fact]
    public async Task A_file_that_cannot_be_moved_is_named_and_does_not_stop_the_rest()
    {
        for (var n = 0; n < 3; n++) Library.Put($"videos/stray{n}.mp4", [1], Now.AddHours(-2));
        Library.Forbidden = "videos/stray1.mp4";

        var totals = Ok(await Clean());

        Assert.Equal((2, 1), (totals.Files, totals.Failed));
        Assert.Equal(["videos/stray1.mp4"], Listener.Failed);
        Assert.Equal([".trash/2026-01-02/videos/stray0.mp4", ".trash/2026-01-02/videos/stray2.mp4", "videos/stray1.mp4"], Library.Paths);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_read_is_named_and_the_others_are_cleaned()
    {
        Library.Put("videos/stray.mp4", [1], Now.AddHours(-2));
        Library.Put("thumbnails/stray.jpg", [1], Now.AddHours(-2));
        Library.Forbidden = "thumbnails";

        var totals = Ok(await Clean());

        Assert.Equal((1, 1), (totals.Files, totals.Failed));
        Assert.Equal(["thumbnails"], Listener.Failed);
    }

    [Fact]
    public async Task None_at_all_is_no_wish() => Assert.Equal(["max"], Assert.IsType<ValidationFailed>(ErrorOf(await Clean(max: 0))).Fields.Keys);

    [Fact]
    public async Task A_caller_who_leaves_hears_what_was_done_until_then()
    {
        for (var n = 0; n < 3; n++) Library.Put($"videos/stray{n}.mp4", [1], Now.AddHours(-2));

        var totals = Ok(await Clean(ct: StopAtFirst()));

        Assert.Equal((1, true), (totals.Files, totals.Interrupted));
        Assert.Equal([".trash/2026-01-02/videos/stray0.mp4", "videos/stray1.mp4", "videos/stray2.mp4"], Library.Paths);
    }
}
