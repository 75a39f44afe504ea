using VideoPlatform.Bench.Equipment;

namespace VideoPlatform.Bench.Rows;

/// <summary>A service with a million finished records and nothing to do: processor time, wake-ups, and whether it reads.</summary>
internal static class IdleRow
{
    private static readonly TimeSpan span = TimeSpan.FromSeconds(6);

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(Ground ground, CancellationToken ct)
    {
        await using var service = await ServiceProcess.StartAsync(ground, await ground.LibraryAsync(ListingRow.Many, ct), ct);
        await Task.Delay(span, Ground.Clock, ct);   // what a start leaves to be done

        List<double> cpu = [], wakes = [], reads = [];
        for (var round = 0; round < Bench.Rounds; round++)
        {
            var (cpuBefore, wakesBefore, readBefore, begun) = (Machine.FineCpu(service.Id), Machine.WakeUps(service.Id), Machine.ReadBytes(service.Id), Ground.Clock.GetTimestamp());
            await Task.Delay(span, Ground.Clock, ct);
            var seconds = Ground.Clock.GetElapsedTime(begun).TotalSeconds;
            var wakesAfter = Machine.WakeUps(service.Id);
            cpu.Add((Machine.FineCpu(service.Id) - cpuBefore) / seconds * 100);
            wakes.Add(wakesAfter.Sum(thread => thread.Value - wakesBefore.GetValueOrDefault(thread.Key)) / seconds);
            reads.Add((Machine.ReadBytes(service.Id) - readBefore) / 1024.0 / seconds);
            if (round > 0) continue;

            foreach (var thread in wakesAfter.Where(thread => thread.Value > wakesBefore.GetValueOrDefault(thread.Key)))
                ground.Say($"  woken {(thread.Value - wakesBefore.GetValueOrDefault(thread.Key)) / seconds:0.0} times a second: {thread.Key}");
        }

        return
        [
            new Figure("Idle, processor", "% of a core", Measure.AtMost, 1, 1, cpu, []),
            new Figure("Idle, bytes read", "KiB/s", Measure.AtMost, 100, 10, reads, []),
            new Figure("Idle, wake-ups", "/s", Measure.AtMost, 20, 2, wakes, []),
        ];
    }
}
