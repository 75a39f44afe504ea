using VideoPlatform.Bench.Equipment;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Bench.Rows;

/// <summary><c>GET /api/workspaces/{id}</c> over 32 connections, a thousand different ones in turn, beside the framework's "hello".</summary>
internal static class ReadingRow
{
    private static readonly TimeSpan duration = TimeSpan.FromSeconds(3);

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(Ground ground, CancellationToken ct)
    {
        var folder = ground.NewFolder("reading");
        List<Workspace> workspaces = [.. Enumerable.Range(0, 1000).Select(Library.Completed)];
        using (var library = await Library.OpenAsync(folder, ct)) library.Add(workspaces);
        await using var service = await ServiceProcess.StartAsync(ground, folder, ct);
        var (hello, address) = await HelloServer.StartAsync(ground, ct);
        await using var _ = hello;

        List<double> ours = [], theirs = [];
        for (var round = 0; round <= Bench.Rounds; round++)
        {
            var their = await Wrk.RunAsync(ground, address, 32, round == 0 ? Wrk.WarmUp : duration, workspaces.Select(_ => ("/", (string?)null)), ct);
            var our = await Wrk.RunAsync(ground, service.Address, 32, round == 0 ? Wrk.WarmUp : duration, workspaces.Select(w => ($"/api/workspaces/{w.Id}", (string?)null)), ct);
            if (our.Bytes < our.Requests * 1000) throw new InvalidOperationException("The answers are too short to be workspaces.");
            if (round == 0) continue;

            ours.Add(our.Requests);
            theirs.Add(their.Requests);
        }

        return [new Figure("Reading state", "requests/s", Measure.AtLeastTimes, 0.4, 0.7, ours, theirs)];
    }
}
