using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using VideoPlatform.Api.Tests.Hosting;
using VideoPlatform.Application.Pictures;
using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Testing.Origin;
using VideoPlatform.Testing.Provider;

namespace VideoPlatform.Api.Tests.Fetching;

/// <summary>Does each fault of the table in <c>docs/fetching.md</c> to the running service, and holds the table to what came of it.</summary>
public sealed class FaultTableTests
{
    public static TheoryData<string> Names => [.. Fault.All.Select(fault => fault.Injected)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Each_fault_ends_as_the_table_says(string injected)
    {
        var fault = Fault.All.Single(f => f.Injected == injected);
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var scene = new Scene();
        Script(scene, fault, seen.Task);
        await StartAsync(scene, fault);

        var meanwhile = fault.Meanwhile is { } code ? await scene.Host.WaitForAsync(scene.Id, v => (string?)v["error"]?["code"] == code, code) : null;
        await fault.After(scene);
        seen.SetResult();
        var (status, problem) = fault.End.Split(' ') is [var word, .. var rest] ? (word, rest.SingleOrDefault()) : default;
        var video = await scene.Host.WaitForAsync(scene.Id, v => (string?)v["status"] == status && (string?)v["error"]?["code"] == problem, fault.End);

        if (meanwhile is not null) AssertFellBack(meanwhile);
        Assert.Equal(fault.Asked, Asked(scene.Origin));
        Assert.All(scene.Origin.Requests, AssertNoSecret);
        await AssertKept(scene, fault.Kept, video);
    }

    [Fact]
    public void The_document_holds_exactly_these_rows()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "VideoPlatform.sln"))) root = Path.GetDirectoryName(root)!;
        var rows = File.ReadLines(Path.Combine(root, "docs", "fetching.md")).SkipWhile(line => !line.StartsWith("| Fault |", StringComparison.Ordinal)).Skip(2).TakeWhile(line => line.StartsWith('|'));

        Assert.Equal(Fault.All.Select(fault => fault.Row), rows);
    }

    // The second answer waits until the record was looked at.
    private static void Script(Scene scene, Fault fault, Task seen)
    {
        var answers = fault.Answers.Length == 1 && fault.Meanwhile is not null ? [.. fault.Answers, Fault.Honest] : fault.Answers;
        var held = fault.Meanwhile is null ? -1 : fault.Injected.StartsWith("Redirects in", StringComparison.Ordinal) ? answers.Length - 1 : 1;
        for (var i = 0; i < answers.Length; i++)
        {
            var (answer, waits) = (answers[i], i == held);
            scene.Origin.Then(async exchange =>
            {
                if (waits) await seen;
                await answer(scene, exchange);
            });
        }
    }

    private static async Task StartAsync(Scene scene, Fault fault)
    {
        var provider = new FakeVideoProvider(TimeProvider.System);
        provider.AnswerQuery(new TaskAnswer.Succeeded(Link(scene, "video"), TimeProvider.System.GetUtcNow(), null));
        provider.AnswerQuery(fault.HasFreshLink ? new TaskAnswer.Succeeded(Link(scene, "fresh"), TimeProvider.System.GetUtcNow(), null) : new TaskAnswer.Gone());
        scene.Host = await PlatformHost.StartAsync(plan =>
        {
            foreach (var (key, value) in fault.Settings) plan.Settings[key] = value;
            plan.Adjust = services =>
            {
                services.AddSingleton<IVideoProvider>(provider).AddSingleton<IStorageSpace>(scene.Space);
                fault.Adjust(services, scene);
            };
        });
        scene.Id = await scene.Host.GivenWorkspaceAsync();
        fault.Before(scene);
        await scene.Host.AskAsync(scene.Id);
    }

    private static RemoteLink Link(Scene scene, string name) =>
        RemoteLink.Parse($"{scene.Origin.Address}/1d/{name}.mp4?Expires={TimeProvider.System.GetUtcNow().AddHours(20).ToUnixTimeSeconds()}&OSSAccessKeyId=LTAIexample&Signature=a1B2%2Fc3%3D", null)!;

    /// <summary>It is paid for and not here yet: the record says where it is, and since when it is tried.</summary>
    private static void AssertFellBack(JsonNode video)
    {
        Assert.Equal(("downloading", "remote"), ((string?)video["status"], (string?)video["storage"]));
        Assert.Equal((string?)video["remote_url"], (string?)video["url"]);
        Assert.NotNull(video["remote_expires_at"]);
        Assert.Null(video["sha256"]);
    }

    private static void AssertNoSecret(string request)
    {
        Assert.DoesNotContain("Authorization", request, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Cookie", request, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(PlatformHost.ProviderKey, request, StringComparison.Ordinal);
    }

    private static string Asked(OriginServer origin) =>
        origin.Requests.Count == 0 ? "none" : string.Join(", ", origin.Requests.Select(request => Exchange.AskedFrom(request) is null ? "all" : request.Contains("If-Range: \"tag-1\"", StringComparison.Ordinal) ? "rest" : "unsafe rest"));

    private static async Task AssertKept(Scene scene, Kept kept, JsonNode video)
    {
        if (kept is Kept.Nothing)
        {
            // What leads nowhere goes after the record has said so: the other way round, a stop between the two would lose what leads somewhere.
            Assert.Null(video["sha256"]);
            await PlatformHost.EventuallyAsync(() => !Files(scene).Any(), "something is left");
            return;
        }

        var (origin, url) = (kept is Kept.New ? scene.Other : scene.Video, (string?)video["url"]);
        Assert.Equal(("local", origin.Sha256, "checksum"), ((string?)video["storage"], (string?)video["sha256"], (string?)video["verified"]));
        Assert.Equal(origin.Sha256, Convert.ToHexStringLower(SHA256.HashData((await scene.Host.GetAsync(url!)).Bytes)));
        Assert.Equal([$"videos/{Path.GetFileName(url)}", $"videos/{Path.GetFileName(url)}.json"], Files(scene));
    }

    private static IEnumerable<string> Files(Scene scene) => scene.Host.StoredFiles().Where(file => file.StartsWith("videos", StringComparison.Ordinal));
}
