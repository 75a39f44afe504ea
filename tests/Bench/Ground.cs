using VideoPlatform.Bench.Equipment;

namespace VideoPlatform.Bench;

/// <summary>What all rows share: a folder on the disk of the working directory, the built service, and the large library once it is made.</summary>
internal sealed class Ground : IAsyncDisposable
{
    private readonly bool keeps = Environment.GetEnvironmentVariable("BENCH_KEEP") is "1";
    private int folders;

    private Ground(string folder, string service) => (Folder, Service) = (folder, service);

    public string Folder { get; }

    /// <summary>The built service, to be run by <see cref="Dotnet"/>.</summary>
    public string Service { get; }

    public static string Dotnet => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? Environment.ProcessPath ?? "dotnet";

    public static TimeProvider Clock => TimeProvider.System;

    public static Ground Create()
    {
        var folder = Path.GetFullPath("artifacts/bench");
        Directory.CreateDirectory(folder);
        // BENCH_SERVICE: another build, to compare before and after.
        var service = Path.GetFullPath(Environment.GetEnvironmentVariable("BENCH_SERVICE") ?? "src/Api/bin/Release/net10.0/VideoPlatform.Api.dll");
        if (!File.Exists(service)) throw new FileNotFoundException("Build the service first: build/bench.sh does.", service);
        return new Ground(folder, service);
    }

    /// <summary>A new empty folder for one service or one round.</summary>
    public string NewFolder(string name)
    {
        var folder = Path.Combine(Folder, $"{name}-{++folders}");
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        return folder;
    }

    /// <summary>A library of so many completed videos: made once a run, and kept for the next one when BENCH_KEEP=1.</summary>
    public async Task<string> LibraryAsync(int count, CancellationToken ct)
    {
        var folder = Path.Combine(Folder, $"library-{count}-{Library.Stamp}");
        if (File.Exists(Path.Combine(folder, "made"))) return folder;

        Say($"making {count} records …");
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        using (var library = await Library.OpenAsync(folder, ct)) library.AddInBulk(Enumerable.Range(0, count).Select(Library.Completed), ct);
        await File.WriteAllTextAsync(Path.Combine(folder, "made"), "", ct);
        return folder;
    }

    public void Say(string text) => Console.Error.WriteLine($"{Clock.GetUtcNow():HH:mm:ss} {text}");

    public ValueTask DisposeAsync()
    {
        foreach (var folder in Directory.EnumerateDirectories(Folder).Where(folder => !keeps || !Path.GetFileName(folder).StartsWith("library-", StringComparison.Ordinal)))
            Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
