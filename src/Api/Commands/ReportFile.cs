using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using VideoPlatform.Api.Configuration;

namespace VideoPlatform.Api.Commands;

/// <summary>The JSON report of a command: written beside its place and moved over it when it is whole.</summary>
internal sealed class ReportFile : IAsyncDisposable
{
    private readonly string path;
    private readonly FileStream part;

    private ReportFile(string path, FileStream part) => (this.path, this.part) = (path, part);

    /// <summary>Opened before the work begins, so that work is not done for a report that cannot be written.</summary>
    /// <exception cref="ConfigurationException">The place cannot be written.</exception>
    public static ReportFile? Open(FileInfo? file)
    {
        if (file is null) return null;
        try
        {
            if (Directory.Exists(file.FullName)) throw new IOException("it is a folder");
            return new ReportFile(file.FullName, new FileStream(file.FullName + ".part", FileMode.Create, FileAccess.Write, FileShare.None));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"--report {file.Name} cannot be written: {e.Message}");
        }
    }

    public async Task WriteAsync(Action<Utf8JsonWriter> write)
    {
        await using (var json = new Utf8JsonWriter(part, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping })) write(json);
        part.Flush(flushToDisk: true);
        await part.DisposeAsync();
        File.Move(part.Name, path, overwrite: true);
    }

    public async ValueTask DisposeAsync()
    {
        await part.DisposeAsync();
        File.Delete(part.Name);
    }
}

internal static class ReportWriting
{
    public static string Rfc3339(this DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static void Text(this Utf8JsonWriter json, string name, string? text)
    {
        if (text is null) json.WriteNull(name);
        else json.WriteString(name, text);
    }

    public static void Number(this Utf8JsonWriter json, string name, long? number)
    {
        if (number is { } value) json.WriteNumber(name, value);
        else json.WriteNull(name);
    }

    /// <summary>A number of bytes for people.</summary>
    public static string Bytes(long bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        double value = bytes;
        var unit = 0;
        for (; value >= 1024 && unit < units.Length - 1; unit++) value /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {units[unit]}");
    }

    public static string Duration(TimeSpan time) => time.TotalSeconds < 60
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s")
        : time.ToString(@"d\.hh\:mm\:ss", CultureInfo.InvariantCulture).TrimStart('0', '.');
}
