using System.Text;
using VideoPlatform.Api.Commands;
using VideoPlatform.Application.Maintenance.Import;
using VideoPlatform.Application.Maintenance.Migrate;
using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Api.Tests.Commands;

public sealed class ImportTests : LibraryTest
{
    [Fact]
    public async Task Bad_lines_are_told_by_their_number_and_existing_records_are_left_alone()
    {
        var link = new Uri("https://dashscope-result-bj.oss-accelerate.aliyuncs.com/x.mp4");
        await ImportAsync(Legacy(Id(1), "t", link));
        var before = await DocumentAsync(Id(1));

        var totals = await ImportAsync(
            Legacy(Id(1), "another", link), "", "not json", Legacy(Id(2), "t", link) + "\r", """{"_id":"a text","video":null}""",
            """{"_id":{"$oid":"695251e891fab49e9adb49a5"},"video":{"status":"dancing"}}""", Legacy(Id(3), "t", link) + " trailing", "{}", Legacy(Id(4), "t", link));

        Assert.Equal((2, 1), (totals.Imported, totals.Existing));
        Assert.Equal([3, 5, 6, 7, 8], totals.Bad.Select(bad => bad.Number));
        Assert.All(totals.Bad, bad => Assert.NotEmpty(bad.Reason));
        Assert.Equal(before, await DocumentAsync(Id(1)));
    }

    [Fact]
    public async Task A_line_that_no_database_can_hold_does_not_stop_the_rest()
    {
        string[] values = ["\"x\\ud83d\"", Nested(150), Nested(100_000)];

        var totals = await ImportAsync([.. values.Select((value, n) => $$$"""{"_id":{"$oid":"{{{Id(n)}}}"},"name":{{{value}}},"video":null}"""), Legacy(Id(9), "t", new Uri("https://example.org/x.mp4"))]);

        Assert.Equal(1, totals.Imported);
        Assert.Equal([1, 2, 3], totals.Bad.Select(bad => bad.Number));

        static string Nested(int levels) => $"{new string('[', levels)}{new string(']', levels)}";
    }

    [Fact]
    public async Task Canonical_and_relaxed_forms_say_the_same()
    {
        await ImportAsync(
            $$$"""{"_id":{"$oid":"{{{Id(1)}}}"},"n":{"$numberInt":"7"},"at":{"$date":{"$numberLong":"1767177366572"}},"video":null}""",
            $$$"""{"_id":{"$oid":"{{{Id(2)}}}"},"n":7,"at":{"$date":"2025-12-31T10:36:06.572Z"},"video":null}""");

        var (canonical, relaxed) = (await DocumentAsync(Id(1)), await DocumentAsync(Id(2)));

        Assert.Equal(canonical["n"], relaxed["n"]);
        Assert.Equal(canonical["at"], relaxed["at"]);
    }

    [Fact]
    public async Task A_request_that_the_earlier_system_left_open_is_never_sent_again()
    {
        await ImportAsync(
            $$$"""{"_id":{"$oid":"{{{Id(1)}}}"},"video":{"status":"pending","url":null,"error":null}}""",
            $$$"""{"_id":{"$oid":"{{{Id(2)}}}"},"video":{"status":"pending","task_id":"t","url":null,"error":null}}""");

        Assert.Equal(VideoStatus.Failed, (await FindAsync(Id(1)))!.Video!.Status);
        Assert.Equal(VideoStatus.Processing, (await FindAsync(Id(2)))!.Video!.Status);
        Assert.Equal(0, (await MigrateAsync()).Totals.Examined);
    }

    [Fact]
    public async Task Ten_thousand_records_are_taken_in_and_classified_without_a_request()
    {
        const int many = 10_000;
        var expired = new Uri("https://dashscope-result-bj.oss-accelerate.aliyuncs.com/x.mp4?Expires=1767000000&Signature=x");
        var totals = await ImportAsync([.. Enumerable.Range(0, many).Select(n => Legacy(Id(n), $"task-{n}", expired))]);

        var classified = await MigrateAsync(dryRun: true);

        Assert.Equal(many, totals.Imported);
        Assert.Equal((many, many), (classified.Totals.Examined, classified.Totals.Expired));
        Assert.Equal(classified.Records.Select(r => r.Id).Order(), classified.Records.Select(r => r.Id));
        Assert.All(classified.Records, r => Assert.Equal(MigrationOutcome.Expired, r.Outcome));
        Assert.Equal(0, Provider.Counters.Downloads);
    }

    [Fact]
    public async Task The_exit_code_says_that_lines_were_bad()
    {
        var file = Path.Combine(Path.GetDirectoryName(Root)!, "old.jsonl");
        await File.WriteAllTextAsync(file, Legacy(Id(1), "t", new Uri("https://example.org/x.mp4")) + "\nnot json\n", new UTF8Encoding(true), Ct);

        Assert.Equal(3, await CommandLine.RunAsync(["import", file, .. Configuration()]));
        await File.WriteAllTextAsync(file, Legacy(Id(2), "t", new Uri("https://example.org/x.mp4")), Ct);
        Assert.Equal(0, await CommandLine.RunAsync(["import", file, .. Configuration()]));
    }
}

public sealed class JsonLinesTests
{
    [Theory]
    [InlineData("a\nb", "1:a 2:b")]
    [InlineData("a\n\n \nb\n", "1:a 4:b")]
    [InlineData("", "")]
    [InlineData("1234567890\nb", "1:- 2:b")]
    [InlineData("a\n1234567890", "1:a 2:-")]
    public async Task Lines_come_with_their_numbers_and_one_that_is_too_long_is_not_held(string text, string expected)
    {
        var lines = new List<ImportLine>();
        await foreach (var line in JsonLines.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), maxLine: 9, TestContext.Current.CancellationToken)) lines.Add(line);

        Assert.Equal(expected, string.Join(' ', lines.Select(line => $"{line.Number}:{line.Text ?? "-"}")));
    }
}
