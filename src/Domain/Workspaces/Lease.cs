namespace VideoPlatform.Domain.Workspaces;

/// <summary>One worker's claim on a workspace. Whoever does not show its token cannot end the step.</summary>
/// <param name="Token">Unique for every claim.</param>
/// <param name="Until">After this the work is anybody's again.</param>
public sealed record Lease(Guid Token, DateTimeOffset Until);
