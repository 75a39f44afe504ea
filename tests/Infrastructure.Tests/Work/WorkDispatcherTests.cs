using System.Threading.Channels;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;
using VideoPlatform.Application;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Application.Videos;
using VideoPlatform.Application.Videos.Download;
using VideoPlatform.Application.Work;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Infrastructure.Work;
using VideoPlatform.Testing.Records;

namespace VideoPlatform.Infrastructure.Tests.Work;

public sealed class WorkDispatcherTests : IAsyncDisposable
{
    private readonly Channel<WorkspaceId> begun = Channel.CreateUnbounded<WorkspaceId>();
    private readonly Dictionary<WorkspaceId, TaskCompletionSource> ends = [];
    private readonly InMemoryWorkspaceRepository workspaces = new();
    private readonly WorkSignals signals = new();
    private readonly ServiceProvider services;
    private int begunSoFar;
    private int running;
    private int mostAtATime;

    public WorkDispatcherTests() => services = new ServiceCollection().AddSingleton<IProgressListener>(signals).AddApplication().BuildServiceProvider();

    private IProgressBoard Progress => services.GetRequiredService<IProgressBoard>();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => services.DisposeAsync();

    [Fact]
    public async Task A_video_whose_bytes_are_all_here_keeps_no_place_until_as_many_wait_for_the_disk_as_may_come()
    {
        foreach (var workspace in Enumerable.Range(0, 8).Select(_ => SampleWorkspaces.Downloading()))
        {
            ends[workspace.Id] = new TaskCompletionSource();
            await workspaces.AddAsync(workspace, Ct);
        }

        using var dispatcher = Dispatcher(maxConcurrent: 2);
        await dispatcher.StartAsync(Ct);
        var under = new Queue<WorkspaceId>([await NextAsync(), await NextAsync()]);
        Progress.Report(under.First(), new DownloadProgress(1, 2));

        // Four are under way, and all of them whole: from here on one has to end before another begins.
        foreach (var whole in under.ToList()) under.Enqueue(await AfterAsync(whole));
        foreach (var whole in under.Skip(2).ToList()) Progress.Report(whole, new DownloadProgress(2, 2));
        while (ends.Count > begunSoFar)
        {
            ends[under.Dequeue()].SetResult();
            under.Enqueue(await NextAsync());
            Progress.Report(under.Last(), new DownloadProgress(2, 2));
        }

        foreach (var rest in under) ends[rest].SetResult();
        await dispatcher.StopAsync(Ct);
        Assert.Equal(4, mostAtATime);

        Task<WorkspaceId> AfterAsync(WorkspaceId whole)
        {
            Progress.Report(whole, new DownloadProgress(2, 2));
            return NextAsync();
        }
    }

    private WorkDispatcher Dispatcher(int maxConcurrent)
    {
        var clock = new FakeTimeProvider(SampleWorkspaces.Start);
        var mediator = Substitute.For<IMediator>();
        mediator.Send(Arg.Any<DownloadVideo>(), Arg.Any<CancellationToken>()).Returns(call => FetchAsync(call.Arg<DownloadVideo>()));
        var work = Options.Create(new WorkOptions());
        return new WorkDispatcher(
            workspaces, mediator, new ClaimKeeper(workspaces, work, clock, NullLogger<ClaimKeeper>.Instance), new QueueGate(clock), signals, Progress,
            Options.Create(new QwenOptions()), Options.Create(new DownloadOptions { MaxConcurrent = maxConcurrent }), work, clock, NullLogger<WorkDispatcher>.Instance);
    }

    private async Task<Result<Done>> FetchAsync(DownloadVideo command)
    {
        lock (ends) mostAtATime = Math.Max(mostAtATime, ++running);
        begun.Writer.TryWrite(command.WorkspaceId);
        await ends[command.WorkspaceId].Task;
        lock (ends) running--;
        await workspaces.DeleteAsync(command.WorkspaceId, _ => null, CancellationToken.None);
        Progress.Clear(command.WorkspaceId);
        return new Done();
    }

    private async Task<WorkspaceId> NextAsync()
    {
        var next = await begun.Reader.ReadAsync(Ct).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Ct);
        begunSoFar++;
        return next;
    }
}
