using System.CommandLine;
using VideoPlatform.Application.Maintenance.Adopt;
using VideoPlatform.Application.Videos;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Api.Commands;

internal static class AdoptCommand
{
    public static Command Create(string[] configuration)
    {
        var task = new Argument<string>("TASK_ID") { Description = "The provider's id of a task of this account, of the last 24 hours." };
        var name = new Option<string?>("--name") { Description = "A name for its workspace, up to 200 characters.", HelpName = "NAME" };
        var command = new Command(
            "adopt",
            """
            Bring a task of the provider's account, made elsewhere, into the library: a record, then its video, stored and proven.

            Nothing is ordered and nothing is paid. Waits until the video is stored; interrupted, a running service or the same command goes on.
            Exit code 3: the task is not known there, or gave no video.

            Examples:
              adopt 7d0c6f2e-5b1a-4c57-9d53-0a4b8e21f6c9
              adopt 7d0c6f2e-5b1a-4c57-9d53-0a4b8e21f6c9 --name "paper boat"
            """)
        {
            task, name,
        };
        command.SetAction((parsed, _) => CommandHost.UntilStoppedAsync(ct => RunAsync(configuration, parsed.GetRequiredValue(task), parsed.GetValue(name), ct)));
        return command;
    }

    private static async Task<int> RunAsync(string[] configuration, string task, string? name, CancellationToken ct)
    {
        var shown = new Shown();
        await using var host = await CommandHost.OpenAsync(
            configuration, Needs.WritableStorage | Needs.Provider | Needs.ProviderKey | Needs.SharedLock, ct, services => services.AddSingleton<IProgressListener>(shown));
        var adopted = await host.SendAsync(new AdoptTask(task, name), ct);
        // Run again, it goes on where it was interrupted.
        if (!adopted.TryGet(out var workspace, out var error) && error is VersionConflict) adopted = await host.SendAsync(new FindTask(task), ct);
        if (!adopted.TryGet(out workspace, out error)) return Options.Refuse(error);

        shown.Begin(workspace);
        try
        {
            var end = await Work.ShowAsync(work => host.SendAsync(new FollowVideo(WorkspaceId.Parse(workspace.Id), shown.On(work)), ct));
            return end.TryGet(out var video, out error) ? await TellAsync(host, video, ct) : Options.Refuse(error);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync($"Interrupted; workspace {workspace.Id} is kept: a running service, or the same command, goes on.");
            return CommandLine.DoneWithFailures;
        }
    }

    private static async Task<int> TellAsync(CommandHost host, WorkspaceView workspace, CancellationToken ct)
    {
        if (workspace.Video is { Status: "completed", Storage: "local" } video)
        {
            await host.Services.GetRequiredService<Application.Maintenance.IStepRunner>().DescribeAsync(WorkspaceId.Parse(workspace.Id), ct);
            await Console.Out.WriteLineAsync($"stored   {workspace.Id}  {video.Url}  {ReportWriting.Bytes(video.Size ?? 0)}  sha256 {video.Sha256}");
            return CommandLine.Done;
        }

        await Console.Error.WriteLineAsync($"{workspace.Video?.Status}  {workspace.Id}  {workspace.Video?.Error?.Code} {workspace.Video?.Error?.Message}".TrimEnd());
        return CommandLine.DoneWithFailures;
    }

    /// <summary>Tells each new status, and how far the fetch is.</summary>
    private sealed class Shown : IProgress<WorkspaceView>, IProgressListener
    {
        private IWork? work;
        private string? status;
        private string? workspace;
        private long percent;

        public void Begin(WorkspaceView adopted)
        {
            workspace = adopted.Id;
            Console.Out.WriteLine($"adopted  {adopted.Id}");
        }

        public Shown On(IWork shownOn)
        {
            work = shownOn;
            return this;
        }

        public void Report(WorkspaceView value)
        {
            if (value.Video?.Status is not { } now || now == status) return;

            status = now;
            percent = 0;
            work?.Stage(now, now == "downloading" ? 100 : null);
        }

        public void Progressed(WorkspaceId id, DownloadProgress progress)
        {
            if (id.Value != workspace || progress.Total is not (> 0 and var total)) return;
            for (var reached = progress.Received * 100 / total; percent < reached; percent++) work?.Step();
        }
    }
}
