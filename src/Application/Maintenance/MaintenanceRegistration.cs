using Microsoft.Extensions.DependencyInjection;
using VideoPlatform.Application.Maintenance.Migrate;

namespace VideoPlatform.Application.Maintenance;

public static class MaintenanceRegistration
{
    /// <summary>What the maintenance use cases share; the use cases themselves come with the others.</summary>
    public static IServiceCollection AddMaintenance(this IServiceCollection services) => services
        .AddTransient<FileAdopter>()
        .AddTransient<VideoFetcher>()
        .AddTransient<MigrationJudge>();
}
