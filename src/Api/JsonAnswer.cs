using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace VideoPlatform.Api;

/// <summary>One small thing as JSON, sent in one piece that says its length. (The framework's own answer is streamed in chunks.)</summary>
internal sealed class JsonAnswer<T>(T value, JsonTypeInfo<T> type, int status) : IResult
{
    public Task ExecuteAsync(HttpContext http)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(value, type);
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.ContentLength = body.Length;
        http.Response.BodyWriter.Write(body);   // goes out when the request ends
        return Task.CompletedTask;
    }
}
