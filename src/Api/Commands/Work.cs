using Spectre.Console;

namespace VideoPlatform.Api.Commands;

/// <summary>Shows how long work goes on: a bar on a terminal, plain lines otherwise.</summary>
internal interface IWork
{
    /// <summary>The next part of the work begins.</summary>
    /// <param name="total">Steps of it; null when nobody knows yet.</param>
    void Stage(string name, long? total);

    /// <summary>One step is done.</summary>
    /// <param name="line">What to say about it where there is no bar; null: nothing.</param>
    void Step(string? line = null);
}

internal static class Work
{
    public static async Task<T> ShowAsync<T>(Func<IWork, Task<T>> work)
    {
        if (Console.IsOutputRedirected || !AnsiConsole.Profile.Capabilities.Interactive) return await work(new Lines());

        return await AnsiConsole.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new SpinnerColumn())
            .StartAsync(context => work(new Bar(context)));
    }

    private sealed class Bar(ProgressContext context) : IWork
    {
        private readonly Lock gate = new();
        private ProgressTask? task;
        private string name = "";
        private long steps;

        public void Stage(string name, long? total)
        {
            lock (gate)
            {
                task?.StopTask();
                (this.name, steps) = (name, 0);
                task = context.AddTask(Markup.Escape(name), maxValue: Math.Max(1, total ?? 1));
                task.IsIndeterminate = total is null;
            }
        }

        public void Step(string? line = null)
        {
            lock (gate)
            {
                if (task is null) return;
                steps++;
                if (task.IsIndeterminate) task.Description = Markup.Escape($"{name}: {steps}");
                else task.Increment(1);
            }
        }
    }

    private sealed class Lines : IWork
    {
        private const int Often = 1000;

        private readonly Lock gate = new();
        private string name = "";
        private long steps;
        private long? total;

        public void Stage(string name, long? total)
        {
            lock (gate)
            {
                (this.name, this.total, steps) = (name, total, 0);
                Console.Out.WriteLine(total is { } known ? $"{name}: {known} to do" : $"{name} …");
            }
        }

        public void Step(string? line = null)
        {
            lock (gate)
            {
                steps++;
                if (line is not null) Console.Out.WriteLine(total is { } known ? $"{steps}/{known} {line}" : line);
                else if (steps % Often == 0) Console.Out.WriteLine(total is { } all ? $"{name}: {steps}/{all}" : $"{name}: {steps}");
            }
        }
    }
}
