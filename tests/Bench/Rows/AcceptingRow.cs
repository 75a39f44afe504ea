using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using VideoPlatform.Bench.Equipment;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Sandbox;

namespace VideoPlatform.Bench.Rows;

/// <summary>
/// <c>POST …/video</c>, one after the other and over several connections at once (then the time that each costs), beside one bare insert into SQLite with a full flush.
/// The provider takes five and keeps them.
/// </summary>
internal static class AcceptingRow
{
    private const int Posts = 1000;
    private const int Connections = 8;
    private const int PostsToWarmUp = 5000;   // until the compiler has done its best

    private static readonly byte[] body = """{"prompt":"The paper boat drifts away from the shore while the camera follows it slowly.","duration":5}"""u8.ToArray();

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(Ground ground, CancellationToken ct)
    {
        var folder = ground.NewFolder("accepting");
        var now = Ground.Clock.GetUtcNow();
        List<Workspace> workspaces = [.. Enumerable.Range(0, ((Bench.Rounds * Posts) + PostsToWarmUp) * 3).Select(n => Library.WithoutVideo(n, now))];
        using (var library = await Library.OpenAsync(folder, ct)) library.Add(workspaces);
        await File.WriteAllBytesAsync(Path.Combine(Library.Storage(folder), Library.Picture.Value), SamplePicture.Bmp(480, 240), ct);
        await using var sandbox = await SandboxProvider.StartAsync(
            new SandboxOptions { Folder = ground.NewFolder("sandbox"), Video = new SandboxVideo.Bundled(), RunningFor = TimeSpan.FromHours(1) }, NullLoggerFactory.Instance, ct);
        await using var service = await ServiceProcess.StartAsync(ground, folder, ct, $"Qwen:BaseUrl={sandbox.BaseUrl.ToString().TrimEnd('/')}", "Qwen:PollInterval=00:10:00");
        using var client = new BareClient(service.Address);
        using var bare = new BareInsert(Path.Combine(folder, "bare.db"));

        var next = 0;
        List<double> plain = [], keyed = [], crowded = [], inserts = [];
        for (var round = 0; round <= Bench.Rounds; round++)
        {
            List<double> insertTook = [], plainTook = [], keyedTook = [];
            for (var n = 0; n < (round == 0 ? PostsToWarmUp : Posts); n++)
            {
                insertTook.Add(bare.Run());
                plainTook.Add(Post(client, workspaces[next++], withKey: false));
                keyedTook.Add(Post(client, workspaces[next++], withKey: true));
            }

            var each = await PostAtOnce(service.Address, workspaces[next..(next += insertTook.Count)]);
            if (round == 0) continue;
            crowded.Add(each);
            inserts.Add(Figure.Median(insertTook));
            plain.Add(Figure.Median(plainTook));
            keyed.Add(Figure.Median(keyedTook));
        }

        return
        [
            new Figure("Accepting", "ms", Measure.AtMostTimes, 2, 1.2, plain, inserts),
            new Figure($"Accepting, over {Connections} connections", "ms each", Measure.AtMostTimes, 2, 1.2, crowded, inserts),
            new Figure("Accepting, with an Idempotency-Key (three commits)", "ms", Measure.AtMostTimes, 6, 3.6, keyed, inserts),
        ];
    }

    /// <returns>Milliseconds for each, all together.</returns>
    private static async Task<double> PostAtOnce(Uri address, List<Workspace> workspaces)
    {
        var begun = Stopwatch.GetTimestamp();
        await Task.WhenAll(workspaces.Chunk((workspaces.Count + Connections - 1) / Connections).Select(share => Task.Factory.StartNew(
            () =>
            {
                using var client = new BareClient(address);
                foreach (var workspace in share) Post(client, workspace, withKey: false);
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        return Stopwatch.GetElapsedTime(begun).TotalMilliseconds / workspaces.Count;
    }

    private static double Post(BareClient client, Workspace workspace, bool withKey)
    {
        var request = client.Post($"/api/workspaces/{workspace.Id}/video", body, withKey ? workspace.Id.Value : null);
        var begun = Stopwatch.GetTimestamp();
        var status = client.Send(request);
        var took = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        return status == 202 ? took : throw new InvalidOperationException($"{status}: {client.LastAnswer}");
    }

    /// <summary>A row as long as a record, in a transaction of its own, flushed: the least that "durable" can cost.</summary>
    private sealed class BareInsert : IDisposable
    {
        private readonly SqliteConnection connection;
        private readonly SqliteCommand insert;

        public BareInsert(string path)
        {
            connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
            connection.Open();
            Execute("PRAGMA journal_mode = WAL");
            Execute("PRAGMA synchronous = FULL");
            Execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, doc BLOB NOT NULL)");
            insert = connection.CreateCommand();
            insert.CommandText = "INSERT INTO bare (doc) VALUES (@doc)";
            insert.Parameters.AddWithValue("@doc", new byte[1000]);
        }

        public double Run()
        {
            var begun = Stopwatch.GetTimestamp();
            insert.ExecuteNonQuery();
            return Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        }

        public void Dispose()
        {
            insert.Dispose();
            connection.Dispose();
        }

        private void Execute(string sql)
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            command.ExecuteNonQuery();
        }
    }
}
