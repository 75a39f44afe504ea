using FluentValidation;
using MediatR;
using VideoPlatform.Application.Maintenance.Library;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Results;

namespace VideoPlatform.Application.Maintenance.Clean;

/// <summary>
/// Puts files that no record names into the trash, and removes trash that is older than <see cref="CleanRules.TrashAge"/>. Right beside a running service:
/// a file must be older than an hour, unnamed in two complete readings of the records (one before and one after the files were listed),
/// and unnamed once more when its own record is asked just before and just after the move.
/// </summary>
/// <param name="Apply">Otherwise it only says what it would do.</param>
/// <param name="Max">Files at most, from 1.</param>
public sealed record CleanStorage(bool Apply, int Max, ICleanListener Listener) : IRequest<Result<CleanTotals>>;

/// <param name="Files">Moved, or to be moved.</param>
/// <param name="Wanted">Videos that a record without a file may want.</param>
/// <param name="More">Further files that another run would take.</param>
/// <param name="Removed">Files that left the trash for good.</param>
/// <param name="Failed">Files, or whole folders, that could not be read, moved or removed.</param>
public sealed record CleanTotals(int Files, long Bytes, int Wanted, int More, int Removed, int Failed, bool Interrupted);

/// <summary>Hears how a clean-up goes on. One call at a time.</summary>
public interface ICleanListener
{
    void Found(int files);

    /// <param name="trashed">Where it lies now, relative to the root; null in a dry run.</param>
    void Taken(LibraryFile file, string? trashed);

    /// <summary>Left, because the record after which it is named has no file: <c>repair</c> names it.</summary>
    void Wanted(LibraryFile file);

    /// <summary>It did not work; the others go on.</summary>
    /// <param name="path">Where it lies, relative to the root.</param>
    void Failed(string path, string reason);
}

internal sealed class CleanStorageValidator : AbstractValidator<CleanStorage>
{
    public CleanStorageValidator() => RuleFor(c => c.Max).GreaterThanOrEqualTo(1).WithMessage("A number from 1.");
}

/// <summary>What <c>clean</c> goes by.</summary>
public static class CleanRules
{
    /// <summary>How long the trash is kept.</summary>
    public static readonly TimeSpan TrashAge = TimeSpan.FromDays(30);
}

internal sealed class CleanStorageHandler(IWorkspaceRepository workspaces, ILibraryFiles files, FileClaims claims, IRecordOwners records, ITrash trash, TimeProvider clock)
    : IRequestHandler<CleanStorage, Result<CleanTotals>>
{
    private CleanTotals totals = new(0, 0, 0, 0, 0, 0, false);

    public async Task<Result<CleanTotals>> Handle(CleanStorage command, CancellationToken ct)
    {
        if (!files.HasSentinel) return new VersionConflict("The storage root does not carry its sentinel file: is its disk not mounted? Nothing was touched.");

        try
        {
            var unnamed = await FindUnnamedAsync(command.Listener, ct);
            command.Listener.Found(unnamed.Count);
            foreach (var file in unnamed) await TakeAsync(command, file, ct);
            if (command.Apply) EmptyTrash(command.Listener);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            totals = totals with { Interrupted = true };
        }

        return totals;
    }

    private async Task<List<LibraryFile>> FindUnnamedAsync(ICleanListener listener, CancellationToken ct)
    {
        var before = await FileClaims.ListNamesAsync(workspaces, ct);
        var old = clock.GetUtcNow() - FileClaims.Grace;
        var unnamed = files.Enumerate(unreadable: folder => Fail(listener, folder, "The folder cannot be read.")).Where(file => file.ModifiedAt <= old && !before.Contains(file.Path)).ToList();
        if (unnamed.Count == 0) return unnamed;

        var after = await FileClaims.ListNamesAsync(workspaces, ct);
        return [.. unnamed.Where(file => !after.Contains(file.Path)).OrderBy(file => file.Path, StringComparer.Ordinal)];
    }

    private async Task TakeAsync(CleanStorage command, LibraryFile listed, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        if (files.Find(listed.Path) is not { } file || file != listed) return;   // it has changed since: somebody is at it

        var claim = await claims.FindAsync(file, ct);
        if (claim is FileClaim.Wanted)
        {
            totals = totals with { Wanted = totals.Wanted + 1 };
            command.Listener.Wanted(file);
        }

        // A record that cannot be read may name any file that does not bear its id.
        if (claim is not FileClaim.Free || (file.Owner is null && records.Unreadable.Count > 0)) return;
        if (totals.Files == command.Max)
        {
            totals = totals with { More = totals.More + 1 };
            return;
        }

        string? trashed = null;
        try
        {
            if (command.Apply)
            {
                if (!files.HasSentinel || (trashed = trash.Take(file.Path)) is null) return;
                if (await claims.FindAsync(file, CancellationToken.None) is not FileClaim.Free && trash.TryPutBack(trashed, file.Path)) return;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)   // one bad file never stops the rest
        {
            Fail(command.Listener, trashed ?? file.Path, e.Message);
            return;
        }

        totals = totals with { Files = totals.Files + 1, Bytes = totals.Bytes + file.Size };
        command.Listener.Taken(file, trashed);
    }

    private void EmptyTrash(ICleanListener listener)
    {
        try
        {
            totals = totals with { Removed = trash.Empty(DateOnly.FromDateTime((clock.GetUtcNow() - CleanRules.TrashAge).UtcDateTime)) };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Fail(listener, "the trash", e.Message);
        }
    }

    private void Fail(ICleanListener listener, string path, string reason)
    {
        totals = totals with { Failed = totals.Failed + 1 };
        listener.Failed(path, reason);
    }
}
