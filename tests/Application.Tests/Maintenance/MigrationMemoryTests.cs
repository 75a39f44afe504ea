using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using NSubstitute;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Application.Maintenance;
using VideoPlatform.Application.Maintenance.Library;
using VideoPlatform.Application.Maintenance.Migrate;
using VideoPlatform.Application.Videos;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Testing.Records;

namespace VideoPlatform.Application.Tests.Maintenance;

public sealed class MigrationMemoryTests
{
    private const int Many = 10_000;

    private int read;
    private int told;
    private int mostHeld;

    [Fact]
    public async Task Records_are_classified_piece_by_piece_however_many_there_are()
    {
        var workspaces = Substitute.For<IWorkspaceRepository>();
        workspaces.ScanAsync(default!, default).ReturnsForAnyArgs(call => Scan(call.Arg<CancellationToken>()));
        var files = Substitute.For<ILibraryFiles>();
        files.Enumerate().Returns([]);
        var probe = Substitute.For<ILinkProbe>();
        probe.ProbeAsync(default!, default).ReturnsForAnyArgs(new LinkAnswer.Dead(403, new Problem("AccessDenied", "403 Request has expired.")));
        var handler = Handler(workspaces, files, probe);

        var migrated = await handler.Handle(new MigrateVideos(DryRun: true, null, 8, new Counted(this)), TestContext.Current.CancellationToken);

        Assert.True(migrated.TryGet(out var totals, out _));
        Assert.Equal((Many, Many), (totals.Examined, totals.Expired));
        Assert.InRange(mostHeld, 1, 256);
    }

    private static MigrateVideosHandler Handler(IWorkspaceRepository workspaces, ILibraryFiles files, ILinkProbe probe)
    {
        var services = new ServiceCollection();
        services.AddMaintenance();
        services.AddSingleton(workspaces).AddSingleton(files).AddSingleton(probe).AddSingleton(TimeProvider.System);
        services.AddSingleton(Substitute.For<IRecordOwners>()).AddSingleton(Substitute.For<ISidecars>()).AddSingleton(Substitute.For<IStepRunner>()).AddSingleton(Substitute.For<IVideoProvider>());
        services.AddSingleton(Options.Create(new QwenOptions())).AddSingleton(Options.Create(new DownloadOptions())).AddSingleton(Options.Create(new WorkOptions()));
        return ActivatorUtilities.CreateInstance<MigrateVideosHandler>(services.BuildServiceProvider());
    }

    private async IAsyncEnumerable<Workspace> Scan([EnumeratorCancellation] CancellationToken ct)
    {
        for (var n = 0; n < Many; n++)
        {
            ct.ThrowIfCancellationRequested();
            mostHeld = Math.Max(mostHeld, ++read - told);
            yield return SampleWorkspaces.CompletedRemote(expires: null);
        }

        await Task.CompletedTask;
    }

    private sealed class Counted(MigrationMemoryTests test) : IMigrationListener
    {
        public void Done(MigratedRecord record) => test.told++;

        public void Fetching(int videos) { }
    }
}
