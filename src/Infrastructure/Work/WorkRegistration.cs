using Microsoft.Extensions.DependencyInjection;
using VideoPlatform.Application.Videos;
using VideoPlatform.Application.Work;

namespace VideoPlatform.Infrastructure.Work;

public static class WorkRegistration
{
    /// <summary>The background work of the <c>serve</c> command.</summary>
    public static IServiceCollection AddWork(this IServiceCollection services)
    {
        services.AddSingleton<WorkSignals>().AddSingleton<IChangeListener>(p => p.GetRequiredService<WorkSignals>()).AddSingleton<IProgressListener>(p => p.GetRequiredService<WorkSignals>());
        services.AddSingleton<Describer>().AddSingleton<IChangeListener>(p => p.GetRequiredService<Describer>());
        services.AddHostedService<WorkDispatcher>();
        services.AddHostedService(p => p.GetRequiredService<Describer>());
        return services;
    }
}
