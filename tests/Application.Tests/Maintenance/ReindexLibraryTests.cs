using VideoPlatform.Application.Maintenance.Reindex;
using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Tests.Maintenance;

public sealed class ReindexLibraryTests : LibraryUseCases
{
    private Task<Result<ReindexTotals>> Reindex(CancellationToken ct = default) => Send(new ReindexLibrary(Listener), ct);

    private async Task Forget(Workspace workspace) => Ok(await Records.DeleteAsync(workspace.Id, _ => null, CancellationToken.None));

    [Fact]
    public async Task With_the_records_lost_the_library_is_back_from_files_and_sidecars()
    {
        var stored = await GivenStored();
        await Forget(stored);

        Assert.Equal(new ReindexTotals(1, 0, 0, false), Ok(await Reindex()));

        var back = await Find(stored.Id);
        Assert.Equal((stored.Name, stored.Picture, stored.CreatedAt), (back.Name, back.Picture, back.CreatedAt));
        Assert.Equal((VideoStatus.Completed, stored.Video!.State.Task, stored.Video.Request), (back.Video!.Status, back.Video.State.Task, back.Video.Request));
        Assert.Equal((PathOf(stored), Content.Sha256, Verification.Checksum), (PathOf(back), back.Video.File!.Sha256, back.Video.File.Verified));
        Assert.Equal(Media.Facts, back.Video.File.Media);
    }

    [Fact]
    public async Task Records_that_exist_are_not_touched_and_again_changes_nothing()
    {
        var (kept, lost) = (await GivenStored(), await GivenStored());
        await Forget(lost);

        Assert.Equal(new ReindexTotals(1, 1, 0, false), Ok(await Reindex()));
        var rebuilt = await Find(lost.Id);
        Assert.Equal(new ReindexTotals(0, 2, 0, false), Ok(await Reindex()));

        Assert.Equal(kept, await Find(kept.Id));
        Assert.Equal(rebuilt, await Find(lost.Id));
    }

    [Fact]
    public async Task A_video_without_a_sidecar_is_told_by_its_name_and_bytes()
    {
        var id = WorkspaceId.New(Now);
        Library.Put($"videos/{FileNames.Stem(id, Now)}.mp4", Content.Bytes);

        Assert.Equal(1, Ok(await Reindex()).Rebuilt);

        var file = (await VideoOf(id)).File!;
        Assert.Equal((5000L, Content.Sha256, null), (file.Size, file.Sha256, file.Verified));
        Assert.Contains($"{file.Path}.json", Library.Paths);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_read_is_told_and_the_others_are_indexed()
    {
        var stored = await GivenStored();
        await Forget(stored);
        Library.Forbidden = "thumbnails";

        Assert.Equal(new ReindexTotals(1, 0, 1, false), Ok(await Reindex()));

        Assert.Equal(["thumbnails"], Listener.Bad);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task Of_two_files_of_one_workspace_the_one_that_was_stored_later_counts(int hours)
    {
        var stored = await GivenStored();
        var other = stored.Video!.File! with { Path = StoragePath.Parse($"videos/{stored.Id}_9999999999999.mp4"), ArchivedAt = stored.Video.File.ArchivedAt!.Value.AddHours(hours) };
        Library.Put(other.Path.Value, Content.Bytes);
        await Library.WriteAsync(stored, other, CancellationToken.None);
        await Forget(stored);

        Ok(await Reindex());

        Assert.Equal(hours > 0 ? other.Path : stored.Video.File.Path, (await VideoOf(stored.Id)).File!.Path);
    }

    /// <summary>Both orders of the folder, and once more with the sidecar that the bare file has by then.</summary>
    [Theory]
    [InlineData("1")]
    [InlineData("9999999999999")]
    public async Task A_file_that_its_sidecar_tells_about_counts_before_one_without(string name)
    {
        var stored = await GivenStored();
        Library.Put($"videos/{stored.Id}_{name}.mp4", Content.Bytes);

        for (var time = 0; time < 2; time++)
        {
            await Forget(await Find(stored.Id));
            Ok(await Reindex());

            var back = await Find(stored.Id);
            Assert.Equal((PathOf(stored), stored.Name, stored.Picture, stored.CreatedAt), (PathOf(back), back.Name, back.Picture, back.CreatedAt));
        }
    }

    [Theory]
    [InlineData("5", "10")]
    [InlineData("1", "2")]
    public async Task Of_two_files_without_a_sidecar_the_one_named_later_counts(string earlier, string later)
    {
        var id = WorkspaceId.New(Now);
        Library.Put($"videos/{id}_{earlier}.mp4", Content.Bytes);
        Library.Put($"videos/{id}_{later}.mp4", Content.Bytes);

        Ok(await Reindex());
        Ok(await Reindex());

        Assert.Equal($"videos/{id}_{later}.mp4", PathOf(await Find(id)));
    }

    [Fact]
    public async Task A_sidecar_that_names_another_workspace_is_not_believed()
    {
        var (stored, other) = (await GivenStored(), await GivenStored());
        await Library.WriteAsync(other, stored.Video!.File!, CancellationToken.None);
        await Forget(stored);
        await Forget(other);

        Assert.Equal(new ReindexTotals(2, 0, 0, false), Ok(await Reindex()));

        Assert.Equal([PathOf(stored), PathOf(other)], [PathOf(await Find(stored.Id)), PathOf(await Find(other.Id))]);
    }

    [Fact]
    public async Task What_tells_nothing_is_named_and_does_not_stop_the_rest()
    {
        var stored = await GivenStored();
        await Forget(stored);
        Library.Put("videos/stray.mp4", Content.Bytes);
        Library.Put($"videos/{WorkspaceId.New(Now)}_1.mp4", "<html>"u8.ToArray());
        Library.Put($"videos/{WorkspaceId.New(Now)}_1.mp4.json", "{"u8.ToArray());

        Assert.Equal(new ReindexTotals(1, 0, 3, false), Ok(await Reindex()));
        Assert.Contains("videos/stray.mp4", Listener.Bad);
    }

    [Fact]
    public async Task A_file_that_is_not_what_its_sidecar_says_gets_no_record()
    {
        var stored = await GivenStored();
        await Forget(stored);
        Library.Put(PathOf(stored), [.. Content.Bytes, 0]);

        Assert.Equal(new ReindexTotals(0, 0, 1, false), Ok(await Reindex()));
        Assert.Null(await Records.FindAsync(stored.Id, CancellationToken.None));
    }

    [Fact]
    public async Task A_caller_who_leaves_keeps_what_was_rebuilt()
    {
        await Forget(await GivenStored());
        await Forget(await GivenStored());

        Assert.Equal(new ReindexTotals(1, 0, 0, true), Ok(await Reindex(StopAtFirst())));
        Assert.Equal(1, Ok(await Reindex()).Rebuilt);
    }
}
