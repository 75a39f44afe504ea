using System.Net;
using VideoPlatform.Api.Tests.Hosting;
using VideoPlatform.Testing.Files;
using VideoPlatform.Testing.Origin;

namespace VideoPlatform.Api.Tests.Fetching;

/// <summary>An object as the origin has it.</summary>
internal sealed record OriginVideo(byte[] Bytes, ulong Crc64, string Sha256, string Etag)
{
    public static OriginVideo Make(int length, int seed)
    {
        var sample = SampleVideo.Mp4(length, seed);
        return new OriginVideo(sample.Bytes, sample.Crc64, sample.Sha256, $"\"tag-{seed}\"");
    }
}

/// <summary>Everything around one fetch: an origin that misbehaves, and the service with its storage.</summary>
internal sealed class Scene : IAsyncDisposable
{
    private PlatformHost? host;

    public OriginServer Origin { get; } = new();

    public OriginVideo Video { get; } = OriginVideo.Make(900_000, seed: 1);

    public OriginVideo Other { get; } = OriginVideo.Make(970_000, seed: 2);

    public FakeStorageSpace Space { get; } = new();

    public PlatformHost Host { get => host ?? throw new InvalidOperationException("It does not run yet."); set => host = value; }

    public string Id { get; set; } = "";

    private string Sentinel => Path.Combine(Host.Root, ".videoplatform");

    /// <summary>The first bytes have reached the disk.</summary>
    public Task PartIsHereAsync() => PlatformHost.EventuallyAsync(
        () => Directory.EnumerateFiles(Path.Combine(Host.Root, "videos"), "*.part").Any(file => new FileInfo(file).Length > 0), "Nothing of the body was written.");

    public async Task FetchNowAsync() => Assert.Equal(HttpStatusCode.Accepted, (await Host.PostAsync($"/api/workspaces/{Id}/video/download")).Status);

    public async Task RestartAsync()
    {
        await PartIsHereAsync();
        await Host.StopAsync();
        await Host.StartAgainAsync();
    }

    public void TakeDiskAway() => File.Move(Sentinel, Sentinel + ".aside");

    public void BringDiskBack() => File.Move(Sentinel + ".aside", Sentinel);

    public async ValueTask DisposeAsync()
    {
        if (host is not null) await host.DisposeAsync();
        await Origin.DisposeAsync();
    }
}
