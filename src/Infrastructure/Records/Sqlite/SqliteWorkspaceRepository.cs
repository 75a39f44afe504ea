using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using MongoDB.Bson;
using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Infrastructure.Records.Documents;

namespace VideoPlatform.Infrastructure.Records.Sqlite;

/// <summary>The records in the embedded database.</summary>
internal sealed class SqliteWorkspaceRepository(SqliteDatabase database, TimeProvider clock, ILogger<SqliteWorkspaceRepository> log) : IWorkspaceRepository, IForeignDocuments
{
    private const int ScanPiece = 200;

    // Every id lies between the two.
    private static readonly byte[] beforeAll = [];
    private static readonly byte[] afterAll = [.. Enumerable.Repeat(byte.MaxValue, 13)];

    private readonly UnreadableRecords unreadable = new(clock, log);

    public IReadOnlyCollection<string> Unreadable => unreadable.Ids;

    public Task<bool> AddAsync(Workspace workspace, CancellationToken ct) => InsertAsync(WorkspaceDocument.New(workspace, clock.GetUtcNow()), ct);

    public Task<bool> AddDocumentAsync(BsonDocument document, CancellationToken ct) =>
        InsertAsync(WorkspaceDocument.From(document).Normalized(clock.GetUtcNow()), ct);

    public async Task<Workspace?> FindAsync(WorkspaceId id, CancellationToken ct)
    {
        if (database.Recent.TryFind(id, out var known, out var seen)) return known;
        if ((await database.ReadAsync(session => Load(session, id), ct))?.Workspace is not { } read) return null;

        database.Recent.Keep(read, seen);
        return read;
    }

    // Inside the writer's transaction nobody else can write, so nothing has to be compared or tried again.
    public Task<Result<Workspace>> ChangeAsync(WorkspaceId id, Func<Workspace, Result<Workspace>> change, CancellationToken ct) =>
        database.WriteAsync<Result<Workspace>>(
            session =>
            {
                if (Load(session, id) is not { } loaded) return new NotFound("workspace");
                if (!change(loaded.Workspace).TryGet(out var changed, out var error)) return error;
                return ReferenceEquals(changed, loaded.Workspace) ? changed : Store(session, loaded.With(changed.Stored(), clock.GetUtcNow()));
            },
            ct);

    public Task<Result<Workspace>> DeleteAsync(WorkspaceId id, Func<Workspace, Error?> refuses, CancellationToken ct) =>
        database.WriteAsync<Result<Workspace>>(
            session =>
            {
                if (Load(session, id) is not { } loaded) return new NotFound("workspace");
                if (refuses(loaded.Workspace) is { } refusal) return refusal;
                WorkspaceRow.Delete(session, id);
                return loaded.Workspace;
            },
            ct);

    public async Task<WorkspacePage> ListAsync(WorkspaceFilter filter, CancellationToken ct)
    {
        var before = filter.Before is { } cursor ? WorkspaceRow.Key(cursor) : afterAll;
        var rows = await database.ReadAsync(
            session => session.Rows(
                SqliteQueries.List(filter), Row,
                ("@before", before), ("@limit", filter.Limit + 1), ("@now", Milliseconds(filter.Now))),
            ct);
        var page = rows.Take(filter.Limit).ToList();
        return new WorkspacePage([.. Readable(page)], rows.Count > filter.Limit ? WorkspaceId.Parse(page[^1].Id) : null);
    }

    public async IAsyncEnumerable<Workspace> ScanAsync(ScanFilter filter, [EnumeratorCancellation] CancellationToken ct)
    {
        var sql = SqliteQueries.Scan(filter);
        var after = beforeAll;
        while (true)
        {
            var rows = await database.ReadAsync(session => session.Rows(sql, Row, ("@after", after), ("@limit", ScanPiece)), ct);
            foreach (var workspace in Readable(rows)) yield return workspace;
            if (rows.Count < ScanPiece) yield break;

            after = Convert.FromHexString(rows[^1].Id);
        }
    }

    // A power cut ends whoever holds a claim on this machine's file, so claims need not outlive one: the worker's first durable write takes its claim along.
    public Task<IReadOnlyList<Workspace>> ClaimAsync(ClaimQuery query, CancellationToken ct) =>
        database.WriteAsync<IReadOnlyList<Workspace>>(session => Claim(session, query), ct, flush: false);

    public Task<bool> RenewAsync(WorkspaceId id, Guid token, DateTimeOffset until, CancellationToken ct) =>
        database.WriteAsync(
            session =>
            {
                if (Load(session, id) is not { } loaded || !loaded.Workspace.Renew(token, until).TryGet(out var renewed, out _)) return false;
                Store(session, loaded.With(renewed, clock.GetUtcNow()));
                return true;
            },
            ct,
            flush: false);

    public Task<DateTimeOffset?> NextDueAsync(WorkLane lane, CancellationToken ct) =>
        database.ReadAsync(session => Time(session.Scalar(SqliteQueries.NextDue(lane), ("@lane", lane.Word()))), ct);

    public Task<IReadOnlyList<string>> ListWaitingModelsAsync(DateTimeOffset now, CancellationToken ct) =>
        database.ReadAsync<IReadOnlyList<string>>(
            session => session.Rows(SqliteQueries.WaitingModels, row => row.GetString(0), ("@now", Milliseconds(now))), ct);

    public Task<IReadOnlyDictionary<string, int>> CountInFlightAsync(DateTimeOffset since, CancellationToken ct) =>
        database.ReadAsync<IReadOnlyDictionary<string, int>>(
            session => session.Rows(SqliteQueries.InFlight, row => (Model: row.GetString(0), Count: row.GetInt32(1)), ("@since", Milliseconds(since)))
                .ToDictionary(row => row.Model, row => row.Count, StringComparer.Ordinal),
            ct);

    public Task<WorkspaceCounts> CountAsync(DateTimeOffset now, DateTimeOffset riskBefore, CancellationToken ct) =>
        database.ReadAsync(session => Count(session, Milliseconds(now), Milliseconds(riskBefore)), ct);

    public async Task<IReadOnlyList<Workspace>> ListChangedAsync(DateTimeOffset since, int limit, CancellationToken ct)
    {
        var rows = await database.ReadAsync(
            session => session.Rows(SqliteQueries.Changed, Row, ("@since", Milliseconds(since)), ("@first", WorkspaceRow.FirstKey(since)), ("@limit", limit)), ct);
        return [.. Readable(rows)];
    }

    public Task<IReadOnlySet<string>> FindKnownTasksAsync(IReadOnlyCollection<string> taskIds, CancellationToken ct) =>
        database.ReadAsync<IReadOnlySet<string>>(
            session => session.Rows(SqliteQueries.KnownTasks, row => row.GetString(0), ("@tasks", JsonSerializer.Serialize(taskIds)))
                .ToHashSet(StringComparer.Ordinal),
            ct);

    public Task PingAsync(CancellationToken ct) => database.PingAsync(ct);

    private Task<bool> InsertAsync(WorkspaceDocument document, CancellationToken ct) =>
        database.WriteAsync(session => WorkspaceRow.TryInsert(session, document, clock.GetUtcNow()), ct);

    private WorkspaceDocument? Load(SqliteSession session, WorkspaceId id) =>
        session.Scalar(SqliteQueries.Find, ("@id", WorkspaceRow.Key(id))) is byte[] bytes
            ? unreadable.Read(id.Value, () => WorkspaceDocument.From(bytes))
            : null;

    private Workspace Store(SqliteSession session, WorkspaceDocument document)
    {
        WorkspaceRow.Update(session, document, clock.GetUtcNow());
        return document.Workspace;
    }

    private List<Workspace> Claim(SqliteSession session, ClaimQuery query)
    {
        var claimed = new List<Workspace>();
        var sql = SqliteQueries.Claim(query.Lane, query.Model is not null);
        bool passedBy;
        do
        {
            passedBy = false;
            var rows = session.Rows(
                sql, Row,
                ("@lane", query.Lane.Word()), ("@model", query.Model), ("@now", Milliseconds(query.Now)), ("@limit", query.Limit - claimed.Count));
            foreach (var row in rows)
            {
                if (TryRead(row) is not { } document)
                {
                    // It would stand at the head of its lane for ever.
                    session.Run(SqliteQueries.PassBy, ("@id", Convert.FromHexString(row.Id)));
                    passedBy = true;
                }
                else if (document.Workspace.Claim(Guid.NewGuid(), query.Now, query.Until).TryGet(out var taken, out _))
                {
                    claimed.Add(Store(session, document.With(taken.Stored(), query.Now)));
                }
            }
        }
        while (passedBy && claimed.Count < query.Limit);

        return claimed;
    }

    private static WorkspaceCounts Count(SqliteSession session, long now, long riskBefore)
    {
        session.Run("BEGIN");   // one moment for all of the numbers
        var counts = session.Rows(SqliteQueries.Counts, row => (Status: row.GetString(0), Storage: row.GetString(1), N: row.GetInt64(2), Bytes: row.GetInt64(3)));
        var expired = (long)session.Scalar(SqliteQueries.RemoteThatExpired, ("@now", now))!;
        var atRisk = (long)session.Scalar(SqliteQueries.AtRisk, ("@now", now), ("@before", riskBefore))!;
        session.Run("COMMIT");

        var byStatus = Enum.GetValues<VideoStatus>().ToDictionary(status => status, status => counts.Where(count => count.Status == status.Word()).Sum(count => count.N));
        var byStorage = Enum.GetValues<VideoStorage>().ToDictionary(storage => storage, storage => counts.Where(count => count.Storage == storage.Word()).Sum(count => count.N));
        byStorage[VideoStorage.Remote] -= expired;
        byStorage[VideoStorage.None] += expired;
        return new WorkspaceCounts(NotZero(byStatus), NotZero(byStorage), atRisk, counts.Sum(count => count.Bytes));
    }

    private static Dictionary<T, long> NotZero<T>(Dictionary<T, long> counts)
        where T : struct, Enum => counts.Where(pair => pair.Value != 0).ToDictionary();

    private IEnumerable<Workspace> Readable(IEnumerable<(string Id, byte[] Document)> rows) =>
        rows.Select(TryRead).OfType<WorkspaceDocument>().Select(document => document.Workspace);

    private WorkspaceDocument? TryRead((string Id, byte[] Document) row) => unreadable.TryRead(row.Id, () => WorkspaceDocument.From(row.Document));

    private static (string Id, byte[] Document) Row(SqliteDataReader row) => (WorkspaceRow.Id(row.GetFieldValue<byte[]>(0)), row.GetFieldValue<byte[]>(1));

    private static long Milliseconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    private static DateTimeOffset? Time(object? milliseconds) => milliseconds is long value ? DateTimeOffset.FromUnixTimeMilliseconds(value) : null;
}
