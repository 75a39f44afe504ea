using VideoPlatform.Application.Maintenance.Clean;
using VideoPlatform.Application.Maintenance.Library;
using VideoPlatform.Application.Maintenance.Migrate;
using VideoPlatform.Application.Maintenance.Reindex;
using VideoPlatform.Application.Maintenance.Repair;
using VideoPlatform.Application.Maintenance.Verify;
using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Testing.Files;
using VideoPlatform.Testing.Records;

namespace VideoPlatform.Application.Tests.Maintenance;

/// <summary>A library of stored videos for the use cases that look after it, and an ear for what they tell.</summary>
public abstract class LibraryUseCases : Testing.UseCases.UseCases
{
    protected static readonly SampleVideo Content = SampleVideo.Mp4(5000);

    protected Heard Listener { get; } = new();

    /// <summary>A stop that comes with the first thing that is told.</summary>
    protected CancellationToken StopAtFirst()
    {
        var stop = new CancellationTokenSource();
        Listener.OnTold = stop.Cancel;
        return stop.Token;
    }

    /// <summary>A completed video with its picture, file, sidecar and poster, all two hours old.</summary>
    protected async Task<Workspace> GivenStored(RemoteLink? link = null)
    {
        var (id, then) = (WorkspaceId.New(Now), Now.AddHours(-2));
        var path = StoragePath.Parse($"videos/{FileNames.Stem(id, then)}.mp4");
        var file = new StoredFile(
            path, "video/mp4", Content.Bytes.Length, Content.Sha256, $"{Content.Crc64:x16}", Verification.Checksum, then,
            new MediaFacts(5, 1280, 720, "h264", true), FileNames.Poster(path));
        var sample = SampleWorkspaces.Completed(then, Content.Bytes.Length, task: $"task-of-{id}").Video!;
        var video = Ok(Video.Restore(sample.Request, sample.State, file, link ?? sample.Link, null, sample.RequestedAt, sample.SubmittedAt, sample.FinishedAt, sample.History));
        var picture = new Picture(StoragePath.Parse($"{Now.ToUnixTimeMilliseconds()}-{id}.png"), "image/png", 3, 1280, 720, false);
        var workspace = await Given(Workspace.Restore(id, "paper boat", picture, video, null, 1, then, then));
        Library.Put(picture.Path.Value, [1, 2, 3], then);
        Library.Put(file.Path.Value, Content.Bytes, then);
        Library.Put(file.Thumbnail!.Value, [1], then);
        await Library.WriteAsync(workspace, file, CancellationToken.None);
        return workspace;
    }

    /// <summary>What the video before this one has left beside it: its file, with the sidecar that names its task.</summary>
    protected async Task<string> GivenEarlierFile(Workspace workspace)
    {
        var earlier = SampleWorkspaces.Completed(Now.AddHours(-3), Content.Bytes.Length).Video!;
        var file = workspace.Video!.File! with { Path = StoragePath.Parse($"videos/{workspace.Id}_1.mp4"), Thumbnail = null };
        Library.Put(file.Path.Value, Content.Bytes, Now.AddHours(-3));
        await Library.WriteAsync(Workspace.Restore(workspace.Id, workspace.Name, workspace.Picture, earlier, null, 1, workspace.CreatedAt, workspace.UpdatedAt), file, CancellationToken.None);
        return file.Path.Value;
    }

    protected static string PathOf(Workspace workspace) => workspace.Video!.File!.Path.Value;

    /// <summary>Everything that the use cases tell, in order.</summary>
    protected sealed class Heard : IRepairListener, ICleanListener, IReindexListener, IMigrationListener
    {
        public Action OnTold { get; set; } = () => { };

        public List<Finding> Findings { get; } = [];

        public List<RepairedItem> Items { get; } = [];

        public List<MigratedRecord> Lines { get; } = [];

        public List<string> Taken { get; } = [];

        public List<string> Wanted { get; } = [];

        public List<string> Failed { get; } = [];

        public List<string> Rebuilt { get; } = [];

        public List<string> Bad { get; } = [];

        public void Found(Finding finding) => Findings.Add(finding);

        public void LookingAtFiles() { }

        public void Looked() => OnTold();

        public void Repairing(int items) { }

        public void Repaired(RepairedItem item)
        {
            Items.Add(item);
            OnTold();
        }

        public void Found(int files) { }

        void ICleanListener.Taken(LibraryFile file, string? trashed)
        {
            Taken.Add(trashed ?? file.Path);
            OnTold();
        }

        void ICleanListener.Wanted(LibraryFile file) => Wanted.Add(file.Path);

        void ICleanListener.Failed(string path, string reason) => Failed.Add(path);

        void IReindexListener.Rebuilt(WorkspaceId id, string path)
        {
            Rebuilt.Add(path);
            OnTold();
        }

        public void Existing(string path) { }

        void IReindexListener.Bad(string path, string reason) => Bad.Add(path);

        public void Done(MigratedRecord record)
        {
            Lines.Add(record);
            OnTold();
        }

        public void Fetching(int videos) { }
    }
}
