using VideoPlatform.Application.Maintenance.Library;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Maintenance.Verify;

/// <summary>Looks through the whole library, record by record, then file by file, in bounded memory.</summary>
internal sealed class LibraryInspector(IWorkspaceRepository workspaces, ILibraryFiles files, RecordInspector inspector, FileClaims claims, IRecordOwners owners)
{
    private const int Piece = 64;

    private readonly Lock gate = new();

    public long Records { get; private set; }

    public long Files { get; private set; }

    public long Bytes { get; private set; }

    public long Findings { get; private set; }

    public async Task InspectAsync(bool deep, IVerifyListener listener, CancellationToken ct)
    {
        var names = await InspectRecords(deep, listener, ct);
        listener.LookingAtFiles();
        await InspectFiles(names, listener, ct);
    }

    private async Task<NameSet> InspectRecords(bool deep, IVerifyListener listener, CancellationToken ct)
    {
        var names = new NameSet();
        var piece = new List<Workspace>(Piece);
        await foreach (var workspace in workspaces.ScanAsync(new ScanFilter(), ct))
        {
            foreach (var name in LibraryNames.Of(workspace)) names.Add(name);
            piece.Add(workspace);
            if (piece.Count == Piece) await Flush();
        }

        await Flush();
        foreach (var id in owners.Unreadable.Order(StringComparer.Ordinal))
            Tell(new Finding(FindingKind.RecordUnreadable, WorkspaceId.TryParse(id, out var readable) ? readable : null, "", null, $"record {id}"), listener);
        return names;

        async Task Flush()
        {
            var found = new IReadOnlyList<Finding>[piece.Count];
            await Parallel.ForAsync(0, piece.Count, ct, async (i, token) =>
            {
                found[i] = await ConfirmAsync(piece[i], deep, token);
                lock (gate) listener.Looked();
            });
            foreach (var finding in found.SelectMany(f => f)) Tell(finding, listener);
            foreach (var workspace in piece)
            {
                Records++;
                if (workspace.Video?.File is { } file) Bytes += file.Size ?? SizeOf(file);
            }

            piece.Clear();
        }
    }

    /// <summary>What is wrong with a record is wrong only if it is still the same record afterwards: a running service may have moved on.</summary>
    private async Task<IReadOnlyList<Finding>> ConfirmAsync(Workspace workspace, bool deep, CancellationToken ct)
    {
        while (true)
        {
            var found = await inspector.InspectAsync(workspace, deep, ct);
            if (found.Count == 0) return found;
            if (await workspaces.FindAsync(workspace.Id, ct) is not { } now) return [];
            if (now.Version == workspace.Version) return found;

            workspace = now;
        }
    }

    private async Task InspectFiles(NameSet names, IVerifyListener listener, CancellationToken ct)
    {
        List<(LibraryFile File, Finding Finding)> suspects = [];
        foreach (var file in files.Enumerate(unreadable: folder => Tell(new Finding(FindingKind.Unreadable, null, folder), listener)))
        {
            ct.ThrowIfCancellationRequested();
            Files++;
            listener.Looked();
            if (!names.Contains(file.Path) && await SuspectAsync(file, ct) is { } finding) suspects.Add((file, finding));
        }

        // A second look at each: what was just being replaced or tidied up is gone by now.
        foreach (var (file, finding) in suspects.OrderBy(suspect => suspect.File.Path, StringComparer.Ordinal))
            if (files.Find(file.Path) is not null && await SuspectAsync(file, ct) is not null) Tell(finding, listener);
    }

    private async Task<Finding?> SuspectAsync(LibraryFile file, CancellationToken ct) =>
        await claims.FindAsync(file, ct) is FileClaim.Free or FileClaim.Wanted
            ? new Finding(file.IsPart ? FindingKind.LeftoverPart : FindingKind.FileWithoutRecord, file.Owner, file.Path, null, $"{file.Size} bytes")
            : null;

    private long SizeOf(StoredFile file)
    {
        try
        {
            return files.Find(file.Path.Value)?.Size ?? 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)   // told as a finding
        {
            return 0;
        }
    }

    private void Tell(Finding finding, IVerifyListener listener)
    {
        Findings++;
        listener.Found(finding);
    }
}
