using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Infrastructure.Records;

namespace VideoPlatform.Crash.Tests;

/// <summary>Fills a database through the product's own repository, as earlier processes would have left it.</summary>
internal static class Seed
{
    private static readonly Picture picture = new(StoragePath.Parse("1767008037365-8206bx2s.jpg"), "image/jpeg", 4096, 240, 240, HasAlpha: false);

    public static async Task RecordsAsync(string database, IEnumerable<Workspace> workspaces)
    {
        await using var services = await OpenAsync(database);
        var records = services.GetRequiredService<IWorkspaceRepository>();
        foreach (var some in workspaces.Chunk(1000))
            Assert.All(await Task.WhenAll(some.Select(w => records.AddAsync(w, CancellationToken.None))), Assert.True);
    }

    /// <summary>Whether every record is such a one. The first that is not ends the reading.</summary>
    public static async Task<bool> AllAsync(string database, Func<Workspace, bool> isSuch)
    {
        await using var services = await OpenAsync(database);
        await foreach (var workspace in services.GetRequiredService<IWorkspaceRepository>().ScanAsync(new ScanFilter(), CancellationToken.None))
            if (!isSuch(workspace)) return false;
        return true;
    }

    private static async Task<ServiceProvider> OpenAsync(string database)
    {
        var options = Options.Create(new PersistenceOptions { Sqlite = new SqliteOptions { Path = database } });
        var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System).AddSingleton(options).AddRecords().BuildServiceProvider();
        await services.GetRequiredService<IRecordsStarter>().StartAsync(CancellationToken.None);
        return services;
    }

    public static Workspace Queued(int n, DateTimeOffset now) =>
        Workspace.Create(WorkspaceId.New(now), null, picture, now).Ask(Request(n, now), replace: false, now).Match(w => w, Refused);

    public static Workspace Processing(int n, string taskId, string endpoint, DateTimeOffset submitted, DateTimeOffset now)
    {
        var attempt = new SubmitAttempt(Guid.NewGuid(), submitted, "");
        return Queued(n, submitted)
            .Change(v => v.MarkSubmitting(attempt), submitted)
            .Then(w => w.Change(v => v.Accepted(attempt.Id, new ProviderTask(taskId, endpoint), now, submitted), submitted))
            .Match(w => w, Refused);
    }

    public static Workspace Downloading(int n, string taskId, string endpoint, string link, DateTimeOffset now)
    {
        var workspace = Processing(n, taskId, endpoint, now, now);
        return workspace.Change(v => v.Finished(RemoteLink.Parse(link, now)!, $"{workspace.Id}_{now.ToUnixTimeMilliseconds()}", now, now), now).Match(w => w, Refused);
    }

    private static VideoRequest Request(int n, DateTimeOffset now) =>
        new(Guid.NewGuid(), Platform.Model, $"seeded {n}", null, "720P", 5, null, PromptExtend: true, Watermark: false, now);

    private static Workspace Refused(Domain.Results.Error error) => throw new InvalidOperationException(error.Message);
}
