using System.Threading.Channels;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using VideoPlatform.Application.Videos.Describe;
using VideoPlatform.Application.Work;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Infrastructure.Media;

namespace VideoPlatform.Infrastructure.Work;

/// <summary>Has every newly stored video described (its own facts, its poster), one after the other and behind the back of the real work.</summary>
internal sealed partial class Describer(IServiceProvider services, FfmpegTools tools, ILogger<Describer> log) : BackgroundService, IChangeListener
{
    // The mediator is asked for late: its handlers need the records, and the records tell this listener of their changes.
    // More than this many at once are left to `repair`.
    private readonly Channel<WorkspaceId> stored = Channel.CreateBounded<WorkspaceId>(
        new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public void Changed(Workspace? before, Workspace? after)
    {
        if (after?.Video is { Status: VideoStatus.Completed, File: { Media: null } file } && before?.Video?.File?.Path != file.Path)
            stored.Writer.TryWrite(after.Id);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        tools.TellMissing();
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

    [LoggerMessage(Level = LogLevel.Error, Message = "The video of {WorkspaceId} could not be described")]
    private partial void LogFailed(Exception e, WorkspaceId workspaceId);
}
