using Microsoft.Extensions.DependencyInjection;
using VideoPlatform.Application.Maintenance.Library;
using VideoPlatform.Application.Maintenance.Migrate;
using VideoPlatform.Application.Maintenance.Repair;
using VideoPlatform.Application.Maintenance.Verify;

namespace VideoPlatform.Application.Maintenance;

public static class MaintenanceRegistration
{
    /// <summary>What the maintenance use cases share; the use cases themselves come with the others.</summary>
    public static IServiceCollection AddMaintenance(this IServiceCollection services) => services
        .AddTransient<FileAdopter>()
        .AddTransient<VideoFetcher>()
        .AddTransient<LinkFinder>()
        .AddTransient<FileClaims>()
        .AddTransient<RecordInspector>()
        .AddTransient<LibraryInspector>()
        .AddTransient<VideoRepairer>()
        .AddTransient<MigrationJudge>();
}
