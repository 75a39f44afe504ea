using Microsoft.Extensions.Time.Testing;
using VideoPlatform.Application.Maintenance.Library;
using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Proof;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Testing.Files;
using VideoPlatform.Testing.Records;

namespace VideoPlatform.Testing.Library;

/// <summary>The promises of <see cref="ILibraryFiles"/>, <see cref="ISidecars"/> and <see cref="ITrash"/> on one storage root, for every implementation.</summary>
public abstract class LibraryContract
{
    private static readonly DateTimeOffset then = SampleWorkspaces.Start;
    private static readonly SampleVideo video = SampleVideo.Mp4(5000);

    protected FakeTimeProvider Clock { get; } = new(then.AddDays(3));

    protected abstract ILibraryFiles Files { get; }

    protected abstract ISidecars Sidecars { get; }

    protected abstract ITrash Trash { get; }

    /// <summary>Lays a file into the root.</summary>
    protected abstract void Put(string path, byte[] bytes, DateTimeOffset modifiedAt);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void Pictures_videos_and_posters_are_enumerated_and_nothing_else()
    {
        string[] ours = ["1767008037365-8206bx2s.png", "1767008037366-8206bx2s.part", "thumbnails/a_1.jpg", "videos/a_1.mp4", "videos/a_1.mp4.json", "videos/a_2.part", "videos/a_2.part.json"];
        foreach (var path in (string[])[.. ours, ".hidden.png", "records.db", "notes.txt", "videos/.probe", ".trash/2026-01-01/videos/a_3.mp4"]) Put(path, [1, 2, 3], then);

        var found = Files.Enumerate().ToList();

        Assert.Equal(ours.Select(path => new LibraryFile(path, 3, then)), found.OrderBy(file => file.Path, StringComparer.Ordinal));
    }

    [Fact]
    public void A_file_is_found_by_its_path_with_its_size_and_time()
    {
        Put("videos/a_1.mp4", video.Bytes, then);

        Assert.Equal(new LibraryFile("videos/a_1.mp4", 5000, then), Files.Find("videos/a_1.mp4"));
        Assert.Null(Files.Find("videos/a_2.mp4"));
        Assert.Null(Files.Find("videos"));
    }

    [Fact]
    public void The_videos_of_a_workspace_come_newest_name_first()
    {
        var id = WorkspaceId.New(then);
        foreach (var name in (string[])[$"{id}_1.mp4", $"{id}_1.mp4.json", $"{id}_3.webm", $"{id}_2.mov", $"{id}_4.part", $"{WorkspaceId.New(then)}_9.mp4"]) Put($"videos/{name}", [0], then);

        Assert.Equal([$"videos/{id}_3.webm", $"videos/{id}_2.mov", $"videos/{id}_1.mp4"], Files.VideosOf(id));
        Assert.Empty(Files.VideosOf(WorkspaceId.New(then)));
    }

    [Fact]
    public void A_video_is_told_by_its_first_bytes()
    {
        Put("videos/a_1.mp4", video.Bytes, then);
        Put("videos/a_2.mp4", "<html>"u8.ToArray(), then);

        Assert.Equal(VideoContainer.Mp4, Files.Detect("videos/a_1.mp4"));
        Assert.Null(Files.Detect("videos/a_2.mp4"));
        Assert.Null(Files.Detect("videos/a_3.mp4"));
    }

    [Fact]
    public async Task A_file_is_summed_as_the_archive_would()
    {
        Put("videos/a_1.mp4", video.Bytes, then);

        Assert.Equal(new FileSums(5000, video.Sha256, $"{video.Crc64:x16}"), await Files.SumAsync("videos/a_1.mp4", Ct));
        Assert.Null(await Files.SumAsync("videos/a_2.mp4", Ct));
    }

    [Fact]
    public async Task An_empty_file_is_no_video_and_has_no_sums()
    {
        Put("videos/a_1.mp4", [], then);

        Assert.Equal(0, Files.Find("videos/a_1.mp4")!.Size);
        Assert.Null(Files.Detect("videos/a_1.mp4"));
        Assert.Null(await Files.SumAsync("videos/a_1.mp4", Ct));
    }

    [Fact]
    public async Task What_is_written_beside_a_video_rebuilds_its_record()
    {
        var (workspace, file) = Stored();
        Put(workspace.Picture!.Path.Value, [1], then);
        Put(file.Thumbnail!.Value, [1], then);

        await Sidecars.WriteAsync(workspace, file, Ct);

        var read = Assert.IsType<SidecarAnswer.Read>(await Sidecars.ReadAsync(file.Path, Ct));
        Assert.Equal(file.Path.FileName, read.FileName);
        Assert.Equal(file with { Media = null }, read.File);
        Assert.Equal((workspace.Id, workspace.Name, workspace.Picture, workspace.CreatedAt), (read.Workspace.Id, read.Workspace.Name, read.Workspace.Picture, read.Workspace.CreatedAt));
        var (before, rebuilt) = (workspace.Video!, read.Workspace.Video!);
        Assert.Equal((VideoStatus.Completed, before.State.Task, before.Request, null), (rebuilt.Status, rebuilt.State.Task, rebuilt.Request, rebuilt.Link));
        Assert.Equal((before.RequestedAt, before.SubmittedAt, before.FinishedAt), (rebuilt.RequestedAt, rebuilt.SubmittedAt, rebuilt.FinishedAt));
        Assert.StartsWith("Rebuilt from the file", Assert.Single(rebuilt.History).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_picture_and_a_poster_that_are_gone_are_not_named()
    {
        var (workspace, file) = Stored();

        await Sidecars.WriteAsync(workspace, file, Ct);

        var read = Assert.IsType<SidecarAnswer.Read>(await Sidecars.ReadAsync(file.Path, Ct));
        Assert.Null(read.Workspace.Picture);
        Assert.Null(read.File.Thumbnail);
    }

    [Fact]
    public async Task A_sidecar_that_is_missing_or_rubbish_is_told_apart()
    {
        var (_, file) = Stored();

        Assert.IsType<SidecarAnswer.Missing>(await Sidecars.ReadAsync(file.Path, Ct));

        Put(file.Path.Value + FileNames.SidecarEnding, "{"u8.ToArray(), then);
        Assert.IsType<SidecarAnswer.Unreadable>(await Sidecars.ReadAsync(file.Path, Ct));
    }

    [Fact]
    public async Task A_sidecar_is_written_over_what_was_there()
    {
        var (workspace, file) = Stored();
        Put(file.Path.Value + FileNames.SidecarEnding, "{"u8.ToArray(), then);

        await Sidecars.WriteAsync(workspace, file, Ct);

        Assert.IsType<SidecarAnswer.Read>(await Sidecars.ReadAsync(file.Path, Ct));
    }

    [Fact]
    public void What_is_taken_lies_in_the_trash_of_the_day_under_its_path()
    {
        Put("videos/a_1.mp4", video.Bytes, then);

        var trashed = Trash.Take("videos/a_1.mp4")!;

        Assert.Equal(".trash/2026-01-05/videos/a_1.mp4", trashed);
        Assert.Null(Files.Find("videos/a_1.mp4"));
        Assert.Equal(5000, Files.Find(trashed)!.Size);
        Assert.Null(Trash.Take("videos/a_1.mp4"));
    }

    [Fact]
    public void Nothing_in_the_trash_is_overwritten()
    {
        string?[] trashed = [.. Enumerable.Range(1, 3).Select(length =>
        {
            Put("videos/a_1.mp4", new byte[length], then);
            return Trash.Take("videos/a_1.mp4");
        })];

        Assert.Equal([".trash/2026-01-05/videos/a_1.mp4", ".trash/2026-01-05/videos/a_1.mp4.1", ".trash/2026-01-05/videos/a_1.mp4.2"], trashed);
        Assert.Equal([1, 2, 3], trashed.Select(path => Files.Find(path!)!.Size));
    }

    [Fact]
    public void A_file_goes_back_to_where_it_was_unless_the_name_is_taken()
    {
        Put("videos/a_1.mp4", [1], then);
        var trashed = Trash.Take("videos/a_1.mp4")!;
        Put("videos/a_1.mp4", [1, 2], then);

        Assert.False(Trash.TryPutBack(trashed, "videos/a_1.mp4"));
        Assert.Equal((2, 1), (Files.Find("videos/a_1.mp4")!.Size, Files.Find(trashed)!.Size));

        Trash.Take("videos/a_1.mp4");
        Assert.True(Trash.TryPutBack(trashed, "videos/a_1.mp4"));
        Assert.Equal(1, Files.Find("videos/a_1.mp4")!.Size);
        Assert.Null(Files.Find(trashed));
    }

    [Fact]
    public void Only_what_is_older_leaves_the_trash()
    {
        Assert.Equal(0, Trash.Empty(DateOnly.MaxValue));
        Put("videos/a_1.mp4", [1], then);
        Put("a.png", [1], then);
        var old = new[] { Trash.Take("videos/a_1.mp4")!, Trash.Take("a.png")! };
        Clock.Advance(TimeSpan.FromDays(1));
        Put("videos/a_2.mp4", [1], then);
        var young = Trash.Take("videos/a_2.mp4")!;

        Assert.Equal(0, Trash.Empty(new DateOnly(2026, 1, 5)));
        Assert.Equal(2, Trash.Empty(new DateOnly(2026, 1, 6)));

        Assert.All(old, path => Assert.Null(Files.Find(path)));
        Assert.NotNull(Files.Find(young));
    }

    private static (Workspace Workspace, StoredFile File) Stored()
    {
        var workspace = SampleWorkspaces.Completed();
        return (workspace, workspace.Video!.File!);
    }
}
