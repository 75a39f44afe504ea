using VideoPlatform.Application.Maintenance.Verify;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Tests.Maintenance;

public sealed class VerifyLibraryTests : LibraryUseCases
{
    private Task<Result<VerifyTotals>> Verify(bool deep = true, CancellationToken ct = default) => Send(new VerifyLibrary(deep, Listener), ct);

    [Fact]
    public async Task A_library_in_order_has_no_findings_however_often_it_is_asked()
    {
        await GivenStored();
        await GivenStored();

        for (var run = 0; run < 2; run++)
        {
            var totals = Ok(await Verify());

            Assert.Equal((2L, 8L, 10_000L, 0L), (totals.Records, totals.Files, totals.Bytes, totals.Findings));
        }

        Assert.Empty(Listener.Findings);
    }

    [Fact]
    public async Task Each_thing_that_is_wrong_is_found_and_named()
    {
        var (gone, longer, other, bare) = (await GivenStored(), await GivenStored(), await GivenStored(), await GivenStored());
        Library.Remove(PathOf(gone));
        Library.Put(PathOf(longer), [.. Content.Bytes, 0]);
        Library.Put(PathOf(other), Testing.Files.SampleVideo.Mp4(5000, seed: 2).Bytes);
        Library.Remove(PathOf(bare) + ".json");
        Library.Put("videos/stray.mp4", [1]);
        Library.Put($"videos/{bare.Id}_9.part", [1]);

        Ok(await Verify());

        Assert.Equal(
            new[]
            {
                (FindingKind.RecordWithoutFile, PathOf(gone)), (FindingKind.WrongSize, PathOf(longer)), (FindingKind.WrongSha256, PathOf(other)),
                (FindingKind.SidecarMissing, PathOf(bare) + ".json"), (FindingKind.FileWithoutRecord, "videos/stray.mp4"), (FindingKind.LeftoverPart, $"videos/{bare.Id}_9.part"),
            }.OrderBy(f => f.Item1),
            Listener.Findings.Select(f => (f.Kind, f.Path)).OrderBy(f => f.Kind));
    }

    [Fact]
    public async Task Without_deep_the_bytes_are_not_read()
    {
        var stored = await GivenStored();
        Library.Put(PathOf(stored), Testing.Files.SampleVideo.Mp4(5000, seed: 2).Bytes);

        Assert.Equal(0, Ok(await Verify(deep: false)).Findings);
        Assert.Equal(1, Ok(await Verify(deep: true)).Findings);
    }

    [Fact]
    public async Task A_record_that_cannot_be_read_is_a_finding()
    {
        var id = WorkspaceId.New(Now);
        Owners.Unreadable.Add(id.Value);

        Ok(await Verify());

        Assert.Equal((FindingKind.RecordUnreadable, id), Listener.Findings.Select(f => (f.Kind, f.Id!.Value)).Single());
    }

    [Fact]
    public async Task A_sidecar_that_cannot_be_read_is_a_finding_and_the_others_are_looked_at()
    {
        var (forbidden, bare) = (await GivenStored(), await GivenStored());
        Library.Forbidden = PathOf(forbidden) + ".json";
        Library.Remove(PathOf(bare) + ".json");

        Ok(await Verify());

        Assert.Equal(
            [(FindingKind.Unreadable, Library.Forbidden), (FindingKind.SidecarMissing, PathOf(bare) + ".json")],
            Listener.Findings.Select(f => (f.Kind, f.Path)).OrderBy(f => f.Kind));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_read_is_a_finding_and_the_others_are_looked_at()
    {
        var stored = await GivenStored();
        Library.Put("videos/stray.mp4", [1]);
        Library.Forbidden = "thumbnails";

        Ok(await Verify());

        Assert.Equal(
            [(FindingKind.FileWithoutRecord, "videos/stray.mp4"), (FindingKind.Unreadable, stored.Video!.File!.Thumbnail!.Value), (FindingKind.Unreadable, "thumbnails")],
            Listener.Findings.Select(f => (f.Kind, f.Path)).OrderBy(f => f.Kind));
    }

    [Fact]
    public async Task A_caller_who_leaves_is_told_that_not_everything_was_looked_at()
    {
        await GivenStored();

        Assert.True(Ok(await Verify(ct: StopAtFirst())).Interrupted);
    }
}
