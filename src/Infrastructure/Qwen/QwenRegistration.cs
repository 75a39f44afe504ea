using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Application.Videos;

namespace VideoPlatform.Infrastructure.Qwen;

public static class QwenRegistration
{
    /// <summary>The paid provider. Needs an <c>IPictureStore</c> singleton and <see cref="QwenOptions"/>, bound by the program.</summary>
    public static IServiceCollection AddQwen(this IServiceCollection services)
    {
        services.AddOptions<QwenOptions>();
        services.TryAddSingleton(TimeProvider.System);
        return services
            .AddSingleton<QwenHttp>()
            .AddSingleton<QwenUploads>()
            .AddSingleton<QwenRateLimits>()
            .AddSingleton<IVideoProvider, QwenVideoProvider>();
    }
}
