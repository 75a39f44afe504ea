using System.Buffers;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Options;
using Serilog.Events;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Domain.Models;
using VideoPlatform.Infrastructure.Records;

namespace VideoPlatform.Api.Configuration;

/// <summary>The whole configuration, read and checked once when the process starts. Every rule about a value stands here.</summary>
internal sealed record Settings(
    QwenOptions Qwen, DownloadOptions Downloads, StorageOptions Storage, UploadOptions Uploads, WorkOptions Work, PersistenceOptions Persistence,
    AuthOptions Auth, SandboxSettings Sandbox)
{
    private static readonly (string Name, Type Options)[] sections =
    [
        (QwenOptions.Section, typeof(QwenOptions)), (DownloadOptions.Section, typeof(DownloadOptions)), (StorageOptions.Section, typeof(StorageOptions)), (UploadOptions.Section, typeof(UploadOptions)),
        (WorkOptions.Section, typeof(WorkOptions)), (PersistenceOptions.Section, typeof(PersistenceOptions)), (AuthOptions.Section, typeof(AuthOptions)), (SandboxSettings.Section, typeof(SandboxSettings)),
    ];

    private static readonly TimeSpan day = TimeSpan.FromDays(1);
    private static readonly SearchValues<char> notInDatabaseNames = SearchValues.Create(" ./\\$\"*<>:|?\0");

    /// <summary>Whether the built-in sandbox makes the videos.</summary>
    public bool UsesSandbox { get; private init; }

    /// <summary>Given keys of our sections that no setting has, and keys of settings in sections that nobody has: mistyped, most likely.</summary>
    public IReadOnlyList<string> Unknown { get; private init; } = [];

    /// <exception cref="ConfigurationException">A value is wrong; the message names the key, the problem and an example.</exception>
    public static Settings Read(IConfiguration configuration, bool isDevelopment)
    {
        var settings = new Settings(
            Bind<QwenOptions>(configuration, QwenOptions.Section),
            Bind<DownloadOptions>(configuration, DownloadOptions.Section),
            Bind<StorageOptions>(configuration, StorageOptions.Section),
            Bind<UploadOptions>(configuration, UploadOptions.Section),
            Bind<WorkOptions>(configuration, WorkOptions.Section),
            ReadPersistence(configuration),
            ReadAuth(configuration),
            Bind<SandboxSettings>(configuration, SandboxSettings.Section));

        settings.Downloads.AllowedHosts = ReadList(configuration, "Downloads:AllowedHosts") is { Count: > 0 } hosts ? hosts : ["*.aliyuncs.com"];
        if (string.IsNullOrWhiteSpace(settings.Qwen.ApiKey)) settings.Qwen.ApiKey = Blank(configuration["DASHSCOPE_API_KEY"]);
        settings.Qwen.BaseUrl = settings.Qwen.BaseUrl.TrimEnd('/');
        Must(configuration["Urls"] is null || Blank(configuration["Urls"]) is not null, "Urls", "is empty", "http://localhost:3000");
        foreach (var url in (configuration["Urls"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            Must(CanListenAt(url), "Urls", $"holds '{url}', which is no http or https address to listen at", "http://localhost:3000");
        foreach (var (key, level) in configuration.GetSection("Serilog:MinimumLevel").AsEnumerable())
            Must(level is null || key.EndsWith(":ControlledBy", StringComparison.Ordinal) || Enum.TryParse<LogEventLevel>(level, ignoreCase: true, out _), key, $"is no level: '{level}'", "Warning");
        settings.Check();
        return settings with
        {
            UsesSandbox = settings.Qwen.Sandbox ?? (settings.Qwen.ApiKey is null && isDevelopment),
            Unknown = [.. sections.SelectMany(section => UnknownIn(configuration.GetSection(section.Name), section.Options)), .. InOtherSections(configuration)],
        };
    }

    /// <summary>The service needs a provider that it can order from.</summary>
    public void RequireProvider()
    {
        if (!UsesSandbox && Qwen.ApiKey is null)
            throw Wrong("Qwen:ApiKey", "is missing, and the sandbox is used by itself in Development only", "DASHSCOPE_API_KEY=sk-…, or Qwen__Sandbox=true to try without a key");
    }

    public void Register(IServiceCollection services)
    {
        services.AddSingleton(Options.Create(Qwen));
        services.AddSingleton(Options.Create(Downloads));
        services.AddSingleton(Options.Create(Storage));
        services.AddSingleton(Options.Create(Uploads));
        services.AddSingleton(Options.Create(Work));
        services.AddSingleton(Options.Create(Persistence));
        services.AddSingleton(Options.Create(Auth));
    }

    private void Check()
    {
        Must(Uri.TryCreate(Qwen.BaseUrl, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Query.Length == 0 && url.Fragment.Length == 0 && url.UserInfo.Length == 0,
            "Qwen:BaseUrl", "must be an absolute http or https address without query, fragment and user", "https://dashscope.aliyuncs.com/api/v1");
        Must(Qwen.ApiKey is null || Qwen.ApiKey.All(c => c is > ' ' and <= '~'), "Qwen:ApiKey", "has characters that no key has", "sk-…");
        Must(Qwen.WorkspaceId is null || Qwen.WorkspaceId.All(c => c is > ' ' and <= '~'), "Qwen:WorkspaceId", "has characters that no id has", "ws-1a2b3c");
        Must(ModelCatalogue.Find(Qwen.Model) is not null, "Qwen:Model", "is not in the catalogue", "wan2.6-i2v-flash");
        Must(Qwen.MaxInFlight is >= 1 and <= 1000, "Qwen:MaxInFlight", "must be from 1 to 1000", "5");
        Must(Qwen.SubmitsPerSecond is > 0 and <= 1000, "Qwen:SubmitsPerSecond", "must be above 0 and at most 1000", "5");
        Must(Qwen.QueriesPerSecond is > 0 and <= 1000, "Qwen:QueriesPerSecond", "must be above 0 and at most 1000", "20");
        Between(Qwen.PollInterval, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1), "Qwen:PollInterval", "00:00:15");
        Between(Qwen.RequestTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10), "Qwen:RequestTimeout", "00:01:00");
        Between(Qwen.SettleAfter, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1), "Qwen:SettleAfter", "00:00:30");

        Must(Downloads.MaxConcurrent is >= 1 and <= 256, "Downloads:MaxConcurrent", "must be from 1 to 256", "4");
        Must(Downloads.MaxBytes >= 1, "Downloads:MaxBytes", "must be at least 1 byte", "2147483648");
        Between(Downloads.StallTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1), "Downloads:StallTimeout", "00:00:30");
        Between(Downloads.RetryDelay, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1), "Downloads:RetryDelay", "00:00:01");
        Between(Downloads.MaxRetryDelay, Downloads.RetryDelay, day, "Downloads:MaxRetryDelay", "00:05:00");
        foreach (var host in Downloads.AllowedHosts)
            Must(Uri.CheckHostName(host.StartsWith("*.", StringComparison.Ordinal) ? host[2..] : host.Trim('[', ']')) != UriHostNameType.Unknown,
                "Downloads:AllowedHosts", $"holds '{host}', which is neither a host name nor '*.' before one", "*.aliyuncs.com");

        Must(!string.IsNullOrWhiteSpace(Storage.Root), "Storage:Root", "must name a folder", "uploads");
        Must(Storage.MinFreeBytes >= 0, "Storage:MinFreeBytes", "must not be negative", "1073741824");
        Must(Uploads.MaxBytes is >= 1 and <= 1_073_741_824, "Uploads:MaxBytes", "must be from 1 to 1073741824 bytes", "20971520");
        Between(Work.LeaseDuration, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1), "Work:LeaseDuration", "00:01:00");

        Must(Persistence.Provider is "Sqlite" or "MongoDb", "Persistence:Provider", "must be Sqlite or MongoDb", "Sqlite");
        Must(Persistence.Provider is not "Sqlite" || !string.IsNullOrWhiteSpace(Persistence.Sqlite.Path), "Persistence:Sqlite:Path", "must name a file", "data/videoplatform.db");
        Must(Persistence.Provider is not "MongoDb" || !string.IsNullOrWhiteSpace(Persistence.MongoDb.ConnectionString),
            "Persistence:MongoDb:ConnectionString", "is required for MongoDb", "mongodb://localhost:27017");
        Must(Persistence.MongoDb.Database.Length < 64 && !Persistence.MongoDb.Database.AsSpan().ContainsAny(notInDatabaseNames),
            "Persistence:MongoDb:Database", "is no name for a database", "videoplatform");
        Must(!Persistence.MongoDb.Collection.AsSpan().ContainsAny("$\0") && !Persistence.MongoDb.Collection.StartsWith("system.", StringComparison.Ordinal),
            "Persistence:MongoDb:Collection", "is no name for a collection", "workspaces");

        for (var n = 0; n < Auth.ApiKeys.Count; n++)
        {
            var key = Auth.ApiKeys[n];
            Must(!string.IsNullOrWhiteSpace(key.Name), $"Auth:ApiKeys:{n}:Name", "is missing", "frontend");
            Must(key.Sha256.Length == 64 && key.Sha256.All(char.IsAsciiHexDigit), $"Auth:ApiKeys:{n}:Sha256", "must be 64 hex digits", "the output of: printf %s KEY | sha256sum");
            Must(key.Role is "reader" or "editor" or "admin", $"Auth:ApiKeys:{n}:Role", "must be reader, editor or admin", "editor");
            Must(!Auth.ApiKeys.Take(n).Any(other => other.Sha256.Equals(key.Sha256, StringComparison.OrdinalIgnoreCase)),
                $"Auth:ApiKeys:{n}:Sha256", "is the same key as another one's", "the output of: printf %s KEY | sha256sum");
        }

        Must(!string.IsNullOrWhiteSpace(Sandbox.Path), "Sandbox:Path", "must name a folder", "data/sandbox");
        Between(Sandbox.PendingFor, TimeSpan.Zero, day, "Sandbox:PendingFor", "00:00:01");
        Between(Sandbox.RunningFor, TimeSpan.Zero, day, "Sandbox:RunningFor", "00:00:03");
        Between(Sandbox.LinkLifetime, TimeSpan.FromSeconds(1), TimeSpan.FromDays(7), "Sandbox:LinkLifetime", "24:00:00 is written 1.00:00:00");
    }

    private static PersistenceOptions ReadPersistence(IConfiguration configuration)
    {
        var options = Bind<PersistenceOptions>(configuration, PersistenceOptions.Section);
        Fill(options.Sqlite, configuration, PersistenceOptions.Section + ":Sqlite");
        Fill(options.MongoDb, configuration, PersistenceOptions.Section + ":MongoDb");
        return options;
    }

    private static AuthOptions ReadAuth(IConfiguration configuration)
    {
        if (Blank(configuration["Auth:ApiKeys"]) is not null) throw Wrong("Auth:ApiKeys", "is a list, so its items are set one by one", "Auth:ApiKeys:0:Role=editor");
        return new AuthOptions { ApiKeys = [.. configuration.GetSection("Auth:ApiKeys").GetChildren().Select(key => Bind<ApiKeyOptions>(configuration, key.Path))] };
    }

    private static bool CanListenAt(string url)
    {
        try
        {
            var address = BindingAddress.Parse(url);
            return address.Scheme is "http" or "https" && address.PathBase.Length == 0 && (address.IsUnixPipe || address.Port is >= 0 and <= 65535);
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static List<string> ReadList(IConfiguration configuration, string key) =>
        [.. configuration.GetSection(key).GetChildren().Select(c => c.Value).OfType<string>().Where(v => v.Length > 0)];

    private static T Bind<T>(IConfiguration configuration, string section)
        where T : new()
    {
        var options = new T();
        Fill(options, configuration, section);
        return options;
    }

    /// <summary>Sets the plain members one by one, so that a value of the wrong form is named by its key.</summary>
    private static void Fill<T>(T options, IConfiguration configuration, string section)
    {
        foreach (var property in options!.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var key = $"{section}:{property.Name}";
            if (!property.CanWrite || configuration[key] is not { } given) continue;

            var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            var example = ExampleOf(type, property.GetValue(options));
            if (Blank(given) is not { } text)
            {
                if (property.GetValue(options) is null or "") continue;   // where nothing stands by itself, an empty text says the same
                throw Wrong(key, "is empty", example);
            }

            object? value = type switch
            {
                _ when type == typeof(string) => text,
                _ when type == typeof(int) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var i) ? i : null,
                _ when type == typeof(long) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var l) ? l : null,
                _ when type == typeof(double) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var d) && double.IsFinite(d) ? d : null,
                _ when type == typeof(bool) => bool.TryParse(text, out var b) ? b : null,
                _ when type == typeof(TimeSpan) => text.Count(c => c is ':') == 2 && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var t) ? t : null,
                _ when type.IsAssignableTo(typeof(System.Collections.IEnumerable)) => throw Wrong(key, "is a list, so its items are set one by one", $"{key}:0=*.aliyuncs.com"),
                _ => throw Wrong(key, "cannot be set", "leave it out"),
            };
            if (value is null) throw Wrong(key, $"cannot be read as {NameOf(type)}: '{text}'", example);
            property.SetValue(options, value);
        }
    }

    private static IEnumerable<string> UnknownIn(IConfigurationSection section, Type options)
    {
        foreach (var given in section.GetChildren())
        {
            var deeper = PropertyOf(options, given.Key) switch
            {
                not { CanWrite: true } => [given.Path],
                { PropertyType: var type } when IsOptions(type) => UnknownIn(given, type),
                { PropertyType.GenericTypeArguments: [var item] } when IsOptions(item) => given.GetChildren().SelectMany(one => UnknownIn(one, item)),
                _ => [],
            };
            foreach (var key in deeper) yield return key;
        }
    }

    // The environment has sections of other programs too; only a key that we have somewhere else was meant for us.
    private static IEnumerable<string> InOtherSections(IConfiguration configuration) =>
        from section in configuration.GetChildren()
        where !sections.Any(own => own.Name.Equals(section.Key, StringComparison.OrdinalIgnoreCase))
        from given in section.GetChildren()
        where sections.Any(own => PropertyOf(own.Options, given.Key) is { CanWrite: true })
        select given.Path;

    private static PropertyInfo? PropertyOf(Type options, string key) => options.GetProperty(key, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase);

    private static bool IsOptions(Type type) => sections.Any(section => section.Options.Assembly == type.Assembly);

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static string NameOf(Type type) =>
        type == typeof(TimeSpan) ? "a duration" : type == typeof(bool) ? "true or false" : type == typeof(double) ? "a number" : "a whole number";

    private static string ExampleOf(Type type, object? standard) =>
        type == typeof(bool) ? "true" : standard is null ? "leave it out" : Convert.ToString(standard, CultureInfo.InvariantCulture)!;

    private static void Between(TimeSpan value, TimeSpan least, TimeSpan most, string key, string example) =>
        Must(value >= least && value <= most, key, $"must be from {least} to {most}", example);

    private static void Must(bool holds, string key, string problem, string example)
    {
        if (!holds) throw Wrong(key, problem, example);
    }

    private static ConfigurationException Wrong(string key, string problem, string example) =>
        new($"Configuration error: {key} {problem}. Example: {example}");
}
