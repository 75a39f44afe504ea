using System.Threading.Channels;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using VideoPlatform.Application.Videos.Describe;
using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Infrastructure.Media;

namespace VideoPlatform.Infrastructure.Work;

/// <summary>Has every newly stored video described (its own facts, its poster), one after the other and behind the back of the real work.</summary>
internal sealed partial class Describer(IServiceProvider services, FfmpegTools tools, TimeProvider clock, ILogger<Describer> log) : BackgroundService, IChangeListener
{
    // A process that died has stored a few videos without describing them, and lately. So much is taken up at the start; what is older is left to `repair`.
    private const int LookedThrough = 100;
    private const int TakenUp = 8;
    private static readonly TimeSpan lately = TimeSpan.FromHours(1);

    // The mediator is asked for late: its handlers need the records, and the records tell this listener of their changes.
    // More than this many at once are left to `repair`.
    private readonly Channel<WorkspaceId> stored = Channel.CreateBounded<WorkspaceId>(
        new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public void Changed(Workspace? before, Workspace? after)
    {
        if (LacksFacts(after) && before?.Video?.File?.Path != after!.Video!.File!.Path) stored.Writer.TryWrite(after.Id);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        tools.TellMissing();
        await TakeUpAsync(stoppingToken);
        await foreach (var id in stored.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await services.GetRequiredService<IMediator>().Send(new DescribeVideo(id), stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException || !stoppingToken.IsCancellationRequested)   // the host's edge: a poster is never worth the work behind it
            {
                LogFailed(e, id);
            }
        }
    }

    private async Task TakeUpAsync(CancellationToken ct)
    {
        try
        {
            var now = clock.GetUtcNow();
            var newest = await services.GetRequiredService<IWorkspaceRepository>().ListAsync(
                new WorkspaceFilter(LookedThrough, null, VideoStatus.Completed, VideoStorage.Local, now), ct);
            foreach (var workspace in newest.Items.Where(w => LacksFacts(w) && w.Video!.File!.ArchivedAt > now - lately).OrderByDescending(w => w.Video!.File!.ArchivedAt).Take(TakenUp))
                stored.Writer.TryWrite(workspace.Id);
        }
        catch (Exception e) when (e is not OperationCanceledException)   // the host's edge: a poster is never worth the work behind it
        {
            LogNotTakenUp(e);
        }
    }

    private static bool LacksFacts(Workspace? workspace) => workspace?.Video is { Status: VideoStatus.Completed, File.Media: null };

    [LoggerMessage(Level = LogLevel.Error, Message = "What was stored lately could not be looked through for videos without facts; repair does that")]
    private partial void LogNotTakenUp(Exception e);

    [LoggerMessage(Level = LogLevel.Error, Message = "The video of {WorkspaceId} could not be described")]
    private partial void LogFailed(Exception e, WorkspaceId workspaceId);
}
