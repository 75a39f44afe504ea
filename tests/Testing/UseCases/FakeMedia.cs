using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Testing.UseCases;

/// <summary>Reads what the test says of every file.</summary>
public sealed class FakeMediaReader : IMediaReader
{
    /// <summary>Null: it cannot be read.</summary>
    public MediaFacts? Facts { get; set; } = new(5.04, 1280, 720, "h264", FastStart: true);

    public int Reads { get; private set; }

    public Task<MediaFacts?> ReadAsync(StoredFile file, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        Reads++;
        return Task.FromResult(Facts);
    }
}

/// <summary>Names a poster after its video.</summary>
public sealed class FakePosterMaker : IPosterMaker
{
    public bool CanMake { get; set; } = true;

    public int Posters { get; private set; }

    public HashSet<StoragePath> Files { get; } = [];

    public Task<StoragePath?> MakeAsync(StoredFile file, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        if (!CanMake) return Task.FromResult<StoragePath?>(null);

        Posters++;
        var poster = FileNames.Poster(file.Path);
        Files.Add(poster);
        return Task.FromResult<StoragePath?>(poster);
    }

    public void Delete(StoragePath poster) => Files.Remove(poster);
}
