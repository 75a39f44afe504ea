using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using VideoPlatform.Bench.Equipment;
using VideoPlatform.Sandbox;
using VideoPlatform.Sandbox.Tasks;

namespace VideoPlatform.Bench.Rows;

/// <summary>10 000 tasks that run at the provider, all of them due: memory beside a service without any, questions a second, and their order.</summary>
internal static class WaitingRow
{
    private const int Tasks = 10_000;
    private const int WarmUp = 20;   // the first questions wait for the first connection

    private static readonly TimeSpan span = TimeSpan.FromSeconds(8);

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(Ground ground, CancellationToken ct)
    {
        var provider = ground.NewFolder("sandbox");
        await WriteTasksAsync(provider, ct);
        await using var sandbox = await SandboxProvider.StartAsync(new SandboxOptions { Folder = provider, Video = new SandboxVideo.Bundled() }, NullLoggerFactory.Instance, ct);
        var endpoint = sandbox.BaseUrl.ToString().TrimEnd('/');

        List<double> full = [], empty = [], rates = [], oldest = [];
        for (var round = 0; round < Bench.Rounds; round++)
        {
            empty.Add(await PeakAsync(ground, 0, endpoint, ct));
            var before = sandbox.Counters.Queries;
            var begun = Ground.Clock.GetUtcNow();
            full.Add(await PeakAsync(ground, Tasks, endpoint, ct));

            var questions = sandbox.Counters.Requests.Where(r => r.At >= begun && r.Path.Contains("/tasks/", StringComparison.Ordinal)).ToList();
            if (questions.Count != sandbox.Counters.Queries - before) throw new InvalidOperationException("Not every question was seen.");
            var times = questions.Select(q => q.At).Order().ToList();
            rates.Add((times.Count - 1 - WarmUp) / (times[^1] - times[WarmUp]).TotalSeconds);

            // The n-th task was due before the one after it: how far down the list has anyone been asked who should not have been yet?
            var asked = questions.Select(q => int.Parse(Path.GetFileName(q.Path)[..8], System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture)).ToList();
            oldest.Add(asked.Select((n, place) => Math.Abs(n - place)).Max());
        }

        return
        [
            new Figure("Waiting tasks, memory", "MiB", Measure.AtMostMore, 50, 20, full, empty),
            new Figure("Waiting tasks, questions a second", "/s", Measure.AtMost, 20.1, 20.1, rates, []),   // 20, told from times that jitter
            new Figure("Waiting tasks, milliseconds between questions", "ms", Measure.AtMost, 60, 52, [.. rates.Select(rate => 1000 / rate)], []),
            new Figure("Waiting tasks, places out of turn", "", Measure.AtMost, 32, 16, oldest, []),
        ];
    }

    private static async Task<double> PeakAsync(Ground ground, int tasks, string endpoint, CancellationToken ct)
    {
        var folder = ground.NewFolder("waiting");
        var now = Ground.Clock.GetUtcNow();
        using (var library = await Library.OpenAsync(folder, ct)) library.Add(Enumerable.Range(0, tasks).Select(n => Library.Processing(n, now, now.AddMilliseconds(n - Tasks), endpoint)));
        await using var service = await ServiceProcess.StartAsync(ground, folder, ct, $"Qwen:BaseUrl={endpoint}");
        await Task.Delay(span, Ground.Clock, ct);
        return Machine.PeakMiB(service.Id);
    }

    private static async Task WriteTasksAsync(string folder, CancellationToken ct)
    {
        Directory.CreateDirectory(Path.Combine(folder, "tasks"));
        var now = Ground.Clock.GetUtcNow();
        for (var n = 0; n < Tasks; n++)
        {
            var task = new SandboxTask
            {
                Id = Library.TaskId(n), RequestId = Library.TaskId(n), Model = Library.Model, Prompt = "The paper boat drifts away.", SubmittedAt = now, ScheduledAt = now, State = TaskState.Running, NeverEnds = true,
            };
            await File.WriteAllBytesAsync(Path.Combine(folder, "tasks", task.Id + ".json"), JsonSerializer.SerializeToUtf8Bytes(task), ct);
        }
    }
}
