using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Configuration;
using VideoPlatform.Api.Configuration;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Infrastructure.Records;

namespace VideoPlatform.Api.Tests.Docs;

/// <summary><c>docs/configuration.md</c> names every key with its default, and no other.</summary>
public sealed class ConfigurationDocumentTests
{
    private const string Nothing = "–";

    private static readonly IConfiguration shipped =
        new ConfigurationBuilder().AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json")).Build();

    [Fact]
    public void Every_key_is_documented_with_its_default_and_no_other()
    {
        var settings = Settings.Read(shipped, isDevelopment: true);

        var keys = new Dictionary<string, string>(StringComparer.Ordinal) { ["Urls"] = shipped["Urls"]! };
        Collect(keys, QwenOptions.Section, settings.Qwen);
        Collect(keys, DownloadOptions.Section, settings.Downloads);
        Collect(keys, StorageOptions.Section, settings.Storage);
        Collect(keys, UploadOptions.Section, settings.Uploads);
        Collect(keys, WorkOptions.Section, settings.Work);
        Collect(keys, PersistenceOptions.Section, settings.Persistence);
        Collect(keys, AuthOptions.Section, settings.Auth);
        Collect(keys, AuthOptions.Section + ":ApiKeys:0", new ApiKeyOptions());
        Collect(keys, SandboxSettings.Section, settings.Sandbox);

        Assert.Equal(keys.OrderBy(k => k.Key, StringComparer.Ordinal), Documented().OrderBy(k => k.Key, StringComparer.Ordinal));
    }

    private static void Collect(Dictionary<string, string> keys, string section, object options)
    {
        foreach (var property in options.GetType().GetProperties().Where(p => p.CanWrite && p.Name != nameof(DownloadOptions.SandboxOrigin)))
        {
            var key = $"{section}:{property.Name}";
            var value = property.GetValue(options);
            if (value is SqliteOptions or MongoDbOptions) Collect(keys, key, value);
            else keys[key] = Text(value);
        }
    }

    private static string Text(object? value) => value switch
    {
        null or "" => Nothing,
        bool flag => flag ? "true" : "false",
        string text => text,
        IEnumerable items => string.Join(' ', items.Cast<object>()) is { Length: > 0 } text ? text : Nothing,
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static Dictionary<string, string> Documented() =>
        File.ReadLines(Path.GetFullPath(Path.Combine(Here(), "..", "..", "..", "docs", "configuration.md")))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('|'))
            .ToDictionary(cells => cells[1].Trim(' ', '`'), cells => cells[2].Trim(' ', '`'), StringComparer.Ordinal);

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
