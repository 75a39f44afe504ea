using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace VideoPlatform.Infrastructure.Tests.Qwen;

/// <summary>
/// A recorded exchange: what we must send and what came back, as a file. Lines with <c>#</c> before the request are notes; <c>---</c> stands
/// between request and answer; of the headers, <c>Host</c> and <c>Content-Length</c> are the transport's and are left out.
/// </summary>
internal sealed record Exchange(string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Body, int Status, string[] AnswerHeaders, string AnswerBody)
{
    public static Exchange Load(string name)
    {
        var text = string.Join('\n', File.ReadAllText(Path.Combine(Folder(), name + ".http")).Split('\n').SkipWhile(l => l.StartsWith('#')));
        var halves = text.Split("\n---\n", 2);
        var (line, headers, body) = Message(halves[0]);
        var (answerLine, answerHeaders, answerBody) = Message(halves[1]);
        return new Exchange(
            line.Split(' ')[0], line.Split(' ')[1],
            headers.Select(h => h.Split(": ", 2)).ToDictionary(p => p[0], p => p[1], StringComparer.OrdinalIgnoreCase), body,
            int.Parse(answerLine.Split(' ')[1]), answerHeaders, answerBody);
    }

    public void Script(ProviderServer server) => server.Answer(Status, AnswerBody, AnswerHeaders);

    /// <summary>Method, target, every header and the body: nothing is missing and nothing is sent besides.</summary>
    public void AssertSent(WireRequest sent)
    {
        Assert.Equal((Method, Target), (sent.Method, sent.Target));
        Assert.Equal(Sorted(Headers), Sorted(sent.Headers.Where(h => h.Key is not ("Host" or "Content-Length"))));
        if (Body.Length == 0) Assert.Empty(sent.Body);
        else Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Body), JsonNode.Parse(sent.Body)), $"Expected {Body} but was {sent.Text}");
    }

    private static string[] Sorted(IEnumerable<KeyValuePair<string, string>> headers) =>
        [.. headers.Select(h => $"{h.Key.ToLowerInvariant()}: {h.Value}").Order(StringComparer.Ordinal)];

    private static (string Line, string[] Headers, string Body) Message(string text)
    {
        var parts = text.Split("\n\n", 2);
        var lines = parts[0].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return (lines[0], lines[1..], parts.Length == 1 ? "" : parts[1].TrimEnd('\n'));
    }

    private static string Folder([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "Recorded");
}
