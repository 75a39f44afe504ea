using MediatR;
using VideoPlatform.Domain.Results;

namespace VideoPlatform.Application.Maintenance.Import;

/// <summary>Takes in records as JSON lines, one document a line. An id that exists is left alone; a bad line is told by its number and does not stop the rest.</summary>
/// <param name="Lines">Read once, as they come.</param>
public sealed record ImportRecords(IAsyncEnumerable<ImportLine> Lines, IProgress<ImportTotals> Progress) : IRequest<Result<ImportTotals>>;

/// <param name="Number">From 1.</param>
/// <param name="Text">Null when the line is longer than any document can be.</param>
public sealed record ImportLine(long Number, string? Text);

/// <param name="Existing">Left alone.</param>
/// <param name="Bad">Not stored, oldest first.</param>
public sealed record ImportTotals(long Imported, long Existing, IReadOnlyList<BadLine> Bad);

public sealed record BadLine(long Number, string Reason);

/// <summary>Stores documents of another program with all of their members.</summary>
public interface IRecordImporter
{
    /// <param name="json">One document as extended JSON, canonical or relaxed.</param>
    Task<ImportOutcome> ImportAsync(string json, CancellationToken ct);
}

public abstract record ImportOutcome
{
    private ImportOutcome() { }

    public sealed record Imported : ImportOutcome;

    /// <summary>The id is taken; nothing was written.</summary>
    public sealed record Existing : ImportOutcome;

    /// <summary>It is not a document, or not one that can be a record.</summary>
    public sealed record Bad(string Reason) : ImportOutcome;
}

internal sealed class ImportRecordsHandler(IRecordImporter importer) : IRequestHandler<ImportRecords, Result<ImportTotals>>
{
    // Stored together: enough for one flush to serve many, and little enough to hold.
    private const int Piece = 128;

    private readonly List<BadLine> bad = [];
    private long imported;
    private long existing;

    public async Task<Result<ImportTotals>> Handle(ImportRecords command, CancellationToken ct)
    {
        var piece = new List<ImportLine>(Piece);
        await foreach (var line in command.Lines.WithCancellation(ct))
        {
            piece.Add(line);
            if (piece.Count < Piece) continue;

            await Store(piece, ct);
            command.Progress.Report(Totals);
        }

        await Store(piece, ct);
        return Totals;
    }

    private ImportTotals Totals => new(imported, existing, bad);

    private async Task Store(List<ImportLine> piece, CancellationToken ct)
    {
        var outcomes = await Task.WhenAll(piece.Select(line => Import(line, ct)));
        foreach (var (line, outcome) in piece.Zip(outcomes))
        {
            switch (outcome)
            {
                case ImportOutcome.Imported:
                    imported++;
                    break;
                case ImportOutcome.Existing:
                    existing++;
                    break;
                case ImportOutcome.Bad flaw:
                    bad.Add(new BadLine(line.Number, flaw.Reason));
                    break;
            }
        }

        piece.Clear();
    }

    private async Task<ImportOutcome> Import(ImportLine line, CancellationToken ct) =>
        line.Text is { } text ? await importer.ImportAsync(text, ct) : new ImportOutcome.Bad("it is longer than any document");
}
