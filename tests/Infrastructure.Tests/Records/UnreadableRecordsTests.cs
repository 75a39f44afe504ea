using Microsoft.Extensions.Time.Testing;
using VideoPlatform.Infrastructure.Records;
using VideoPlatform.Infrastructure.Records.Documents;
using VideoPlatform.Testing.Records;
using VideoPlatform.Testing.UseCases;

namespace VideoPlatform.Infrastructure.Tests.Records;

/// <summary>Which records are passed by, and for how long.</summary>
public sealed class UnreadableRecordsTests : IDisposable
{
    private const string Id = "695251e891fab49e9adb49a5";

    private readonly FakeTimeProvider clock = new(SampleWorkspaces.Start);
    private readonly RecordedLog log = new();
    private readonly UnreadableRecords records;

    public UnreadableRecordsTests() => records = new UnreadableRecords(clock, log);

    public void Dispose() => log.Dispose();

    [Fact]
    public void What_cannot_be_read_rests_for_a_while_and_is_told_once_for_each_flaw()
    {
        Assert.Null(records.TryRead(Id, () => Fails("a")));
        Assert.Equal([Id], records.Resting);

        clock.Advance(UnreadableRecords.Rest);
        Assert.Empty(records.Resting);
        Assert.Equal([Id], records.Ids);

        Assert.Null(records.TryRead(Id, () => Fails("a")));
        Assert.Equal([Id], records.Resting);
        Assert.Single(log.Lines);

        Assert.Null(records.TryRead(Id, () => Fails("b")));
        Assert.Equal(2, log.Lines.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_can_be_read_again_is_passed_by_no_more(bool amongMany)
    {
        records.TryRead(Id, () => Fails("a"));

        _ = amongMany ? records.TryRead(Id, Reads) : records.Read(Id, Reads);

        Assert.Empty(records.Resting);
        Assert.Empty(records.Ids);
    }

    private WorkspaceDocument Reads() => WorkspaceDocument.New(SampleWorkspaces.Processing(), clock.GetUtcNow());

    private static WorkspaceDocument Fails(string flaw) => throw new UnreadableRecordException(flaw);
}
