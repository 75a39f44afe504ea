using Microsoft.Extensions.DependencyInjection;
using VideoPlatform.Application.Idempotency;
using VideoPlatform.Application.Pictures;
using VideoPlatform.Application.Videos;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Infrastructure.Archive;

namespace VideoPlatform.CrashHost;

/// <summary>Puts the tripwires around the ports. What has nothing to do with crashes (facts and posters of stored videos) is left out.</summary>
internal static class Ports
{
    public static void Wire(IServiceCollection services, Tripwires tripwires, ShiftedClock clock)
    {
        services.AddSingleton(tripwires);
        services.AddSingleton<TimeProvider>(clock);
        services.AddSingleton<IMediaReader, NoMediaReader>();
        services.AddSingleton<IPosterMaker, NoPosterMaker>();
        services.Decorate<IWorkspaceRepository, TrippedRepository>();
        services.Decorate<IIdempotencyStore, TrippedIdempotency>();
        services.Decorate<IVideoProvider, TrippedProvider>();
        services.Decorate<IVideoSource, TrippedSource>();
        services.Decorate<IVideoArchive, TrippedArchive>();
        services.Decorate<IPictureStore, TrippedPictures>();
        DurableFile.Passed = (step, path) => PassFile(tripwires, step, path);
    }

    private static void PassFile(Tripwires tripwires, DurableStep step, string path)
    {
        var isVideo = path.EndsWith(".mp4", StringComparison.Ordinal);
        var isSidecar = path.EndsWith(".mp4.json", StringComparison.Ordinal);
        switch (step)
        {
            case DurableStep.Written when isSidecar:
                tripwires.Pass(KillPoints.SidecarWritten);
                break;
            case DurableStep.Named when isSidecar:
                tripwires.Pass(KillPoints.SidecarNamed);
                break;
            case DurableStep.Named when isVideo:
                tripwires.Pass(KillPoints.VideoNamed);
                break;
            case DurableStep.FolderFlushed when path.EndsWith(StoragePath.Videos, StringComparison.Ordinal):
                tripwires.Pass(KillPoints.FolderFlushed);
                break;
        }
    }

    private sealed class NoMediaReader : IMediaReader
    {
        public Task<MediaFacts?> ReadAsync(StoredFile file, CancellationToken ct) => Task.FromResult<MediaFacts?>(null);
    }

    private sealed class NoPosterMaker : IPosterMaker
    {
        public Task<StoragePath?> MakeAsync(StoredFile file, CancellationToken ct) => Task.FromResult<StoragePath?>(null);

        public void Delete(StoragePath poster) { }
    }
}
