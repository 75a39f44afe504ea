using VideoPlatform.Application.Idempotency;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Testing.Records;

namespace VideoPlatform.Infrastructure.Tests.Records;

public sealed class InMemoryWorkspaceRepositoryTests : WorkspaceRepositoryContract
{
    protected override Task<IWorkspaceRepository> OpenAsync() => Task.FromResult<IWorkspaceRepository>(new InMemoryWorkspaceRepository());

    protected override ValueTask CloseAsync() => ValueTask.CompletedTask;
}

public sealed class InMemoryIdempotencyStoreTests : IdempotencyStoreContract
{
    protected override Task<IIdempotencyStore> OpenAsync() => Task.FromResult<IIdempotencyStore>(new InMemoryIdempotencyStore());

    protected override ValueTask CloseAsync() => ValueTask.CompletedTask;
}
