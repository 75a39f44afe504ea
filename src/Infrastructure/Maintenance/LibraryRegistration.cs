using Microsoft.Extensions.DependencyInjection;
using VideoPlatform.Application.Maintenance;
using VideoPlatform.Application.Maintenance.Import;
using VideoPlatform.Application.Maintenance.Library;
using VideoPlatform.Application.Videos;
using VideoPlatform.Infrastructure.Work;

namespace VideoPlatform.Infrastructure.Maintenance;

public static class LibraryRegistration
{
    /// <summary>What the maintenance commands need beside the service's own adapters.</summary>
    public static IServiceCollection AddLibrary(this IServiceCollection services) => services
        .AddMaintenance()
        .AddSingleton<ILibraryFiles, LibraryFiles>()
        .AddSingleton<ISidecars, Sidecars>()
        .AddSingleton<ITrash, Trash>()
        .AddSingleton<IMaintenanceLock, MaintenanceLock>()
        .AddSingleton<IRecordOwners, RecordOwners>()
        .AddSingleton<ClaimKeeper>()
        .AddSingleton<IStepRunner, StepRunner>()
        .AddSingleton(p => (ILinkProbe)p.GetRequiredService<IVideoSource>())
        .AddSingleton<IRecordImporter, RecordImporter>();
}
