using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Models;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Testing.Provider;

/// <summary>
/// A provider that keeps no promises but the scripted ones. Without a script it takes every order, works once, then succeeds with a link
/// that lives a day; its list shows every task it was paid for. It never calls back and never waits, except for a held submit.
/// </summary>
public sealed class FakeVideoProvider(TimeProvider clock) : IVideoProvider
{
    public const string Endpoint = "https://provider.example/api/v1";

    private readonly Lock gate = new();
    private readonly List<FakeOrder> orders = [];
    private readonly List<FakeTask> tasks = [];
    private readonly List<string> calls = [];
    private readonly Queue<(SubmitAnswer? Answer, bool IsPaid)> submits = new();
    private readonly Queue<HeldSubmit> holds = new();
    private readonly Queue<PictureHandover> handovers = new();
    private readonly Dictionary<string, Queue<TaskAnswer>> answers = new(StringComparer.Ordinal);
    private readonly Queue<TaskAnswer> anyAnswers = new();
    private readonly Queue<TaskListAnswer> lists = new();
    private readonly Queue<Func<Task>> duringQueries = new();
    private readonly Queue<CancelAnswer> cancels = new();

    /// <summary>Everything that reached the provider as an order, paid or not.</summary>
    public IReadOnlyList<FakeOrder> Orders => Locked(() => orders.ToList());

    /// <summary>Every task that costs money.</summary>
    public IReadOnlyList<FakeTask> Paid => Locked(() => tasks.ToList());

    public int PaidTasks => Locked(() => tasks.Count);

    /// <summary>Every call in order: <c>handover</c>, <c>submit</c>, <c>query task-1</c>, <c>list 1</c>, <c>cancel task-1</c>.</summary>
    public IReadOnlyList<string> Calls => Locked(() => calls.ToList());

    /// <summary>The next submit gets this. An <see cref="SubmitAnswer.Accepted"/> is paid for under its own task id.</summary>
    public void AnswerSubmit(SubmitAnswer answer) => Locked(() => submits.Enqueue((answer, answer is SubmitAnswer.Accepted)));

    /// <summary>The next submit is taken and paid for, but its answer is lost.</summary>
    public void LoseSubmitAnswer() => Locked(() =>
        submits.Enqueue((new SubmitAnswer.Unclear(new Problem("provider_timeout", "The provider did not answer.")), true)));

    /// <summary>The next submit arrives and is not answered until it is released.</summary>
    public HeldSubmit HoldSubmit()
    {
        var held = new HeldSubmit();
        Locked(() => holds.Enqueue(held));
        return held;
    }

    public void AnswerHandover(PictureHandover answer) => Locked(() => handovers.Enqueue(answer));

    /// <summary>The next query of any task without answers of its own gets this.</summary>
    public void AnswerQuery(TaskAnswer answer) => Locked(() => anyAnswers.Enqueue(answer));

    public void AnswerQuery(string taskId, TaskAnswer answer) => Locked(() =>
    {
        if (!answers.TryGetValue(taskId, out var own)) answers[taskId] = own = new Queue<TaskAnswer>();
        own.Enqueue(answer);
    });

    public void AnswerList(TaskListAnswer answer) => Locked(() => lists.Enqueue(answer));

    /// <summary>Happens while the next query is on its way.</summary>
    public void DuringNextQuery(Func<Task> step) => Locked(() => duringQueries.Enqueue(step));

    public void AnswerCancel(CancelAnswer answer) => Locked(() => cancels.Enqueue(answer));

    /// <summary>A task of the same account that nobody here has ordered.</summary>
    public FakeTask AddForeignTask(string id, string model, string prompt)
    {
        var task = new FakeTask(id, model, prompt, clock.GetUtcNow());
        Locked(() => tasks.Add(task));
        return task;
    }

    /// <summary>The link of a finished task, alive for a day from now.</summary>
    public RemoteLink LinkOf(string taskId) =>
        RemoteLink.Parse($"https://results.provider.example/{taskId}.mp4?Expires={clock.GetUtcNow().AddDays(1).ToUnixTimeSeconds()}&Signature=fake", null)!;

    public Task<PictureHandover> HandOverAsync(Picture picture, VideoModel model, CancellationToken ct) => Locked(() =>
    {
        calls.Add("handover");
        return Task.FromResult(handovers.TryDequeue(out var answer) ? answer : new PictureHandover.Ready(picture, null));
    });

    public async Task<SubmitAnswer> SubmitAsync(VideoRequest request, VideoModel model, PictureHandover.Ready picture, DateTimeOffset sendBefore)
    {
        if (clock.GetUtcNow() >= sendBefore) return new SubmitAnswer.NotSent(new Problem("too_late_to_send", "Too late."));

        var held = Locked(() =>
        {
            calls.Add("submit");
            return holds.TryDequeue(out var next) ? next : null;
        });
        if (held is not null) await held.ArriveAsync();

        return Locked(() =>
        {
            var (answer, isPaid) = submits.TryDequeue(out var scripted) ? scripted : (null, true);
            if (answer is not SubmitAnswer.NotSent) orders.Add(new FakeOrder(request, model, picture, clock.GetUtcNow()));
            if (!isPaid) return answer!;

            var id = (answer as SubmitAnswer.Accepted)?.Task.Id ?? $"task-{tasks.Count + 1}";
            tasks.Add(new FakeTask(id, model.Name, request.Prompt, clock.GetUtcNow()));
            return answer ?? new SubmitAnswer.Accepted(new ProviderTask(id, Endpoint));
        });
    }

    public async Task<TaskAnswer> QueryAsync(ProviderTask task, CancellationToken ct)
    {
        if (Locked(() => duringQueries.TryDequeue(out var step) ? step : null) is { } meanwhile) await meanwhile();

        return Locked<TaskAnswer>(() =>
        {
            calls.Add($"query {task.Id}");
            if (answers.TryGetValue(task.Id, out var own) && own.TryDequeue(out var answer)) return answer;
            if (anyAnswers.TryDequeue(out answer)) return answer;
            if (tasks.Find(t => t.Id == task.Id) is not { } known) return new TaskAnswer.Gone();

            return ++known.Questions == 1
                ? new TaskAnswer.Working("RUNNING", IsPending: false)
                : new TaskAnswer.Succeeded(LinkOf(task.Id), clock.GetUtcNow(), known.Prompt);
        });
    }

    public Task<TaskListAnswer> ListAsync(TaskListQuery query, CancellationToken ct) => Locked(() =>
    {
        calls.Add($"list {query.Page}");
        if (lists.TryDequeue(out var answer)) return Task.FromResult(answer);

        var found = tasks
            .Where(t => (query.Model ?? t.Model) == t.Model)
            .Select(t => new ListedTask(t.Id, t.Questions > 1 ? "SUCCEEDED" : "RUNNING", t.Model, t.CreatedAt, null))
            .ToList();
        return Task.FromResult<TaskListAnswer>(new TaskListAnswer.Page(
            [.. found.Skip((query.Page - 1) * query.PageSize).Take(query.PageSize)], (found.Count + query.PageSize - 1) / query.PageSize));
    });

    public Task<CancelAnswer> CancelAsync(ProviderTask task, CancellationToken ct) => Locked(() =>
    {
        calls.Add($"cancel {task.Id}");
        return Task.FromResult(cancels.TryDequeue(out var answer)
            ? answer
            : new CancelAnswer.Refused(new Problem("UnsupportedOperation", "Failed to cancel the task, please confirm if the task is in PENDING status.")));
    });

    private T Locked<T>(Func<T> step)
    {
        lock (gate) return step();
    }

    private void Locked(Action step)
    {
        lock (gate) step();
    }
}

/// <summary>One order as it arrived.</summary>
public sealed record FakeOrder(VideoRequest Request, VideoModel Model, PictureHandover.Ready Picture, DateTimeOffset At);

/// <summary>One task that costs money.</summary>
public sealed record FakeTask(string Id, string Model, string Prompt, DateTimeOffset CreatedAt)
{
    /// <summary>How often it was asked for without a script.</summary>
    public int Questions { get; set; }
}

/// <summary>A submit that is under way for as long as the test likes.</summary>
public sealed class HeldSubmit
{
    private readonly TaskCompletionSource arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the call is in flight.</summary>
    public Task Arrived => arrived.Task;

    public void Release() => released.TrySetResult();

    internal Task ArriveAsync()
    {
        arrived.TrySetResult();
        return released.Task;
    }
}
