using MongoDB.Bson;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Infrastructure.Records;
using VideoPlatform.Infrastructure.Records.Documents;
using VideoPlatform.Testing.Records;

namespace VideoPlatform.Infrastructure.Tests.Records;

/// <summary>The mapping alone: exports, damaged bytes, and updates by single members.</summary>
public sealed class WorkspaceDocumentTests
{
    [Theory]
    [InlineData("""{"_id":{"$oid":"695251e891fab49e9adb49a5"},"video":{"status":"completed","url":"/uploads/videos/a.mp4","size":{"$numberLong":"9"},"archived_at":{"$date":{"$numberLong":"1767177366572"}}}}""")]
    [InlineData("""{"_id":{"$oid":"695251e891fab49e9adb49a5"},"video":{"status":"completed","url":"/uploads/videos/a.mp4","size":9,"archived_at":{"$date":"2025-12-31T10:36:06.572Z"}}}""")]
    public void An_exported_line_is_read_in_either_form(string line)
    {
        var file = WorkspaceDocument.FromExtendedJson(line).Workspace.Video!.File!;

        Assert.Equal(("videos/a.mp4", 9, DateTimeOffset.FromUnixTimeMilliseconds(1767177366572)), (file.Path.Value, file.Size, file.ArchivedAt));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"_id":{"$oid":"695251e891fab49e9adb49a5"}} {}""")]
    [InlineData("""{"_id":{"$oid":"nonsense"}}""")]
    [InlineData("""{"_id":"695251e891fab49e9adb49a5"}""")]
    [InlineData("""{"_id":{"$oid":"695251e891fab49e9adb49a5"},"a":1,"a":2}""")]
    public void A_bad_line_is_unreadable_and_nothing_worse(string line) =>
        Assert.Throws<UnreadableRecordException>(() => WorkspaceDocument.FromExtendedJson(line));

    [Theory]
    [InlineData("\"a\\ud83d\"")]
    [InlineData("{\"a\\udc00\":1}")]
    public void Half_a_character_is_unreadable_and_nothing_worse(string value) =>
        Assert.Throws<UnreadableRecordException>(() => WorkspaceDocument.FromExtendedJson(Line(value)));

    // The hundred levels of a document are MongoDB's limit; a hundred thousand would be more than the stack holds.
    [Theory]
    [InlineData(100)]
    [InlineData(150)]
    [InlineData(100_000)]
    public void A_line_that_goes_too_deep_is_unreadable_and_nothing_worse(int levels) =>
        Assert.Throws<UnreadableRecordException>(() => WorkspaceDocument.FromExtendedJson(Line($"{new string('[', levels)}{new string(']', levels)}")));

    [Theory]
    [InlineData("1")]
    [InlineData("{\"$date\":{\"$numberLong\":\"1767177366572\"}}")]
    public void A_line_may_go_as_deep_as_a_document(string innermost)
    {
        var document = WorkspaceDocument.FromExtendedJson(Line($"{new string('[', 99)}{innermost}{new string(']', 99)}"));

        Assert.Equal(document.Bson, WorkspaceDocument.From(document.ToBytes()).Bson);
    }

    private static string Line(string value) => $$"""{"_id":{"$oid":"695251e891fab49e9adb49a5"},"x":{{value}}}""";

    [Fact]
    public void Damaged_bytes_are_unreadable_and_nothing_worse()
    {
        var bytes = WorkspaceDocument.New(SampleWorkspaces.Unsettled(), SampleWorkspaces.Start).ToBytes();
        var random = new Random(1);

        for (var round = 0; round < 5000; round++)
        {
            var damaged = bytes.ToArray();
            for (var i = 0; i < 3; i++) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            if (round % 5 == 0) damaged = damaged[..random.Next(damaged.Length)];
            var failure = Record.Exception(() => WorkspaceDocument.From(damaged));
            if (failure is not null) Assert.IsType<UnreadableRecordException>(failure);
        }
    }

    [Fact]
    public void Times_beyond_the_calendar_are_none()
    {
        var document = WorkspaceDocument.New(SampleWorkspaces.Processing(), SampleWorkspaces.Start).Bson.DeepClone().AsBsonDocument;
        document["video"]["submitted_at"] = new BsonDateTime(long.MaxValue);

        Assert.Null(WorkspaceDocument.From(document).Workspace.Video!.SubmittedAt);
    }

    [Fact]
    public void A_write_names_single_members_and_takes_away_what_is_over()
    {
        var before = WorkspaceDocument.New(SampleWorkspaces.Processing(task: "t-1"), SampleWorkspaces.Start);
        var changed = SampleWorkspaces.Ok(before.Workspace.Change(v => v.TaskFailed(new Problem("code", "text"), null, SampleWorkspaces.Start), SampleWorkspaces.Start));

        var update = DocumentDifference.Between(before.Bson, before.With(changed.Stored(), SampleWorkspaces.Start).Bson);

        Assert.Equal(["video.error", "video.error_code", "video.finished_at", "video.history", "video.status", "version"], update["$set"].AsBsonDocument.Names.OrderBy(n => n == "version").ThenBy(n => n, StringComparer.Ordinal));
        Assert.Equal(["video.due_at", "video.lane", "video.silences"], update["$unset"].AsBsonDocument.Names.Order(StringComparer.Ordinal));
    }
}
