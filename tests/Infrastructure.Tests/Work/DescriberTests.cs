using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using NSubstitute;
using VideoPlatform.Application.Videos.Describe;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Infrastructure.Media;
using VideoPlatform.Infrastructure.Work;
using VideoPlatform.Testing.Records;

namespace VideoPlatform.Infrastructure.Tests.Work;

public sealed class DescriberTests
{
    [Fact]
    public async Task A_description_that_gives_itself_up_does_not_end_the_service()
    {
        var ct = TestContext.Current.CancellationToken;
        var (first, second) = (JustStored(), JustStored());
        var described = new TaskCompletionSource<WorkspaceId>(TaskCreationOptions.RunContinuationsAsynchronously);
        var mediator = Substitute.For<IMediator>();
        mediator.Send(new DescribeVideo(first.Id), Arg.Any<CancellationToken>()).Returns(Task.FromException<Result<Done>>(new TaskCanceledException()));
        mediator.Send(new DescribeVideo(second.Id), Arg.Any<CancellationToken>()).Returns(Result<Done> (_) =>
        {
            described.TrySetResult(second.Id);
            return new Done();
        });
        await using var services = new ServiceCollection().AddSingleton(mediator).AddSingleton<IWorkspaceRepository>(new InMemoryWorkspaceRepository()).BuildServiceProvider();
        using var describer = new Describer(services, new FfmpegTools(NullLogger<FfmpegTools>.Instance), TimeProvider.System, NullLogger<Describer>.Instance);
        await describer.StartAsync(ct);

        describer.Changed(null, first);
        describer.Changed(null, second);

        Assert.Equal(second.Id, await described.Task.WaitAsync(TimeSpan.FromSeconds(30), ct));
        Assert.False(describer.ExecuteTask!.IsCompleted);
        await describer.StopAsync(ct);
    }

    private static Workspace JustStored()
    {
        var stored = SampleWorkspaces.Completed();
        var change = stored.Describe(stored.Video!.File! with { Media = null }, SampleWorkspaces.Start);
        Assert.True(change.TryGet(out var undescribed, out _));
        return undescribed!;
    }
}
