namespace VideoPlatform.Sandbox.Faults;

/// <summary>The failures that are arranged at this moment. Safe to change at any time, from any thread. Not kept over a restart.</summary>
public sealed class SandboxFaults
{
    private readonly Lock _gate = new();
    private readonly List<Entry> _entries = [];
    private readonly Dictionary<SandboxFaultKind, int> _struck = [];

    /// <summary>What is still armed, in the order of arming; <c>Times</c> is what is left.</summary>
    public IReadOnlyList<SandboxFault> Active
    {
        get { lock (_gate) return [.. _entries.Select(e => e.Fault with { Times = e.Left })]; }
    }

    /// <summary>Arms a fault behind those already armed.</summary>
    public void Add(SandboxFault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        if (fault.Times is { } times) ArgumentOutOfRangeException.ThrowIfNegativeOrZero(times);
        lock (_gate) _entries.Add(new Entry(fault));
    }

    /// <summary>Arms a fault for the next <paramref name="times"/> requests, or until cleared when null.</summary>
    public void Add(SandboxFaultKind kind, int? times = null) => Add(new SandboxFault(kind) { Times = times });

    /// <summary>Disarms everything.</summary>
    public void Clear()
    {
        lock (_gate) _entries.Clear();
    }

    /// <summary>Disarms one kind.</summary>
    public void Clear(SandboxFaultKind kind)
    {
        lock (_gate) _entries.RemoveAll(e => e.Fault.Kind == kind);
    }

    /// <summary>How many requests a kind has struck since the start.</summary>
    public int Struck(SandboxFaultKind kind)
    {
        lock (_gate) return _struck.GetValueOrDefault(kind);
    }

    internal void Replace(IEnumerable<SandboxFault> faults)
    {
        lock (_gate)
        {
            _entries.Clear();
            foreach (var fault in faults) Add(fault);
        }
    }

    /// <summary>The faults that strike one request: at most one that decides the answer, and one of each addition.</summary>
    internal StruckFaults Take(FaultPoint point, string? taskId, string? model, bool hasRange = false)
    {
        lock (_gate)
        {
            SandboxFault? answer = null;
            var additions = new Dictionary<SandboxFaultKind, SandboxFault>();
            foreach (var entry in _entries)
            {
                var fault = entry.Fault;
                if (fault.Kind.Point() != point || !Matches(fault, taskId, model)) continue;
                if (fault.Kind.NeedsRange() && !hasRange) continue;
                if (fault.Kind.IsAddition() ? !additions.TryAdd(fault.Kind, fault) : answer is not null) continue;

                if (!fault.Kind.IsAddition()) answer = fault;
                if (entry.Left is { } left) entry.Left = left - 1;
                _struck[fault.Kind] = _struck.GetValueOrDefault(fault.Kind) + 1;
            }

            _entries.RemoveAll(e => e.Left == 0);
            return new StruckFaults(answer, additions);
        }
    }

    private static bool Matches(SandboxFault fault, string? taskId, string? model) =>
        (fault.TaskId is null || string.Equals(fault.TaskId, taskId, StringComparison.Ordinal))
        && (fault.Model is null || string.Equals(fault.Model, model, StringComparison.Ordinal));

    private sealed class Entry(SandboxFault fault)
    {
        public SandboxFault Fault { get; } = fault;
        public int? Left { get; set; } = fault.Times;
    }
}

/// <summary>The faults that strike one request.</summary>
internal sealed record StruckFaults(SandboxFault? Answer, IReadOnlyDictionary<SandboxFaultKind, SandboxFault> Additions)
{
    public bool Has(SandboxFaultKind addition) => Additions.ContainsKey(addition);

    public SandboxFault? Find(SandboxFaultKind addition) => Additions.GetValueOrDefault(addition);
}
