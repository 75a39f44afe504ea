namespace VideoPlatform.Application.Configuration;

/// <summary>Section <c>Downloads</c>: fetching finished videos.</summary>
public sealed record DownloadOptions
{
    public const string Section = "Downloads";

    public int MaxConcurrent { get; set; } = 4;

    /// <summary>Bytes; a larger declared or real size ends the fetch.</summary>
    public long MaxBytes { get; set; } = 2_147_483_648;

    /// <summary>Without a byte.</summary>
    public TimeSpan StallTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Before the second try; doubles up to <see cref="MaxRetryDelay"/>.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Host names, or <c>*.suffix</c> for whole labels below a name; every redirect is checked again.</summary>
    public IList<string> AllowedHosts { get; set; } = [];

    /// <summary>Plain <c>http:</c> links.</summary>
    public bool AllowHttp { get; set; }

    /// <summary>Loopback, private, link-local and other non-public addresses, checked on the connected socket.</summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>The one origin of the built-in sandbox's links, allowed besides the rules above. Set by the program, never by configuration.</summary>
    public Uri? SandboxOrigin { get; set; }
}
