namespace VideoPlatform.Api.Configuration;

/// <summary>Section <c>Auth</c>: who may call. None set: only loopback may connect.</summary>
public sealed record AuthOptions
{
    public const string Section = "Auth";

    public IReadOnlyList<ApiKeyOptions> ApiKeys { get; set; } = [];
}

public sealed record ApiKeyOptions
{
    /// <summary>For logs.</summary>
    public string Name { get; set; } = "";

    /// <summary>SHA-256 of the key, 64 hex digits: the key itself is nowhere in the configuration.</summary>
    public string Sha256 { get; set; } = "";

    /// <summary><c>reader</c>, <c>editor</c> or <c>admin</c>.</summary>
    public string Role { get; set; } = "";
}
