using Microsoft.Extensions.DependencyInjection;
using VideoPlatform.Application.Pictures;
using VideoPlatform.Application.Videos;
using VideoPlatform.Infrastructure.Qwen;
using NSubstitute;

namespace VideoPlatform.Infrastructure.Tests.Qwen;

public sealed class RegistrationTests
{
    [Fact]
    public async Task The_provider_can_be_made_from_the_container()
    {
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton(Substitute.For<IPictureStore>())
            .AddQwen()
            .BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });

        Assert.IsType<QwenVideoProvider>(services.GetRequiredService<IVideoProvider>());
    }
}
