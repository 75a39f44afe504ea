using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using VideoPlatform.Application.Pictures;
using VideoPlatform.Application.Videos;
using VideoPlatform.Infrastructure.Download;
using VideoPlatform.Infrastructure.Media;
using VideoPlatform.Infrastructure.Pictures;

namespace VideoPlatform.Infrastructure.Archive;

public static class FilesRegistration
{
    /// <summary>Everything that touches files and fetches bytes. The host binds the options and calls <see cref="StorageRoot.OpenAsync"/> before it serves.</summary>
    public static IServiceCollection AddFiles(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services
            .AddSingleton<StorageRoot>()
            .AddSingleton<IStorageSpace, DiskStorageSpace>()
            .AddSingleton<IVideoSource, HttpVideoSource>()
            .AddSingleton<IVideoArchive, FileVideoArchive>()
            .AddSingleton<PictureInspector>()
            .AddSingleton<IPictureStore, SkiaPictureStore>()
            .AddSingleton<FfmpegTools>()
            .AddSingleton<IMediaReader, FfprobeMediaReader>()
            .AddSingleton<IPosterMaker, FfmpegPosterMaker>();
    }
}
