using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Application.Maintenance;

/// <summary>Whether a remote link still gives its bytes.</summary>
public interface ILinkProbe
{
    /// <summary>Asks for the first byte, once, under the same rules as a fetch (hosts, addresses, redirects).</summary>
    Task<LinkAnswer> ProbeAsync(RemoteLink link, CancellationToken ct);
}

public abstract record LinkAnswer
{
    private LinkAnswer() { }

    public sealed record Alive : LinkAnswer;

    /// <param name="HttpStatus">403 or 404.</param>
    public sealed record Dead(int HttpStatus, Problem Problem) : LinkAnswer;

    /// <summary>It says neither: forbidden by the configuration, no answer, or one that means nothing.</summary>
    /// <param name="HttpStatus">Null when there was no answer.</param>
    public sealed record Unclear(int? HttpStatus, Problem Problem) : LinkAnswer;
}
