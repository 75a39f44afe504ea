using Microsoft.Extensions.Options;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Application.Videos;
using VideoPlatform.Application.Work;
using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Application.Maintenance;

internal abstract record LinkState
{
    private LinkState() { }

    /// <param name="FreshLink">In place of the recorded one, if that is dead.</param>
    public sealed record Live(RemoteLink? FreshLink) : LinkState;

    public sealed record Dead(Problem Problem) : LinkState;

    /// <summary>Nobody can tell at the moment.</summary>
    public sealed record Unclear(Problem Problem) : LinkState;
}

/// <summary>Whether a finished video's bytes can still be had from the provider: by its link, or by another that the task gives.</summary>
internal sealed class LinkFinder(ILinkProbe probe, IVideoProvider provider, IOptions<QwenOptions> qwen, TimeProvider clock)
{
    // Our clock may be wrong: a link that cannot be asked is given this much more.
    private static readonly TimeSpan pastDeadline = TimeSpan.FromHours(2);

    // How long a link is trusted that answers although its time is over.
    private static readonly TimeSpan stillAlive = TimeSpan.FromHours(1);

    /// <summary>What the record says, and one request to the link where its deadline is not known. Nothing else is asked.</summary>
    public Task<LinkState> LookAsync(Video video, CancellationToken ct) => LookAsync(video, believesPast: true, believesAhead: true, ct);

    private async Task<LinkState> LookAsync(Video video, bool believesPast, bool believesAhead, CancellationToken ct)
    {
        var now = clock.Now();
        switch (video.Link)
        {
            case null:
                return new LinkState.Dead(new Problem("no_link", "No link is recorded."));
            case { IsDead: true }:
                return new LinkState.Dead(video.Problem ?? new Problem("link_dead", "The link is known to be dead."));
            case { ExpiresAt: { } deadline } when deadline > now && believesAhead:
                return new LinkState.Live(null);
            case { ExpiresAt: { } deadline } when deadline <= now && believesPast:
                return new LinkState.Dead(new Problem("link_expired", "The link's time is over."));
            case var link:
                return await probe.ProbeAsync(link, ct) switch
                {
                    LinkAnswer.Dead dead => new LinkState.Dead(dead.Problem),
                    LinkAnswer.Unclear unclear when link.ExpiresAt + pastDeadline < now =>
                        new LinkState.Dead(new Problem("link_expired", $"The link's time is over. Last: {unclear.Problem.Message}")),
                    LinkAnswer.Unclear unclear => new LinkState.Unclear(unclear.Problem),
                    _ => new LinkState.Live(link.ExpiresAt <= now ? RemoteLink.Restore(link.Url, now + stillAlive, isDead: false) : null),
                };
        }
    }

    /// <summary>The same, but a deadline that is past is not believed; and where the link is dead the task is asked once for another, if anybody can still know it.</summary>
    /// <param name="givesUp">A file that may be all that is left is given up for it: then a deadline that lies ahead is not enough.</param>
    public async Task<LinkState> FindAsync(Video video, bool givesUp, CancellationToken ct)
    {
        var state = await LookAsync(video, believesPast: false, believesAhead: !givesUp, ct);
        if (state is not LinkState.Dead dead) return state;
        if (video.State.Task is not { } task || !MayBeAsked(video)) return dead;

        return await provider.QueryAsync(task, ct) switch
        {
            TaskAnswer.Succeeded { Link: { } fresh } when fresh.Url != video.Link?.Url && fresh.LivesAt(clock.Now()) => new LinkState.Live(fresh),
            TaskAnswer.Silent => new LinkState.Unclear(dead.Problem),
            _ => dead,
        };
    }

    /// <summary>A task's record lives as long as its link: long after the deadline there is nobody to ask, and without a key nobody answers.</summary>
    public bool MayBeAsked(Video video)
    {
        var ended = video.Link?.ExpiresAt - RemoteLink.Lifetime ?? video.FinishedAt;
        return !string.IsNullOrWhiteSpace(qwen.Value.ApiKey) && !(clock.Now() - ended > Schedule.TaskRecordLife);
    }
}
