using System.Globalization;
using VideoPlatform.Application.Maintenance.Library;
using VideoPlatform.Infrastructure.Archive;

namespace VideoPlatform.Infrastructure.Maintenance;

internal sealed class Trash(StorageRoot root, TimeProvider clock) : ITrash
{
    private const string Folder = ".trash";
    private const string DayFormat = "yyyy-MM-dd";

    public string? Take(string path)
    {
        var from = root.Locate(path);
        var day = clock.GetUtcNow().ToString(DayFormat, CultureInfo.InvariantCulture);
        for (var copy = 0; ; copy++)
        {
            var trashed = $"{Folder}/{day}/{path}{(copy == 0 ? "" : $".{copy}")}";
            Directory.CreateDirectory(Path.GetDirectoryName(root.Locate(trashed))!);
            try
            {
                if (!DurableFile.TryMove(from, root.Locate(trashed))) continue;
            }
            catch (IOException) when (!File.Exists(from))
            {
                return null;
            }

            DurableFile.FlushFolder(Path.GetDirectoryName(root.Locate(trashed))!);
            DurableFile.FlushFolder(Path.GetDirectoryName(from)!);
            return trashed;
        }
    }

    public bool TryPutBack(string trashed, string path)
    {
        if (!DurableFile.TryMove(root.Locate(trashed), root.Locate(path))) return false;

        DurableFile.FlushFolder(Path.GetDirectoryName(root.Locate(path))!);
        return true;
    }

    public int Empty(DateOnly before)
    {
        var trash = new DirectoryInfo(root.Locate(Folder));
        if (!trash.Exists) return 0;

        var removed = 0;
        foreach (var day in trash.EnumerateDirectories())
        {
            // Other folders were put here by somebody else.
            if (!DateOnly.TryParseExact(day.Name, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) || date >= before) continue;

            removed += day.EnumerateFiles("*", SearchOption.AllDirectories).Count();
            day.Delete(recursive: true);
        }

        return removed;
    }
}
