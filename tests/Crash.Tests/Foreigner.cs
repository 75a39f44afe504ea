using System.Net.Http.Json;
using System.Text.Json.Nodes;
using VideoPlatform.Sandbox;

namespace VideoPlatform.Crash.Tests;

/// <summary>Somebody else who uses the same account.</summary>
internal sealed class Foreigner(SandboxProvider provider) : IDisposable
{
    private const string Picture =
        "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAQAAAACCAIAAADwyuo0AAAAEElEQVR4nGP4z8AARwzIHABvqgf5gNwAKAAAAABJRU5ErkJggg==";

    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false });

    /// <returns>The task's id, also when the answer is lost on the way.</returns>
    public async Task<string> SubmitAsync(string prompt)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{provider.BaseUrl}/services/aigc/video-generation/video-synthesis")
        {
            Content = JsonContent.Create(new JsonObject
            {
                ["model"] = Platform.Model,
                ["input"] = new JsonObject { ["prompt"] = prompt, ["img_url"] = Picture },
                ["parameters"] = new JsonObject { ["resolution"] = "720P", ["duration"] = 5, ["watermark"] = false },
            }),
        };
        request.Headers.Add("Authorization", "Bearer sk-crash-test");
        request.Headers.Add("X-DashScope-Async", "enable");
        try
        {
            using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        }
        catch (HttpRequestException)
        {
            // A fault was armed for it.
        }

        return provider.Counters.Tasks.Single(t => t.Prompt == prompt).Id;
    }

    public void Dispose() => http.Dispose();
}
