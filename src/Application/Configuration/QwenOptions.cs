using System.Security.Cryptography;
using System.Text;

namespace VideoPlatform.Application.Configuration;

/// <summary>Section <c>Qwen</c>: the paid provider.</summary>
public sealed record QwenOptions
{
    public const string Section = "Qwen";

    /// <summary>Secret. Also read from <c>DASHSCOPE_API_KEY</c>.</summary>
    public string? ApiKey { get; set; }

    /// <summary>Any region, workspace host or gateway prefix, without a slash at its end.</summary>
    public string BaseUrl { get; set; } = "https://dashscope.aliyuncs.com/api/v1";

    /// <summary>Sent as <c>X-DashScope-WorkSpace</c>.</summary>
    public string? WorkspaceId { get; set; }

    /// <summary>The model of a request that names none.</summary>
    public string Model { get; set; } = "wan2.6-i2v-flash";

    /// <summary>Running tasks per model.</summary>
    public int MaxInFlight { get; set; } = 5;

    /// <summary>Token bucket, per account.</summary>
    public double SubmitsPerSecond { get; set; } = 5;

    /// <summary>Token bucket, per account.</summary>
    public double QueriesPerSecond { get; set; } = 20;

    /// <summary>Between two questions about one task; grows for tasks that run long.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(15);

    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Grace before the first look at the provider's list; later looks double it, four in all.</summary>
    public TimeSpan SettleAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>True: the built-in sandbox. Unset and no key: the sandbox in Development, refusal to start otherwise.</summary>
    public bool? Sandbox { get; set; }

    /// <summary>Tells this endpoint, key and workspace from any others, without showing them: 16 hexadecimal digits of a SHA-256.</summary>
    public string Account => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{BaseUrl}\n{ApiKey}\n{WorkspaceId}")))[..16];
}
