using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Microsoft.Win32.SafeHandles;
using VideoPlatform.Api.Security;

namespace VideoPlatform.Api.Files;

/// <summary>
/// A stored file as the answer to GET and HEAD: whole or one range of it, under conditions (RFC 9110, sections 13 and 14). Several ranges at once,
/// and a range that means nothing, get the whole. A stored file never changes under its name, so its length and time are a strong tag.
/// </summary>
/// <param name="file">Open; closed with the answer.</param>
internal sealed class FileAnswer(SafeFileHandle file, string type) : IResult
{
    private readonly long length = RandomAccess.GetLength(file);
    private readonly DateTimeOffset changed = File.GetLastWriteTimeUtc(file);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using (file) await AnswerAsync(httpContext);
    }

    private Task AnswerAsync(HttpContext httpContext)
    {
        var (asked, response) = (httpContext.Request.Headers, httpContext.Response);
        var tag = new EntityTagHeaderValue($"\"{length:x}-{changed.Ticks:x}\"");
        response.Headers.ContentSecurityPolicy = SecurityHeaders.FilePolicy;
        response.Headers.AcceptRanges = "bytes";
        response.Headers.ETag = tag.ToString();
        response.Headers.LastModified = HeaderUtilities.FormatDate(changed);

        if (StatusByCondition(asked, tag) is { } status)
        {
            response.StatusCode = status;
            return Task.CompletedTask;
        }

        var (first, last) = (0L, length - 1);
        if (RangeOf(asked, tag) is { } range)
        {
            if (range.From is { } from) (first, last) = (from, Math.Min(range.To ?? last, last));
            else first = Math.Max(0, length - range.To!.Value);   // so many from the end

            var isThere = first <= last;
            response.StatusCode = isThere ? StatusCodes.Status206PartialContent : StatusCodes.Status416RangeNotSatisfiable;
            response.Headers.ContentRange = isThere ? $"bytes {first}-{last}/{length}" : $"bytes */{length}";
            if (!isThere) return Task.CompletedTask;
        }

        var count = last - first + 1;
        response.ContentType = type;
        response.ContentLength = count;
        return HttpMethods.IsHead(httpContext.Request.Method) ? Task.CompletedTask : FileSender.SendAsync(response, file, first, count);
    }

    /// <returns>304 or 412; null when the file is to be sent. In the order of section 13.2.2.</returns>
    private int? StatusByCondition(IHeaderDictionary asked, EntityTagHeaderValue tag)
    {
        if (asked.IfMatch is { Count: > 0 } match ? !IsAmong(match, tag, strongly: true) : DateOf(asked.IfUnmodifiedSince) < ToSecond(changed))
            return StatusCodes.Status412PreconditionFailed;
        if (asked.IfNoneMatch is { Count: > 0 } noneMatch ? IsAmong(noneMatch, tag, strongly: false) : DateOf(asked.IfModifiedSince) >= ToSecond(changed))
            return StatusCodes.Status304NotModified;
        return null;
    }

    private RangeItemHeaderValue? RangeOf(IHeaderDictionary asked, EntityTagHeaderValue tag) =>
        asked.Range is [{ } text]
        && RangeHeaderValue.TryParse(text, out var parsed) && parsed.Unit.Equals("bytes", StringComparison.OrdinalIgnoreCase) && parsed.Ranges.Count == 1
        && (asked.IfRange.Count == 0 || IsExactly(asked.IfRange, tag))
            ? parsed.Ranges.Single()
            : null;

    // A condition that is no exact match asks for the whole: another time, a weak tag, or rubbish (section 13.1.5).
    private bool IsExactly(StringValues condition, EntityTagHeaderValue tag) =>
        RangeConditionHeaderValue.TryParse(condition.ToString(), out var parsed)
        && (parsed.EntityTag is { } other ? other.Compare(tag, useStrongComparison: true) : parsed.LastModified == ToSecond(changed));

    private static bool IsAmong(StringValues tags, EntityTagHeaderValue tag, bool strongly) =>
        EntityTagHeaderValue.TryParseList(tags, out var parsed)
        && parsed.Any(other => other.Equals(EntityTagHeaderValue.Any) || other.Compare(tag, strongly));

    private static DateTimeOffset? DateOf(StringValues date) => date is [{ } text] && HeaderUtilities.TryParseDate(text, out var parsed) ? parsed : null;

    // Headers have no finer time.
    private static DateTimeOffset ToSecond(DateTimeOffset time) => DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds());
}
