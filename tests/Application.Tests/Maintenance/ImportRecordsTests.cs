using VideoPlatform.Application.Maintenance.Import;
using VideoPlatform.Domain.Results;

namespace VideoPlatform.Application.Tests.Maintenance;

public sealed class ImportRecordsTests : LibraryUseCases
{
    private readonly Reports reports = new();

    private Task<Result<ImportTotals>> Import(IEnumerable<string?> lines, CancellationToken ct = default) =>
        Send(new ImportRecords(lines.Select((text, n) => new ImportLine(n + 1, text)).ToAsyncEnumerable(), reports), ct);

    [Fact]
    public async Task Documents_are_taken_in_and_bad_lines_told_by_their_number()
    {
        var totals = Ok(await Import(["a", "bad", "b", null]));

        Assert.Equal((2L, 0L), (totals.Imported, totals.Existing));
        Assert.Equal([new BadLine(2, "it is not a document"), new BadLine(4, "it is longer than any document")], totals.Bad);
        Assert.Equal(["a", "b"], Importer.Documents.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_second_time_everything_is_left_alone()
    {
        Ok(await Import(["a", "b"]));

        var again = Ok(await Import(["a", "b"]));

        Assert.Equal((0L, 2L), (again.Imported, again.Existing));
    }

    [Fact]
    public async Task Progress_is_told_piece_by_piece()
    {
        Ok(await Import(Enumerable.Range(0, 300).Select(n => $"{n}")));

        Assert.Equal([128L, 256L], reports.Imported);
    }

    [Fact]
    public async Task A_caller_who_leaves_keeps_what_is_in()
    {
        using var stop = new CancellationTokenSource();
        reports.OnReport = stop.Cancel;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Import(Enumerable.Range(0, 300).Select(n => $"{n}"), stop.Token));

        Assert.Equal(128, Importer.Documents.Count);
    }

    private sealed class Reports : IProgress<ImportTotals>
    {
        public Action OnReport { get; set; } = () => { };

        public List<long> Imported { get; } = [];

        public void Report(ImportTotals value)
        {
            Imported.Add(value.Imported);
            OnReport();
        }
    }
}
