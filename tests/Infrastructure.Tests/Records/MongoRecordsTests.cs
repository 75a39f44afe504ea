using Microsoft.Extensions.Logging.Abstractions;
using VideoPlatform.Application.Idempotency;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Infrastructure.Records.Mongo;
using VideoPlatform.Testing.Records;

namespace VideoPlatform.Infrastructure.Tests.Records;

public sealed class MongoWorkspaceRepositoryTests(MongoServer server) : WorkspaceRepositoryContract
{
    private readonly MongoTestDatabase database = new(server);

    protected override async Task<IWorkspaceRepository> OpenAsync() =>
        new MongoWorkspaceRepository(await database.OpenAsync(), Clock, NullLogger<MongoWorkspaceRepository>.Instance);

    protected override ValueTask CloseAsync() => database.DisposeAsync();
}

public sealed class MongoIdempotencyStoreTests(MongoServer server) : IdempotencyStoreContract
{
    private readonly MongoTestDatabase database = new(server);

    protected override async Task<IIdempotencyStore> OpenAsync() => new MongoIdempotencyStore(await database.OpenAsync(), Clock);

    protected override ValueTask CloseAsync() => database.DisposeAsync();
}
