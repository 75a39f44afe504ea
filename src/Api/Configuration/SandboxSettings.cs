namespace VideoPlatform.Api.Configuration;

/// <summary>Section <c>Sandbox</c>: how the built-in provider behaves when it is used (<c>Qwen:Sandbox</c>).</summary>
public sealed record SandboxSettings
{
    public const string Section = "Sandbox";

    /// <summary>Where its tasks and videos lie, so that they survive a restart.</summary>
    public string Path { get; set; } = "data/sandbox";

    /// <summary>How long a task waits.</summary>
    public TimeSpan PendingFor { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a task runs.</summary>
    public TimeSpan RunningFor { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a link lives.</summary>
    public TimeSpan LinkLifetime { get; set; } = TimeSpan.FromHours(24);
}
