using MediatR;
using VideoPlatform.Application.Work;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Maintenance.Verify;

/// <summary>Holds every record against its files and every file against the records. Reads only, and never takes what a running service is just doing for a fault.</summary>
/// <param name="Deep">Reads every video and compares its SHA-256.</param>
public sealed record VerifyLibrary(bool Deep, IVerifyListener Listener) : IRequest<Result<VerifyTotals>>;

public enum FindingKind
{
    /// <summary>The record names a file that is not there.</summary>
    RecordWithoutFile,

    /// <summary>No record names the file.</summary>
    FileWithoutRecord,

    WrongSize,
    WrongSha256,

    /// <summary>The bytes are no video, or their end is missing. Only where the earlier system recorded no size.</summary>
    NotAVideo,

    /// <summary>The file, or a whole folder of the library, cannot be read.</summary>
    Unreadable,

    /// <summary>What an unfinished fetch or upload has left, and nobody goes on with.</summary>
    LeftoverPart,

    SidecarMissing,
    SidecarDisagrees,

    /// <summary>The record itself cannot be understood; what it names is not known.</summary>
    RecordUnreadable,
}

/// <param name="Id">The workspace that it is about; null for a file that is named after none.</param>
/// <param name="Path">Relative to the storage root.</param>
/// <param name="Expected">What the record says.</param>
/// <param name="Actual">What is there.</param>
public sealed record Finding(FindingKind Kind, WorkspaceId? Id, string Path, string? Expected = null, string? Actual = null);

/// <param name="Bytes">Of the videos that records name and that are there.</param>
public sealed record VerifyTotals(
    DateTimeOffset StartedAt, DateTimeOffset FinishedAt, bool Deep, long Records, long Files, long Bytes, long Findings, bool Interrupted);

/// <summary>Hears how a verification goes on. One call at a time.</summary>
public interface IVerifyListener
{
    void Found(Finding finding);

    /// <summary>All records were looked at; now the files.</summary>
    void LookingAtFiles();

    /// <summary>One more record, or file, was looked at.</summary>
    void Looked();
}

internal sealed class VerifyLibraryHandler(LibraryInspector inspector, TimeProvider clock) : IRequestHandler<VerifyLibrary, Result<VerifyTotals>>
{
    public async Task<Result<VerifyTotals>> Handle(VerifyLibrary command, CancellationToken ct)
    {
        var startedAt = clock.Now();
        var interrupted = false;
        try
        {
            await inspector.InspectAsync(command.Deep, command.Listener, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            interrupted = true;   // what was found is true all the same
        }

        return new VerifyTotals(startedAt, clock.Now(), command.Deep, inspector.Records, inspector.Files, inspector.Bytes, inspector.Findings, interrupted);
    }
}
