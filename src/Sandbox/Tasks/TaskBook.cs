using System.Text.Json;
using VideoPlatform.Sandbox.Faults;

namespace VideoPlatform.Sandbox.Tasks;

/// <summary>
/// All tasks. There is no timer: whoever looks first works off what has become due, in order of time, so that a
/// process that was dead for a while finds its tasks where they would have been.
/// </summary>
internal sealed class TaskBook
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, SandboxTask> _tasks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _mostRunning = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _mostInProgress = new(StringComparer.Ordinal);
    private readonly SandboxFolder _folder;
    private readonly SandboxOptions _options;
    private readonly SandboxFaults _faults;

    public TaskBook(SandboxFolder folder, SandboxOptions options, SandboxFaults faults)
    {
        (_folder, _options, _faults) = (folder, options, faults);
        foreach (var file in Directory.EnumerateFiles(folder.Tasks, "*.json"))
        {
            if (JsonSerializer.Deserialize<SandboxTask>(File.ReadAllBytes(file)) is { } task) _tasks.Add(task.Id, task);
        }
    }

    private DateTimeOffset Now => _options.TimeProvider.GetUtcNow();

    /// <summary>Most tasks RUNNING at once, by model, since the start.</summary>
    public IReadOnlyDictionary<string, int> MostRunning
    {
        get { lock (_gate) { Settle(); return new Dictionary<string, int>(_mostRunning, StringComparer.Ordinal); } }
    }

    /// <summary>Most tasks PENDING or RUNNING at once, by model, since the start.</summary>
    public IReadOnlyDictionary<string, int> MostInProgress
    {
        get { lock (_gate) return new Dictionary<string, int>(_mostInProgress, StringComparer.Ordinal); }
    }

    /// <summary>Every task that is kept, oldest first, dead records included.</summary>
    public IReadOnlyList<SandboxTask> All()
    {
        lock (_gate)
        {
            Settle();
            return [.. _tasks.Values.OrderBy(t => t.SubmittedAt)];
        }
    }

    /// <summary>The task, or null when it is unknown or its record is dead.</summary>
    public SandboxTask? Find(string id) => FindKept(id) is { } task && IsAlive(task) ? task : null;

    /// <summary>The task, also when its record is dead: a link may outlive it.</summary>
    public SandboxTask? FindKept(string id)
    {
        lock (_gate)
        {
            Settle();
            return _tasks.GetValueOrDefault(id);
        }
    }

    public bool IsAlive(SandboxTask task) => task.SubmittedAt + _options.TaskRecordLifetime > Now;

    /// <summary>False, and nothing is kept, when the model has no slot left and the surplus is throttled.</summary>
    public bool TryAdd(SandboxTask task)
    {
        lock (_gate)
        {
            Settle();
            DropDead();
            var inProgress = _tasks.Values.Count(t => t.IsOpen && SameModel(t, task)) + 1;
            if (_options.Surplus == SurplusTasks.Throttle && inProgress > _options.MaxRunningTasks) return false;

            Keep(task);
            NoteMost(_mostInProgress, task.Model, inProgress);
            return true;
        }
    }

    /// <summary>False when the task is not PENDING.</summary>
    public bool TryCancel(string id)
    {
        lock (_gate)
        {
            if (Find(id) is not { State: TaskState.Pending } task) return false;
            Keep(task with { State = TaskState.Canceled, EndedAt = Now });
            return true;
        }
    }

    public void VideoReady(string id, ReadyVideo video)
    {
        lock (_gate)
        {
            if (_tasks.TryGetValue(id, out var task)) Keep(task with { Video = video });
        }
    }

    private void Settle()
    {
        var now = Now;
        while (NextChange() is var (task, at) && at <= now)
        {
            Keep(task.State == TaskState.Pending ? task with { State = TaskState.Running, ScheduledAt = at } : End(task, at));
            NoteMost(_mostRunning, task.Model, Running(task));
        }
    }

    private (SandboxTask Task, DateTimeOffset At)? NextChange()
    {
        var changes = _tasks.Values.Where(t => t.IsOpen)
            .Select(t => (Task: t, At: t.State == TaskState.Pending ? StartOf(t) : EndOf(t)))
            .Where(c => c.At is not null);
        return changes.OrderBy(c => c.At)
            .ThenBy(c => c.Task.State == TaskState.Pending)   // a slot becomes free before it is taken
            .ThenBy(c => c.Task.SubmittedAt)
            .Select(c => ((SandboxTask, DateTimeOffset)?)(c.Task, c.At!.Value)).FirstOrDefault();
    }

    private DateTimeOffset? StartOf(SandboxTask task)
    {
        var due = task.SubmittedAt + _options.PendingFor;
        if (_options.MaxRunningTasks is not { } max) return due;
        if (Running(task) >= max) return null;

        // A task that was due while all slots were taken starts when the latest one became free.
        var freed = _tasks.Values.Where(t => SameModel(t, task) && t.ScheduledAt is not null).Max(t => t.EndedAt);
        return freed > due ? freed : due;
    }

    private DateTimeOffset? EndOf(SandboxTask task)
    {
        if (task.NeverEnds) return null;

        var due = task.ScheduledAt + _options.RunningFor;
        if (task.BodyError is not null) return due;
        return task.Video is null ? null : task.Video.ReadyAt > due ? task.Video.ReadyAt : due;
    }

    private SandboxTask End(SandboxTask task, DateTimeOffset at)
    {
        var ended = task with { EndedAt = at };
        var fault = _faults.Take(FaultPoint.Outcome, task.Id, task.Model).Answer;
        return fault?.Kind switch
        {
            SandboxFaultKind.OutcomeNever => task with { NeverEnds = true },
            SandboxFaultKind.OutcomeCanceled => ended with { State = TaskState.Canceled },
            SandboxFaultKind.OutcomeFailedSilently => ended with { State = TaskState.Failed },
            SandboxFaultKind.OutcomeFailed => ended with
            {
                State = TaskState.Failed,
                Error = new TaskError(fault.Code ?? "InternalError.Algo", fault.Message ?? "Algorithm process error."),
            },
            _ when task.BodyError is { } error => ended with { State = TaskState.Failed, Error = error },
            _ => ended with { State = TaskState.Succeeded },
        };
    }

    private int Running(SandboxTask like) => _tasks.Values.Count(t => t.State == TaskState.Running && SameModel(t, like));

    private static bool SameModel(SandboxTask one, SandboxTask other) =>
        string.Equals(one.Model, other.Model, StringComparison.Ordinal);

    private static void NoteMost(Dictionary<string, int> most, string model, int count) =>
        most[model] = Math.Max(most.GetValueOrDefault(model), count);

    private void Keep(SandboxTask task)
    {
        SandboxFolder.WriteWhole(_folder.TaskFile(task.Id), JsonSerializer.SerializeToUtf8Bytes(task));
        _tasks[task.Id] = task;
    }

    /// <summary>Removes what nobody can ask for any more, an hour after its last link died.</summary>
    private void DropDead()
    {
        var limit = Now - _options.TaskRecordLifetime - _options.LinkLifetime - TimeSpan.FromHours(1);
        foreach (var task in _tasks.Values.Where(t => !t.IsOpen && t.EndedAt < limit && t.SubmittedAt < limit).ToList())
        {
            File.Delete(_folder.TaskFile(task.Id));
            File.Delete(_folder.VideoFile(task.Id));
            _tasks.Remove(task.Id);
        }
    }
}
