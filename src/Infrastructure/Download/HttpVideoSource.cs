using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Extensions.Options;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Application.Maintenance;
using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Infrastructure.Download;

/// <summary>
/// Fetches over HTTP/1.1: no proxy, no cookie, no credential, no compression, and redirects by hand, each hop checked like the first.
/// A body is only handed out when its end can be told: by its length, by chunks, or by the declared checksum.
/// </summary>
internal sealed class HttpVideoSource : IVideoSource, ILinkProbe, IDisposable
{
    private const int MaxRedirects = 5;

    private readonly DownloadOptions options;
    private readonly TimeProvider clock;
    private readonly LinkPolicy policy;
    private readonly HttpMessageInvoker http;

    public HttpVideoSource(IOptions<DownloadOptions> options, TimeProvider clock)
    {
        (this.options, this.clock) = (options.Value, clock);
        policy = new LinkPolicy(options.Value);
        http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            ConnectCallback = (context, ct) => GuardedConnection.OpenAsync(context, policy, this.options.StallTimeout, clock, ct),
            ConnectTimeout = this.options.StallTimeout,
            MaxConnectionsPerServer = Math.Max(4, this.options.MaxConcurrent * 2),
            MaxResponseHeadersLength = 32,   // KiB
            MaxResponseDrainSize = 64 * 1024,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),   // a name may move; the address is checked anew
        });
    }

    public async Task<SourceAnswer> OpenAsync(RemoteLink link, ProvenPrefix? after, CancellationToken ct)
    {
        var silence = new Silence(options.StallTimeout, clock);
        SourceAnswer? answer = null;
        try
        {
            var address = new Uri(link.Url);
            answer = await AskAsync(address, after, silence, ct);
            // The sender cannot go on from the prefix, or not in a way that can be trusted: once more, from the start.
            answer ??= await AskAsync(address, null, silence, ct) ?? throw new UnreachableException("Only a request with a range has no answer.");
            return answer;
        }
        catch (SourceFailedException e)
        {
            return answer = new SourceAnswer.Unavailable(null, e.Problem);
        }
        catch (HttpRequestException e)
        {
            return answer = NoAnswer(e);
        }
        finally
        {
            if (answer is not SourceAnswer.Opened) silence.Dispose();
        }
    }

    public async Task<LinkAnswer> ProbeAsync(RemoteLink link, CancellationToken ct)
    {
        using var silence = new Silence(options.StallTimeout, clock);
        try
        {
            var hop = await FollowAsync(new Uri(link.Url), AskForFirstByte, silence, ct);
            using var response = hop.Response;
            return (response?.StatusCode, hop.Refusal) switch
            {
                (HttpStatusCode.OK or HttpStatusCode.PartialContent, _) => new LinkAnswer.Alive(),
                (HttpStatusCode.Forbidden or HttpStatusCode.NotFound, _) => new LinkAnswer.Dead((int)response!.StatusCode, await DescribeAsync(response, hop.Address, silence, ct)),
                ({ } status, _) => new LinkAnswer.Unclear((int)status, await DescribeAsync(response!, hop.Address, silence, ct)),
                (_, SourceAnswer.Forbidden forbidden) => new LinkAnswer.Unclear(null, forbidden.Problem),
                (_, SourceAnswer.Unavailable unavailable) => new LinkAnswer.Unclear(unavailable.HttpStatus, unavailable.Problem),
                _ => throw new UnreachableException(),
            };
        }
        catch (SourceFailedException e)
        {
            return new LinkAnswer.Unclear(null, e.Problem);
        }
        catch (HttpRequestException e)
        {
            return new LinkAnswer.Unclear(null, NoAnswer(e) switch
            {
                SourceAnswer.Forbidden forbidden => forbidden.Problem,
                SourceAnswer.Unavailable unavailable => unavailable.Problem,
                _ => throw new UnreachableException(),
            });
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<SourceAnswer?> AskAsync(Uri address, ProvenPrefix? after, Silence silence, CancellationToken ct)
    {
        var hop = await FollowAsync(address, next => Ask(next, after), silence, ct);
        if (hop.Response is not { } response) return hop.Refusal;

        var isKept = false;
        try
        {
            var answer = await JudgeAsync(response, hop.Address, after, silence, ct);
            isKept = answer is SourceAnswer.Opened;
            return answer;
        }
        finally
        {
            if (!isKept) response.Dispose();
        }
    }

    /// <returns>The first answer that is no redirect, to be disposed; or why there is none.</returns>
    private async Task<Hop> FollowAsync(Uri address, Func<Uri, HttpRequestMessage> ask, Silence silence, CancellationToken ct)
    {
        for (var hop = 0; hop <= MaxRedirects; hop++)
        {
            if (policy.Forbids(address, out var forbidden)) return new Hop(null, address, new SourceAnswer.Forbidden(forbidden));

            using var request = ask(address);
            var response = await silence.WatchAsync(new ValueTask<HttpResponseMessage>(http.SendAsync(request, silence.Token)), ct);
            if (!IsRedirect(response.StatusCode)) return new Hop(response, address, null);

            using (response)
            {
                if (response.Headers.Location is not { } location || !Uri.TryCreate(address, location, out var next))
                    return new Hop(null, address, new SourceAnswer.Unavailable((int)response.StatusCode, new Problem("bad_redirect", $"{(int)response.StatusCode} without a usable address.")));

                address = next;
            }
        }

        return new Hop(null, address, new SourceAnswer.Unavailable(null, new Problem("too_many_redirects", $"The link was passed on more than {MaxRedirects} times.")));
    }

    private static bool IsRedirect(HttpStatusCode status) => (int)status is 301 or 302 or 303 or 307 or 308;

    // HEAD would break the signature, which covers the verb (dashscope.md section 4).
    private static HttpRequestMessage AskForFirstByte(Uri address)
    {
        var request = Ask(address, null);
        request.Headers.Range = new RangeHeaderValue(0, 0);
        return request;
    }

    private static HttpRequestMessage Ask(Uri address, ProvenPrefix? after)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address) { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
        if (after is not null && EntityTagHeaderValue.TryParse(after.ETag, out var tag))
        {
            request.Headers.Range = new RangeHeaderValue(after.Length, null);
            request.Headers.IfRange = new RangeConditionHeaderValue(tag);
        }

        return request;
    }

    /// <returns>Null when the answer is no use behind the prefix and the whole should be asked for.</returns>
    private async Task<SourceAnswer?> JudgeAsync(HttpResponseMessage response, Uri address, ProvenPrefix? after, Silence silence, CancellationToken ct)
    {
        var status = (int)response.StatusCode;
        var headers = SourceHeaders.Read(response);
        switch (response.StatusCode)
        {
            case HttpStatusCode.OK or HttpStatusCode.PartialContent when headers.IsEncoded:
                return new SourceAnswer.Unavailable(status, new Problem("unasked_encoding", "The body is compressed although that was not asked for."));

            case HttpStatusCode.OK when headers.Length is null && !headers.IsChunked && headers.Crc64 is null:
                return new SourceAnswer.Unavailable(status, new Problem("length_unknown", "The sender declares neither a length nor a checksum, so the end could not be told from a break."));

            case HttpStatusCode.OK:
                return await TakeAsync(response, headers, 0, headers.Length, silence, ct);

            case HttpStatusCode.PartialContent when after is not null:
                return headers.Continues(after) ? await TakeAsync(response, headers, after.Length, headers.RangeTotal, silence, ct) : null;

            case HttpStatusCode.RequestedRangeNotSatisfiable when after is not null:
                return null;

            case HttpStatusCode.Forbidden or HttpStatusCode.NotFound:
                return new SourceAnswer.Dead(status, await DescribeAsync(response, address, silence, ct));

            default:
                return new SourceAnswer.Unavailable(status, await DescribeAsync(response, address, silence, ct));
        }
    }

    private async Task<SourceAnswer> TakeAsync(HttpResponseMessage response, SourceHeaders headers, long from, long? total, Silence silence, CancellationToken ct)
    {
        if (total > options.MaxBytes)
            return new SourceAnswer.Forbidden(new Problem("too_large", $"The video has {total} bytes; {options.MaxBytes} are allowed (Downloads:MaxBytes)."));

        var body = new SourceBody(await response.Content.ReadAsStreamAsync(ct), silence);
        return new SourceAnswer.Opened(body, from, total, headers.ETag, headers.Crc64, new SourceConnection(response, silence));
    }

    private static async Task<Problem> DescribeAsync(HttpResponseMessage response, Uri address, Silence silence, CancellationToken ct)
    {
        var body = new byte[RefusalText.MaxBody];
        var length = 0;
        try
        {
            await using var stream = new SourceBody(await response.Content.ReadAsStreamAsync(ct), silence);
            int read;
            while ((read = await stream.ReadAsync(body.AsMemory(length), ct)) > 0) length += read;
        }
        catch (SourceFailedException)
        {
            // The status has said what counts; the explanation is what came of it.
        }

        return RefusalText.Describe(response.StatusCode, response.ReasonPhrase, body.AsMemory(0, length), address);
    }

    private static SourceAnswer NoAnswer(HttpRequestException e)
    {
        if (e.InnerException is ForbiddenAddressException forbidden) return new SourceAnswer.Forbidden(new Problem("address_forbidden", forbidden.Message));

        return new SourceAnswer.Unavailable(null, e switch
        {
            { InnerException: SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } } => new Problem("name_not_resolved", "The host's name could not be resolved."),
            { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => new Problem("connection_refused", "The host refused the connection."),
            { InnerException: AuthenticationException } => new Problem("tls_failed", "No secure connection could be made."),
            { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded } => new Problem("bad_answer", "The answer could not be read."),
            _ => new Problem("connection_lost", "The connection broke before an answer came."),
        });
    }

    private sealed record Hop(HttpResponseMessage? Response, Uri Address, SourceAnswer? Refusal);
}
