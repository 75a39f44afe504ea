using Microsoft.Extensions.Logging.Abstractions;
using MongoDB.Bson;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Infrastructure.Records.Documents;
using VideoPlatform.Infrastructure.Records.Sqlite;

namespace VideoPlatform.Infrastructure.Tests.Records;

public sealed class SqliteStoredDocumentTests : StoredDocumentContract
{
    private readonly SqliteFolder folder = new();
    private SqliteDatabase database = null!;

    protected override async Task<IWorkspaceRepository> OpenAsync() => Open(await folder.OpenAsync());

    protected override ValueTask CloseAsync() => folder.DisposeAsync();

    // No other program writes into this file; documents come by import.
    protected override async Task PlantAsync(BsonDocument document) => Assert.True(await ((SqliteWorkspaceRepository)Records).AddDocumentAsync(document, Ct));

    // As a newer version, or damage, might leave it: in the queue, at its head.
    protected override Task PlantUnreadable(string members) => database.WriteAsync(
        session => session.Run(
            "INSERT INTO workspaces (id, updated_at, lane, due_at, requested_at, doc) SELECT @id, 1, @lane, 1, 1, @doc",
            ("@id", Document("{}")["_id"].AsObjectId.ToByteArray()), ("@lane", "poll"), ("@doc", Document(members).ToBson())),
        Ct);

    protected override Task<BsonDocument> DigUpAsync(ObjectId id) => database.ReadAsync(
        session => WorkspaceDocument.From((byte[])session.Scalar(SqliteQueries.Find, ("@id", WorkspaceRow.Key(WorkspaceId.Parse(id.ToString()))))!).Bson, Ct);

    private SqliteWorkspaceRepository Open(SqliteDatabase opened)
    {
        database = opened;
        return new SqliteWorkspaceRepository(opened, Clock, NullLogger<SqliteWorkspaceRepository>.Instance);
    }
}
