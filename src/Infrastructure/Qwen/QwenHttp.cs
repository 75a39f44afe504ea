using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Infrastructure.Qwen;

/// <summary>One answer, or that there was none.</summary>
/// <param name="Status">0 when there was no answer.</param>
/// <param name="Json">Undefined when the body was no JSON.</param>
/// <param name="ClockAhead">How far the other side's clock (<c>Date</c>, whole seconds) is before ours; null when it does not tell.</param>
/// <param name="Problem">What to say of it where it is no success.</param>
internal sealed record QwenReply(int Status, JsonElement Json, TimeSpan? RetryAfter, TimeSpan? ClockAhead, Problem Problem)
{
    public bool IsSuccess => Status is >= 200 and < 300;

    public string? Code => QwenErrors.CodeOf(Json);

    public QwenVerdict Verdict => QwenErrors.Judge(Status, Code);

    public TimeSpan? BackOff => QwenErrors.BackOff(Code, RetryAfter);
}

/// <summary>
/// The wire. Its handlers are its own and not the factory's, so that no default of the program (retries, hedging, logging of addresses)
/// ever reaches the paid request. No redirects, no proxies, no cookies, no tracing headers: what leaves is what is documented.
/// </summary>
internal sealed class QwenHttp(IOptions<QwenOptions> options, TimeProvider clock) : IDisposable
{
    private const int MaxAnswerBytes = 1024 * 1024;
    private static readonly TimeSpan maxRetryAfter = TimeSpan.FromHours(1);

    // SocketsHttpHandler sends a request again when a pooled connection turns out to be dead. A connection that was never used has no such excuse.
    private readonly HttpMessageInvoker paid = Invoker(TimeSpan.Zero);
    private readonly HttpMessageInvoker free = Invoker(TimeSpan.FromMinutes(2));

    /// <summary>Null when none is configured, or when it cannot be sent.</summary>
    public string? Key => options.Value.ApiKey?.Trim() is { Length: > 0 } key && !key.AsSpan().ContainsAnyExceptInRange('!', '~') ? key : null;

    public static Problem KeyMissing { get; } = new(QwenErrors.KeyMissing, "No usable API key is configured (Qwen:ApiKey).");

    /// <summary>The paid request: a fresh connection, and a time limit for all of it, so that a late success cannot follow after the video was settled.</summary>
    public Task<QwenReply> SendPaidAsync(HttpRequestMessage request) => SendAsync(paid, request, untilSilent: null, CancellationToken.None);

    /// <summary>Reads, cancels and uploads: each of them may be repeated.</summary>
    /// <param name="untilSilent">The time limit starts again with each block of this body.</param>
    /// <exception cref="OperationCanceledException">The caller left.</exception>
    public Task<QwenReply> SendAsync(HttpRequestMessage request, CancellationToken ct, QwenBody? untilSilent = null) =>
        SendAsync(free, request, untilSilent, ct);

    /// <summary>A request of the API itself. Only this one carries the key.</summary>
    public HttpRequestMessage Call(HttpMethod method, Uri address, string key, bool inWorkspace = true)
    {
        var request = new HttpRequestMessage(method, address) { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (inWorkspace && !string.IsNullOrWhiteSpace(options.Value.WorkspaceId))
            request.Headers.TryAddWithoutValidation("X-DashScope-WorkSpace", options.Value.WorkspaceId.Trim());
        return request;
    }

    public void Dispose()
    {
        paid.Dispose();
        free.Dispose();
    }

    private async Task<QwenReply> SendAsync(HttpMessageInvoker wire, HttpRequestMessage request, QwenBody? untilSilent, CancellationToken ct)
    {
        var limit = options.Value.RequestTimeout;
        using var timeout = new CancellationTokenSource(limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, ct);
        if (untilSilent is not null) untilSilent.Progress = () => timeout.CancelAfter(limit);

        try
        {
            using var response = await wire.SendAsync(request, either.Token);
            var json = QwenJson.Parse(await ReadAsync(response.Content, either.Token));
            var status = (int)response.StatusCode;
            return new QwenReply(status, json, RetryAfter(response), response.Headers.Date - clock.GetUtcNow(), QwenErrors.Describe(status, json, Key));
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return None(QwenErrors.TimedOut, $"The provider did not answer within {limit.TotalSeconds:0.###} s.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException)
        {
            ct.ThrowIfCancellationRequested();
            return None(QwenErrors.Unreachable, $"No answer came from the provider ({Reason(e)}).");
        }
    }

    private static QwenReply None(string code, string message) => new(0, default, null, null, new Problem(code, message));

    /// <returns>Empty when the body is longer than any answer can be.</returns>
    private static async Task<string> ReadAsync(HttpContent content, CancellationToken ct)
    {
        using var kept = new MemoryStream();
        await using var body = await content.ReadAsStreamAsync(ct);
        var block = new byte[16 * 1024];
        for (int read; (read = await body.ReadAsync(block, ct)) > 0;)
        {
            if (kept.Length + read > MaxAnswerBytes) return "";
            kept.Write(block, 0, read);
        }

        return EncodingOf(content).GetString(kept.GetBuffer(), 0, (int)kept.Length);
    }

    private static Encoding EncodingOf(HttpContent content)
    {
        try
        {
            return content.Headers.ContentType?.CharSet is { Length: > 0 } name ? Encoding.GetEncoding(name.Trim('"', '\'')) : Encoding.UTF8;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return Encoding.UTF8;
        }
    }

    // Seconds or a date (RFC 9110); no recording of the provider has one (dashscope.md section 9, point 9).
    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        if (!response.Headers.TryGetValues("Retry-After", out var values)) return null;
        var text = values.First();
        TimeSpan? wait =
            double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(Math.Min(seconds, maxRetryAfter.TotalSeconds))
            : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date - clock.GetUtcNow()
            : null;
        return wait is { } w ? TimeSpan.FromTicks(Math.Clamp(w.Ticks, 0, maxRetryAfter.Ticks)) : null;
    }

    // Fixed words only: the text of an exception may quote what was sent.
    private static string Reason(Exception e) => e switch
    {
        HttpRequestException { InnerException: SocketException socket } => socket.SocketErrorCode.ToString(),
        HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } http => http.HttpRequestError.ToString(),
        HttpIOException io => io.HttpRequestError.ToString(),
        { InnerException: { } inner } => Reason(inner),
        SocketException socket => socket.SocketErrorCode.ToString(),
        _ => e.GetType().Name,
    };

    private static HttpMessageInvoker Invoker(TimeSpan connectionLifetime) => new(
        new SocketsHttpHandler
        {
            ActivityHeadersPropagator = null,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.GZip,
            PooledConnectionLifetime = connectionLifetime,
            UseCookies = false,
            UseProxy = false,
        },
        disposeHandler: true);
}
