using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace VideoPlatform.Api;

/// <summary>One small thing as JSON, sent in one piece that says its length. (The framework's own answer is streamed in chunks.)</summary>
/// <param name="body">UTF-8.</param>
internal sealed class JsonAnswer(byte[] body, int status) : IResult
{
    public static JsonAnswer Of<T>(T value, JsonTypeInfo<T> type, int status) => new(JsonSerializer.SerializeToUtf8Bytes(value, type), status);

    public Task ExecuteAsync(HttpContext http)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.ContentLength = body.Length;
        http.Response.BodyWriter.Write(body);   // goes out when the request ends
        return Task.CompletedTask;
    }
}
