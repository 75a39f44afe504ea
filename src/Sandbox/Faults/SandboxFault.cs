namespace VideoPlatform.Sandbox.Faults;

/// <summary>One arranged failure. Fields that its kind does not name are ignored.</summary>
/// <param name="Kind">What goes wrong.</param>
public sealed record SandboxFault(SandboxFaultKind Kind)
{
    /// <summary>How many requests it strikes; null: every one until it is cleared.</summary>
    public int? Times { get; init; }

    /// <summary>Only this task; null: any.</summary>
    public string? TaskId { get; init; }

    /// <summary>Only tasks and submits of this model; null: any.</summary>
    public string? Model { get; init; }

    /// <summary>A count of bytes, an offset or a rate; see the kind.</summary>
    public long? Bytes { get; init; }

    /// <summary>A wait; see the kind. <c>hh:mm:ss</c> in JSON.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>HTTP status.</summary>
    public int? Status { get; init; }

    /// <summary>Error code or status word.</summary>
    public string? Code { get; init; }

    /// <summary>Error message.</summary>
    public string? Message { get; init; }

    /// <summary>Name of an output field.</summary>
    public string? Field { get; init; }

    /// <summary>Target of a redirect.</summary>
    public Uri? Url { get; init; }
}
