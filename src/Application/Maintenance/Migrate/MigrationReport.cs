using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Maintenance.Migrate;

public enum MigrationOutcome
{
    /// <summary>The bytes were ours before.</summary>
    Stored,

    /// <summary>A matching file lay in the storage, and the record says so now.</summary>
    Adopted,

    /// <summary>The bytes were fetched, by this run or by the running service while it waited.</summary>
    Fetched,

    /// <summary>The link is dead, and there is no other.</summary>
    Expired,

    /// <summary>It did not work this time; another run tries again.</summary>
    Failed,

    /// <summary>In a dry run: a matching file lies in the storage.</summary>
    Adoptable,

    /// <summary>In a dry run: the link should still give the bytes.</summary>
    Live,
}

/// <summary>One line of the report.</summary>
/// <param name="HttpStatus">What the link answered, where it was asked or the record remembers it.</param>
/// <param name="Bytes">Of our file.</param>
public sealed record MigratedRecord(WorkspaceId Id, MigrationOutcome Outcome, int? HttpStatus, long? Bytes, string? Sha256, string? Error);

/// <param name="Bytes">Of all files that are ours now.</param>
public sealed record MigrationTotals(
    DateTimeOffset StartedAt, DateTimeOffset FinishedAt, bool DryRun,
    int Examined, int Stored, int Adopted, int Fetched, int Expired, int Failed, int Adoptable, int Live, long Bytes, bool Interrupted)
{
    public static MigrationTotals Begin(DateTimeOffset now, bool dryRun) => new(now, now, dryRun, 0, 0, 0, 0, 0, 0, 0, 0, 0, false);

    public MigrationTotals With(MigratedRecord record)
    {
        var isOurs = record.Outcome is MigrationOutcome.Stored or MigrationOutcome.Adopted or MigrationOutcome.Fetched;
        var next = this with { Examined = Examined + 1, Bytes = Bytes + (isOurs ? record.Bytes ?? 0 : 0) };
        return record.Outcome switch
        {
            MigrationOutcome.Stored => next with { Stored = Stored + 1 },
            MigrationOutcome.Adopted => next with { Adopted = Adopted + 1 },
            MigrationOutcome.Fetched => next with { Fetched = Fetched + 1 },
            MigrationOutcome.Expired => next with { Expired = Expired + 1 },
            MigrationOutcome.Failed => next with { Failed = Failed + 1 },
            MigrationOutcome.Adoptable => next with { Adoptable = Adoptable + 1 },
            MigrationOutcome.Live => next with { Live = Live + 1 },
            _ => throw new ArgumentOutOfRangeException(nameof(record)),
        };
    }
}

/// <summary>Hears how a migration goes on. One call at a time.</summary>
public interface IMigrationListener
{
    /// <summary>A record has its outcome; those that need no fetch come first, in the order of their ids.</summary>
    void Done(MigratedRecord record);

    /// <summary>All are classified, and so many wait to be fetched.</summary>
    void Fetching(int videos);
}

internal static class MigrationLines
{
    public static MigratedRecord Line(this Workspace workspace, MigrationOutcome outcome, Problem? problem = null)
    {
        var error = outcome is MigrationOutcome.Expired or MigrationOutcome.Failed ? (problem ?? workspace.Video?.Problem)?.Message : null;
        return new MigratedRecord(workspace.Id, outcome, MigrationProblem.StatusIn(error), null, null, error);
    }

    public static MigratedRecord Line(this Workspace workspace, MigrationOutcome outcome, StoredFile file, int? status = null) =>
        new(workspace.Id, outcome, status, file.Size, file.Sha256, null);
}
