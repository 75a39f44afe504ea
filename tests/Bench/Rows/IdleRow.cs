using VideoPlatform.Bench.Equipment;

namespace VideoPlatform.Bench.Rows;

/// <summary>A service with a million finished records and nothing to do: processor time, wake-ups, and whether it reads.</summary>
internal static class IdleRow
{
    private static readonly TimeSpan span = TimeSpan.FromSeconds(6);

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(Ground ground, CancellationToken ct)
    {
        // One step that asks the provider (nobody answers, which says nothing): an idle service has worked before. Then it is taken away.
        var folder = await ground.LibraryAsync(ListingRow.Many, ct);
        using var library = await Library.OpenAsync(folder, ct);
        var now = Ground.Clock.GetUtcNow();
        var step = Library.Processing(0, now, now.AddSeconds(6), "http://127.0.0.1:9/api/v1");
        library.Add([step]);
        await using var service = await ServiceProcess.StartAsync(ground, folder, ct);
        await service.SaysAsync($"No word about the task of {step.Id}", ct);
        library.Remove(step.Id);
        await Task.Delay(span, Ground.Clock, ct);   // what a start leaves to be done

        List<double> cpu = [], wakes = [], reads = [];
        for (var round = 0; round < Bench.Rounds; round++)
        {
            var (cpuBefore, wakesBefore, readBefore, begun) = (Machine.Cpu(service.Id), Machine.WakeUps(service.Id), Machine.ReadBytes(service.Id), Ground.Clock.GetTimestamp());
            await Task.Delay(span, Ground.Clock, ct);
            var seconds = Ground.Clock.GetElapsedTime(begun).TotalSeconds;
            var wakesAfter = Machine.WakeUps(service.Id);
            cpu.Add((Machine.Cpu(service.Id) - cpuBefore) / seconds * 100);
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
