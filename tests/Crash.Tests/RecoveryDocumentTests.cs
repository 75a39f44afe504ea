namespace VideoPlatform.Crash.Tests;

/// <summary>The table in docs/recovery.md names every boundary that is proven, and nothing that is not.</summary>
public sealed class RecoveryDocumentTests
{
    [Fact]
    public void The_document_lists_exactly_the_boundaries_that_are_proven()
    {
        var rows = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "recovery.md"))
            .SkipWhile(line => !line.StartsWith("## The table of boundaries", StringComparison.Ordinal))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal)).ToList();
        var listed = rows.Select(row => row[3..row.IndexOf('`', 3)]).ToList();

        Assert.NotEmpty(listed);
        Assert.Equal(Boundary.All.Select(b => b.Point).Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_boundary_is_proven_once()
    {
        Assert.Equal(Boundary.All.Count, Boundary.All.Select(b => b.Point).Distinct(StringComparer.Ordinal).Count());
    }
}
