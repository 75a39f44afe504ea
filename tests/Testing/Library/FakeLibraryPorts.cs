using System.Collections.Concurrent;
using MediatR;
using VideoPlatform.Application.Maintenance;
using VideoPlatform.Application.Maintenance.Import;
using VideoPlatform.Application.Maintenance.Library;
using VideoPlatform.Application.Videos.Describe;
using VideoPlatform.Application.Videos.Download;
using VideoPlatform.Application.Videos.Poll;
using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Testing.Library;

/// <summary>The service's steps without keeping their claim: the clock stands still meanwhile.</summary>
public sealed class DirectSteps(IMediator mediator, IWorkspaceRepository workspaces) : IStepRunner
{
    public async Task RunAsync(WorkLane lane, WorkspaceId id, Guid claim, CancellationToken ct)
    {
        try
        {
            if (lane is WorkLane.Poll) await mediator.Send(new PollVideo(id, claim), ct);
            else await mediator.Send(new DownloadVideo(id, claim), ct);
        }
        catch (OperationCanceledException)
        {
            await workspaces.ChangeAsync(id, w => w.Release(claim), CancellationToken.None);
            throw;
        }
    }

    public Task DescribeAsync(WorkspaceId id, CancellationToken ct) => mediator.Send(new DescribeVideo(id), ct);
}

/// <summary>Answers for links as the test says; the others are dead.</summary>
public sealed class FakeLinkProbe : ILinkProbe
{
    public static readonly Problem Expired = new("AccessDenied", "403 Request has expired.");

    private readonly ConcurrentQueue<RemoteLink> asked = new();

    public LinkAnswer Answer { get; set; } = new LinkAnswer.Dead(403, Expired);

    public IReadOnlyCollection<RemoteLink> Asked => asked;

    /// <summary>Happens with each question.</summary>
    public Action OnAsked { get; set; } = () => { };

    public Task<LinkAnswer> ProbeAsync(RemoteLink link, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        asked.Enqueue(link);
        OnAsked();
        return Task.FromResult(Answer);
    }
}

/// <summary>Whose records there are, and which of them cannot be read.</summary>
public sealed class FakeRecordOwners(IWorkspaceRepository workspaces) : IRecordOwners
{
    public List<string> Unreadable { get; } = [];

    /// <summary>Happens after each look, as if somebody else were quick.</summary>
    public Func<Task> AfterFind { get; set; } = () => Task.CompletedTask;

    IReadOnlyCollection<string> IRecordOwners.Unreadable => Unreadable;

    public async Task<OwnerAnswer> FindAsync(WorkspaceId id, CancellationToken ct)
    {
        OwnerAnswer answer =
            Unreadable.Contains(id.Value) ? new OwnerAnswer.Unreadable()
            : await workspaces.FindAsync(id, ct) is { } workspace ? new OwnerAnswer.Known(workspace)
            : new OwnerAnswer.None();
        await AfterFind();
        return answer;
    }
}

/// <summary>Takes any text for a document, each text once; what begins with <c>bad</c> is none.</summary>
public sealed class FakeRecordImporter : IRecordImporter
{
    private readonly ConcurrentDictionary<string, byte> documents = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Documents => [.. documents.Keys];

    public Task<ImportOutcome> ImportAsync(string json, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return Task.FromResult<ImportOutcome>(
            json.StartsWith("bad", StringComparison.Ordinal) ? new ImportOutcome.Bad("it is not a document")
            : documents.TryAdd(json, 0) ? new ImportOutcome.Imported() : new ImportOutcome.Existing());
    }
}
