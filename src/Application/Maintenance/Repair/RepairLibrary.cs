using MediatR;
using VideoPlatform.Application.Maintenance.Library;
using VideoPlatform.Application.Maintenance.Verify;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Maintenance.Repair;

/// <summary>
/// Mends what a deep verification finds: missing and damaged videos are fetched again where a link or a task still lives, lost files are
/// named again, sidecars and posters are made anew. Nothing is removed: a damaged file goes to the trash once its replacement is here.
/// </summary>
/// <param name="From">The findings of an earlier verification; null: it verifies first. Each is looked at again before anything is done.</param>
public sealed record RepairLibrary(IReadOnlyList<Finding>? From, IRepairListener Listener) : IRequest<Result<RepairTotals>>;

public enum RepairOutcome
{
    /// <summary>Fetched again; a damaged file is in the trash.</summary>
    Fetched,

    /// <summary>A file of ours was named by its record again.</summary>
    Adopted,

    /// <summary>Sidecar, facts or poster were made anew.</summary>
    Rewritten,

    /// <summary>It was in order by now.</summary>
    Fine,

    /// <summary>Not for <c>repair</c>: <c>clean</c> or <c>reindex</c> knows what to do with it.</summary>
    Left,

    /// <summary>Neither link nor task lives: the bytes are gone, or damaged for good. The record says so.</summary>
    Lost,

    /// <summary>It did not work this time.</summary>
    Failed,
}

public sealed record RepairedItem(WorkspaceId? Id, string Path, RepairOutcome Outcome, string? Detail);

public sealed record RepairTotals(DateTimeOffset StartedAt, DateTimeOffset FinishedAt, IReadOnlyDictionary<RepairOutcome, int> Counts, bool Interrupted);

/// <summary>Hears how a repair goes on. One call at a time.</summary>
public interface IRepairListener : IVerifyListener
{
    /// <summary>The verification is over, and so many things are looked at again.</summary>
    void Repairing(int items);

    void Repaired(RepairedItem item);
}

internal sealed class RepairLibraryHandler(LibraryInspector inspector, VideoRepairer repairer, IWorkspaceRepository workspaces, TimeProvider clock)
    : IRequestHandler<RepairLibrary, Result<RepairTotals>>
{
    private readonly Dictionary<RepairOutcome, int> counts = [];

    public async Task<Result<RepairTotals>> Handle(RepairLibrary command, CancellationToken ct)
    {
        var startedAt = clock.GetUtcNow();
        var interrupted = false;
        try
        {
            await RepairAsync(command, command.From ?? await VerifyAsync(command.Listener, ct), ct);
            if (command.From is null) await DescribeAsync(ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            interrupted = true;   // what was mended is mended
        }

        return new RepairTotals(startedAt, clock.GetUtcNow(), counts, interrupted);
    }

    private async Task<IReadOnlyList<Finding>> VerifyAsync(IRepairListener listener, CancellationToken ct)
    {
        var found = new Collected(listener);
        await inspector.InspectAsync(deep: true, found, ct);
        return found.Findings;
    }

    private async Task RepairAsync(RepairLibrary command, IReadOnlyList<Finding> findings, CancellationToken ct)
    {
        // All that is wrong with one record is mended together; a video that is named again brings its sidecar along.
        var items = findings.DistinctBy(f => f.Id is { } id && f.Kind is not (FindingKind.FileWithoutRecord or FindingKind.LeftoverPart) ? id.Value : f.Path)
            .OrderBy(f => LibraryNames.IsVideo(f.Path) ? 0 : 1).ToList();
        command.Listener.Repairing(items.Count);
        foreach (var finding in items)
        {
            ct.ThrowIfCancellationRequested();
            var item = await RepairAsync(finding, ct);
            counts[item.Outcome] = counts.GetValueOrDefault(item.Outcome) + 1;
            command.Listener.Repaired(item);
        }
    }

    private async Task<RepairedItem> RepairAsync(Finding finding, CancellationToken ct)
    {
        try
        {
            return await repairer.RepairAsync(finding, ct);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)   // one bad file never stops the rest
        {
            return new RepairedItem(finding.Id, finding.Path, RepairOutcome.Failed, $"It cannot be read or written: {e.GetType().Name}.");
        }
    }

    /// <summary>Facts and posters that were not to be had when a video came (no ffmpeg, a crash) are tried again.</summary>
    private async Task DescribeAsync(CancellationToken ct)
    {
        await foreach (var workspace in workspaces.ScanAsync(new ScanFilter(), ct))
        {
            if (workspace.Video?.File is not { } file || (file.Media is not null && file.Thumbnail is not null)) continue;

            try
            {
                await repairer.DescribeAsync(workspace, ct);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)   // told as a finding: one bad file never stops the rest
            {
                continue;
            }
        }
    }

    private sealed class Collected(IVerifyListener listener) : IVerifyListener
    {
        public List<Finding> Findings { get; } = [];

        public void Found(Finding finding)
        {
            Findings.Add(finding);
            listener.Found(finding);
        }

        public void LookingAtFiles() => listener.LookingAtFiles();

        public void Looked() => listener.Looked();
    }
}
