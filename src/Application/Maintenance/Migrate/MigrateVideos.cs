using FluentValidation;
using MediatR;
using Microsoft.Extensions.Options;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Application.Maintenance.Library;
using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Maintenance.Migrate;

/// <summary>
/// Brings the bytes of every finished video here that are not ours yet, by the same pipeline as live videos, and says the truth about the rest.
/// What is settled is reported again and costs nothing; what is not is taken up where the last run stopped.
/// </summary>
/// <param name="DryRun">Only classifies; writes nothing.</param>
/// <param name="Limit">At most so many records that are not settled, oldest first; null: all.</param>
/// <param name="Concurrency">Links at a time, 1 to 64; null: as many as the service fetches.</param>
public sealed record MigrateVideos(bool DryRun, int? Limit, int? Concurrency, IMigrationListener Listener) : IRequest<Result<MigrationTotals>>;

internal sealed class MigrateVideosValidator : AbstractValidator<MigrateVideos>
{
    public MigrateVideosValidator()
    {
        RuleFor(c => c.Limit).GreaterThanOrEqualTo(1).OverridePropertyName("--limit").WithMessage("A number from 1.");
        RuleFor(c => c.Concurrency).InclusiveBetween(1, 64).OverridePropertyName("--concurrency").WithMessage("A number from 1 to 64.");
    }
}

internal sealed class MigrateVideosHandler(IWorkspaceRepository workspaces, MigrationJudge judge, IRecordOwners records, IOptions<DownloadOptions> downloads, TimeProvider clock)
    : IRequestHandler<MigrateVideos, Result<MigrationTotals>>
{
    // Classified at a time: what is in memory of the records that are not waiting for their fetch.
    private const int Piece = 128;

    private readonly Lock gate = new();
    private readonly List<WaitingVideo> waiting = [];   // their links live at most a day, so they are never many
    private MigrationTotals totals = MigrationTotals.Begin(default, false);

    public async Task<Result<MigrationTotals>> Handle(MigrateVideos command, CancellationToken ct)
    {
        totals = MigrationTotals.Begin(clock.Now(), command.DryRun);
        var interrupted = false;
        try
        {
            if (!judge.LookAround(ct)) return new StorageGone();

            await Classify(command, ct);
            await Fetch(command, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            interrupted = true;   // what was done is done, and is reported
        }

        return totals with { FinishedAt = clock.Now(), Interrupted = interrupted };
    }

    private async Task Classify(MigrateVideos command, CancellationToken ct)
    {
        var left = command.Limit ?? int.MaxValue;
        var piece = new List<Examined>(Piece);
        await foreach (var workspace in workspaces.ScanAsync(new ScanFilter(), ct))
        {
            if (!MigrationJudge.IsFinished(workspace)) continue;

            var settled = judge.FindSettled(workspace);
            if (settled is null && left-- == 0) break;

            piece.Add(new Examined(workspace, settled));
            if (piece.Count < Piece) continue;
            await Classify(command, piece, ct);
            piece.Clear();
        }

        await Classify(command, piece, ct);
    }

    private async Task Classify(MigrateVideos command, List<Examined> piece, CancellationToken ct)
    {
        try
        {
            await Parallel.ForEachAsync(piece.Where(e => e.Settled is null), Parallelism(command, ct), async (examined, token) =>
            {
                switch (await judge.JudgeAsync(examined.Workspace, command.DryRun, token))
                {
                    case Verdict.Settled settled:
                        examined.Settled = settled.Line;
                        break;
                    case Verdict.Wait wait:
                        lock (gate) waiting.Add(wait.Video);
                        break;
                }
            });
        }
        finally
        {
            foreach (var line in piece.Select(e => e.Settled).OfType<MigratedRecord>()) Tell(command, line);
        }
    }

    private async Task Fetch(MigrateVideos command, CancellationToken ct)
    {
        command.Listener.Fetching(waiting.Count);
        foreach (var unreadable in records.Unreadable)
            if (WorkspaceId.TryParse(unreadable, out var id)) Tell(command, new MigratedRecord(id, MigrationOutcome.Failed, null, null, null, "The record cannot be read."));

        var inTime = waiting.OrderBy(video => video.Deadline ?? DateTimeOffset.MinValue).ThenBy(video => video.Id).ToList();
        await Parallel.ForEachAsync(inTime, Parallelism(command, ct), async (video, token) => Tell(command, await judge.FetchAsync(video, token)));
    }

    private ParallelOptions Parallelism(MigrateVideos command, CancellationToken ct) =>
        new() { MaxDegreeOfParallelism = command.Concurrency ?? downloads.Value.MaxConcurrent, CancellationToken = ct };

    private void Tell(MigrateVideos command, MigratedRecord line)
    {
        lock (gate)
        {
            totals = totals.With(line);
            command.Listener.Done(line);
        }
    }

    private sealed record Examined(Workspace Workspace, MigratedRecord? Settled)
    {
        public MigratedRecord? Settled { get; set; } = Settled;
    }
}
