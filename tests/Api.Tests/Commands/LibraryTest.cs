using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MongoDB.Bson;
using MongoDB.Bson.Serialization;
using VideoPlatform.Api.Commands;
using VideoPlatform.Application.Maintenance.Import;
using VideoPlatform.Application.Maintenance.Migrate;
using VideoPlatform.Application.Maintenance.Verify;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Sandbox;
using VideoPlatform.Testing.Files;

namespace VideoPlatform.Api.Tests.Commands;

/// <summary>
/// A library of its own on disk, in SQLite, and a provider whose clock the test moves: the commands run as they do from the command line,
/// with the real adapters.
/// </summary>
public abstract class LibraryTest : IAsyncLifetime
{
    protected const int VideoLength = 50_000;

    // Made by the first who needs it: a test that is skipped leaves none behind.
    private readonly Lazy<DirectoryInfo> folder = new(() => Directory.CreateTempSubdirectory("videoplatform-library-"));
    private SandboxProvider? sandbox;

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>The provider's; it begins three days ago, so that links of then are dead now.</summary>
    protected FakeTimeProvider ProviderClock { get; } = new(TimeProvider.System.GetUtcNow().AddDays(-3));

    protected SandboxProvider Provider => sandbox ?? throw new InvalidOperationException("The provider is not running.");

    protected string Root => Path.Combine(folder.Value.FullName, "uploads");

    protected string Videos => Path.Combine(Root, "videos");

    protected string Database => Path.Combine(folder.Value.FullName, "data", "records.db");

    protected static byte[] Content(string taskId) => SampleVideo.Mp4(VideoLength, taskId.GetHashCode(StringComparison.Ordinal)).Bytes;

    public virtual async ValueTask InitializeAsync() => sandbox = await SandboxProvider.StartAsync(
        new SandboxOptions
        {
            Folder = Path.Combine(folder.Value.FullName, "provider"),
            TimeProvider = ProviderClock,
            PendingFor = TimeSpan.Zero,
            RunningFor = TimeSpan.FromSeconds(1),
            TaskRecordLifetime = TimeSpan.FromHours(24),
            Video = new SandboxVideo.Made(id => Content(id)),
        },
        NullLoggerFactory.Instance, Ct);

    public virtual async ValueTask DisposeAsync()
    {
        if (sandbox is not null) await sandbox.DisposeAsync();
        if (folder.IsValueCreated) folder.Value.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>The provider's time is now; what it made before is as old as that.</summary>
    protected void ComeToNow() => ProviderClock.SetUtcNow(TimeProvider.System.GetUtcNow());

    /// <summary>A finished task and its link.</summary>
    protected async Task<(string Task, Uri Link)> MadeAsync()
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", "sk-test");
        using var submit = new HttpRequestMessage(HttpMethod.Post, $"{Provider.BaseUrl}/services/aigc/video-generation/video-synthesis");
        submit.Headers.Add("X-DashScope-Async", "enable");
        submit.Content = JsonContent.Create(new JsonObject
        {
            ["model"] = "wan2.6-i2v-flash",
            ["input"] = new JsonObject { ["prompt"] = "the boat drifts away", ["img_url"] = Picture },
            ["parameters"] = new JsonObject { ["resolution"] = "720P", ["duration"] = 5 },
        });
        using var accepted = await http.SendAsync(submit, Ct);
        var task = (await accepted.Content.ReadFromJsonAsync<JsonNode>(Ct))!["output"]!["task_id"]!.GetValue<string>();
        ProviderClock.Advance(TimeSpan.FromSeconds(2));
        var answer = await http.GetFromJsonAsync<JsonNode>($"{Provider.BaseUrl}/tasks/{task}", Ct);
        return (task, new Uri(answer!["output"]!["video_url"]!.GetValue<string>()));
    }

    /// <summary>Where the records lie.</summary>
    protected virtual string[] Records => [$"--Persistence:Sqlite:Path={Database}"];

    protected string[] Configuration(params string[] more) =>
    [
        "--environment=Production",
        $"--Storage:Root={Root}",
        .. Records,
        $"--Qwen:BaseUrl={Provider.BaseUrl}",
        "--Qwen:ApiKey=sk-test",
        "--Qwen:PollInterval=00:00:00.050",
        "--Downloads:AllowedHosts:0=127.0.0.1",
        "--Downloads:AllowHttp=true",
        "--Downloads:AllowPrivateAddresses=true",
        "--Downloads:RetryDelay=00:00:00.001",
        "--Downloads:MaxRetryDelay=00:00:00.010",
        "--Serilog:MinimumLevel:Default=Fatal",
        .. more,
    ];

    private protected Task<CommandHost> OpenAsync(Needs needs = Needs.WritableStorage) => CommandHost.OpenAsync(Configuration(), needs, Ct);

    protected async Task<ImportTotals> ImportAsync(params string[] lines)
    {
        await using var host = await OpenAsync(Needs.Records);
        return Ok(await host.SendAsync(new ImportRecords(JsonLines.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', lines))), JsonLines.MaxLine, Ct), new Progress<ImportTotals>()), Ct));
    }

    protected async Task<Migration> MigrateAsync(bool dryRun = false, int? limit = null, Action<MigratedRecord>? done = null, CancellationToken? stop = null)
    {
        await using var host = await OpenAsync(dryRun ? Needs.Storage : Needs.WritableStorage);
        var listener = new Lines(done);
        return new Migration(Ok(await host.SendAsync(new MigrateVideos(dryRun, limit, 4, listener), stop ?? Ct)), listener.Records);
    }

    protected async Task<IReadOnlyList<Finding>> VerifyAsync(bool deep = true)
    {
        await using var host = await OpenAsync(Needs.Storage);
        var found = new Findings();
        Ok(await host.SendAsync(new VerifyLibrary(deep, found), Ct));
        return found.Found;
    }

    protected async Task<Workspace?> FindAsync(string id)
    {
        await using var host = await OpenAsync(Needs.Records);
        return await host.Services.GetRequiredService<IWorkspaceRepository>().FindAsync(WorkspaceId.Parse(id), Ct);
    }

    /// <summary>The document as it lies in the database.</summary>
    protected virtual async Task<BsonDocument> DocumentAsync(string id)
    {
        await using var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        await connection.OpenAsync(Ct);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT doc FROM workspaces WHERE id = $id";
        command.Parameters.AddWithValue("$id", Convert.FromHexString(id));
        return BsonSerializer.Deserialize<BsonDocument>((byte[])(await command.ExecuteScalarAsync(Ct))!);
    }

    /// <summary>A record as the earlier system left it.</summary>
    /// <param name="beside">Foreign members beside <c>video</c>, each with a comma behind it.</param>
    /// <param name="inside">Foreign members inside it, each with a comma before it.</param>
    protected static string Legacy(string id, string task, Uri url, string beside = "", string inside = "") =>
        $"{{\"_id\":{{\"$oid\":\"{id}\"}},{beside}\"video\":{{\"status\":\"completed\",\"task_id\":\"{task}\",\"url\":\"{url}\",\"error\":null{inside}}}}}";

    protected static string Id(int n) => $"695251e891fab49e9ad{n:x5}";

    protected static T Ok<T>(Result<T> result)
        where T : notnull => result.Match(value => value, error => throw new InvalidOperationException(error.ToString()));

    /// <summary>The provider of the tests takes any data URI.</summary>
    private const string Picture = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

    protected sealed record Migration(MigrationTotals Totals, IReadOnlyList<MigratedRecord> Records)
    {
        public MigratedRecord this[string id] => Records.Single(r => r.Id.Value == id);
    }

    private sealed class Lines(Action<MigratedRecord>? done) : IMigrationListener
    {
        public List<MigratedRecord> Records { get; } = [];

        public void Done(MigratedRecord record)
        {
            Records.Add(record);
            done?.Invoke(record);
        }

        public void Fetching(int videos) { }
    }

    private sealed class Findings : IVerifyListener
    {
        public List<Finding> Found { get; } = [];

        void IVerifyListener.Found(Finding finding) => Found.Add(finding);

        public void LookingAtFiles() { }

        public void Looked() { }
    }
}
