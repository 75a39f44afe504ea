using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace VideoPlatform.Api.Tests.Docs;

public sealed partial class ErrorCodesTests
{
    private static readonly string root = Path.GetFullPath(Path.Combine(Here(), "..", "..", ".."));

    [Fact]
    public void Every_code_of_an_answer_is_documented_and_no_other()
    {
        var used = Codes(AnswerCode(), "Domain", "Application", "Infrastructure", "Api");

        Assert.Contains("unauthenticated", used);
        Assert.Equal(used.Order(StringComparer.Ordinal), Documented("## In HTTP answers").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_code_of_a_record_is_documented_and_no_other()
    {
        var used = Codes(RecordCode(), "Domain/Videos", "Application", "Infrastructure/Archive", "Infrastructure/Download", "Infrastructure/Qwen", "Infrastructure/Records/Documents")
            .Except(["storage_full"], StringComparer.Ordinal).ToList();

        Assert.Contains("submit_unknown", used);
        Assert.Equal(used.Order(StringComparer.Ordinal), Documented("## In a record").Order(StringComparer.Ordinal));
    }

    private static HashSet<string> Codes(Regex pattern, params string[] layers) =>
    [
        .. layers.SelectMany(layer => Directory.EnumerateFiles(Path.Combine(root, "src", layer), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .SelectMany(file => pattern.Matches(File.ReadAllText(file)))
            .Select(match => match.Groups["code"].Value),
    ];

    private static HashSet<string> Documented(string section)
    {
        var page = File.ReadAllText(Path.Combine(root, "docs", "errors.md"));
        var from = page.IndexOf(section, StringComparison.Ordinal);
        Assert.True(from >= 0, section);
        var to = page.IndexOf("\n## ", from + 1, StringComparison.Ordinal);
        var rows = (to < 0 ? page[from..] : page[from..to]).Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal));
        return [.. rows.SelectMany(row => Quoted().Matches(row.Split('|')[1])).Select(match => match.Groups["code"].Value)];
    }

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;

    [GeneratedRegex("""(?:ErrorKind\.\w+|ProblemMapping\.Of\([^,"]+),\s*"(?<code>[a-z_]+)"(?=[,)])""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AnswerCode();

    // A problem is built from two texts, or its code is a public constant of its own.
    [GeneratedRegex("""(?:\bnew Problem\(\s*|\bnew\(\s*|public const string \w+ = )"(?<code>[a-z]+_?[a-z_]*)"(?:,\s*(?!"video/)|;)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RecordCode();

    [GeneratedRegex("`(?<code>[a-z_]+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Quoted();
}
