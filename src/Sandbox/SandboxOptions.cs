namespace VideoPlatform.Sandbox;

/// <summary>How the sandbox provider behaves. The defaults stand for a quick, well-behaved provider.</summary>
public sealed class SandboxOptions
{
    /// <summary>Where tasks, pictures, videos, the link secret and the ports are kept. Created when missing.</summary>
    public required string Folder { get; init; }

    /// <summary>Port of the API on 127.0.0.1. 0: the port remembered in the folder if it is free, else one that the system chooses.</summary>
    public int Port { get; init; }

    /// <summary>How long a task stays PENDING when a slot is free.</summary>
    public TimeSpan PendingFor { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a task stays RUNNING; longer when its video is not rendered yet.</summary>
    public TimeSpan RunningFor { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Life of a result link, counted from the end of the task (dashscope.md section 4).</summary>
    public TimeSpan LinkLifetime { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Life of a task record, counted from the submit. Afterwards the task is UNKNOWN (dashscope.md section 3).</summary>
    public TimeSpan TaskRecordLifetime { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Tasks of one model that may run at once; null: no limit (dashscope.md section 7, "tasks in progress").</summary>
    public int? MaxRunningTasks { get; init; }

    /// <summary>What happens to a submit above <see cref="MaxRunningTasks"/>. The real service is not settled on it.</summary>
    public SurplusTasks Surplus { get; init; } = SurplusTasks.WaitPending;

    /// <summary>When a body of the wrong shape is refused. The real service does both (dashscope.md section 0, item 6).</summary>
    public BodyChecks BodyChecks { get; init; } = BodyChecks.AtSubmit;

    /// <summary>The only key that is let in; null: any key.</summary>
    public string? ApiKey { get; init; }

    /// <summary>What a finished task delivers.</summary>
    public SandboxVideo Video { get; init; } = new SandboxVideo.FromPicture();

    /// <summary>The clock of tasks and links. The pacing of network faults always runs in real time.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}

/// <summary>What happens to a task above the limit of running tasks.</summary>
public enum SurplusTasks
{
    /// <summary>It is accepted and stays PENDING until a slot is free.</summary>
    WaitPending,

    /// <summary>The submit is answered 429 while the model has that many tasks PENDING or RUNNING.</summary>
    Throttle,
}

/// <summary>When a body of the wrong shape is refused.</summary>
public enum BodyChecks
{
    /// <summary>HTTP 400 at the submit.</summary>
    AtSubmit,

    /// <summary>The submit succeeds and the task ends FAILED.</summary>
    AsLateFailure,
}

/// <summary>What a finished task delivers.</summary>
public abstract record SandboxVideo
{
    private SandboxVideo() { }   // closed: the cases below are all there are

    /// <summary>A slow zoom into the submitted picture, made by ffmpeg; the bundled clip when that is not possible.</summary>
    public sealed record FromPicture : SandboxVideo;

    /// <summary>Always the small bundled clip (H.264, 640x360, 5 s).</summary>
    public sealed record Bundled : SandboxVideo;

    /// <summary>Bytes made by the caller from the task id; ready as soon as the submit is answered.</summary>
    public sealed record Made(Func<string, ReadOnlyMemory<byte>> FromTaskId) : SandboxVideo
    {
        /// <summary>The same bytes for every task.</summary>
        public Made(ReadOnlyMemory<byte> content) : this(_ => content) { }
    }

    /// <summary>
    /// A body of <paramref name="Length"/> bytes (at least 32) that is computed while it is sent and never stored: an
    /// <c>ftyp</c> box, then an <c>mdat</c> box of numbered words. Not playable; the checksums are right.
    /// </summary>
    public sealed record Generated(long Length) : SandboxVideo;
}
