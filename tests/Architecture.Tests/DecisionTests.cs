using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace VideoPlatform.Architecture.Tests;

/// <summary>The decisions in <c>docs/adr</c>: numbered without a gap, each with its parts, and every package is named by one.</summary>
public sealed partial class DecisionTests
{
    private static readonly string root = Path.GetFullPath(Path.Combine(Here(), "..", ".."));
    private static readonly IReadOnlyDictionary<string, string> pages =
        Directory.EnumerateFiles(Path.Combine(root, "docs", "adr"), "*.md").ToDictionary(file => Path.GetFileName(file), File.ReadAllText, StringComparer.Ordinal);

    private static readonly string[] parts = ["Status: ", "Date: ", "**Context.**", "**Options", "**Decision.**", "**Consequences.**", "**Wrong if**"];

    [Fact]
    public void They_are_numbered_without_a_gap() => OutOfOrder(pages.Keys).AssertKept();

    [Fact]
    public void A_gap_is_found_out() => Assert.Equal(["0003-third.md"], OutOfOrder(["0001-first.md", "0003-third.md"]).Offenders);

    [Fact]
    public void Each_has_its_number_and_its_parts() => Incomplete(pages).AssertKept();

    [Fact]
    public void A_page_without_a_part_is_found_out()
    {
        var whole = $"# 1. First\n{string.Join('\n', parts)}";
        var offenders = new Dictionary<string, string>(StringComparer.Ordinal) { ["0001-whole.md"] = whole, ["0002-number.md"] = whole, ["0001-part.md"] = whole.Replace("**Options", "", StringComparison.Ordinal) };

        Assert.Equal(["0001-part.md", "0002-number.md"], Incomplete(offenders).Offenders.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_package_is_named_by_one() => Unnamed(Packages(), string.Join('\n', pages.Values)).AssertKept();

    [Fact]
    public void A_package_that_none_names_is_found_out() =>
        Assert.Equal(["Left.Pad", "Microsoft.Left.Pad"], Unnamed(["Left.Pad", "Microsoft.Left.Pad", "Right.Pad", "Microsoft.Right"], "Right, Microsoft.Right, Leftovers").Offenders);

    private static Verdict OutOfOrder(IEnumerable<string> files)
    {
        var ordered = files.Order(StringComparer.Ordinal).ToList();
        return Verdict.On(ordered, file => file, file => !file.StartsWith($"{ordered.IndexOf(file) + 1:0000}-", StringComparison.Ordinal));
    }

    private static Verdict Incomplete(IReadOnlyDictionary<string, string> texts) => Verdict.On(
        texts, page => page.Key,
        page => !page.Value.StartsWith($"# {page.Key[..4].TrimStart('0')}. ", StringComparison.Ordinal) || !parts.All(part => page.Value.Contains(part, StringComparison.Ordinal)));

    /// <summary>By its whole name, or by the family that its first word names; Microsoft is no family.</summary>
    private static Verdict Unnamed(IEnumerable<string> packages, string text)
    {
        var words = Word().Matches(text).Select(word => word.Value.TrimEnd('.')).ToHashSet(StringComparer.Ordinal);
        return Verdict.On(packages, id => id, id => !words.Contains(id) && (id.StartsWith("Microsoft.", StringComparison.Ordinal) || !words.Contains(id.Split('.')[0])));
    }

    private static IEnumerable<string> Packages() =>
        XDocument.Load(Path.Combine(root, "Directory.Packages.props")).Descendants("PackageVersion").Select(package => package.Attribute("Include")!.Value);

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;

    [GeneratedRegex(@"[A-Za-z0-9][A-Za-z0-9.\-]*", RegexOptions.None, 1000)]
    private static partial Regex Word();
}
