using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using VideoPlatform.Api.Files;
using VideoPlatform.Testing.Files;

namespace VideoPlatform.Api.Tests.Files;

/// <summary>Files over a real connection.</summary>
public sealed class FileSenderTests : IAsyncLifetime
{
    private const int Size = 1_000_003;   // several pieces, and a last one that is no round number

    private readonly string file = Path.Combine(Path.GetTempPath(), $"sent-{Guid.NewGuid():n}.mp4");
    private readonly byte[] content = RandomNumberGenerator.GetBytes(Size);
    private readonly WebApplication app;
    private readonly HttpClient http = new();

    public FileSenderTests()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        app = builder.Build();
        app.MapMethods("/file", ["GET", "HEAD"], () => new FileAnswer(PageCache.TryOpen(file)!, "video/mp4"));
        app.MapGet("/part", async (HttpContext context) =>
        {
            using var handle = File.OpenHandle(file);
            await FileSender.SendAsync(context.Response, handle, 7, Size);
        });
    }

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllBytesAsync(file, content, TestContext.Current.CancellationToken);
        await app.StartAsync(TestContext.Current.CancellationToken);
        http.BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await app.DisposeAsync();
        File.Delete(file);
    }

    [Fact]
    public async Task A_whole_file_arrives_as_it_is()
    {
        var received = await http.GetByteArrayAsync("/file", TestContext.Current.CancellationToken);

        Assert.Equal(content, received);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 131_072)]
    [InlineData(131_071, 600_000)]
    [InlineData(Size - 1, Size - 1)]
    public async Task A_range_arrives_as_it_is(int from, int to)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/file");
        request.Headers.Range = new RangeHeaderValue(from, to);

        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        var received = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal(content[from..(to + 1)], received);
    }

    [Fact]
    public async Task A_head_request_gets_no_bytes()
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, "/file");

        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(Size, response.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task A_file_that_became_shorter_breaks_the_answer_instead_of_ending_it_well()
    {
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => http.GetByteArrayAsync("/part", TestContext.Current.CancellationToken));
    }

    [Fact]
    public void What_is_no_file_is_not_opened()
    {
        var folder = Directory.CreateTempSubdirectory("opened-");
        try
        {
            var link = Path.Combine(folder.FullName, "link.mp4");
            File.CreateSymbolicLink(link, file);

            Assert.Null(PageCache.TryOpen(link));
            Assert.Null(PageCache.TryOpen(folder.FullName));
            Assert.Null(PageCache.TryOpen(Path.Combine(folder.FullName, "none.mp4")));
            Assert.Null(PageCache.TryOpen(Path.Combine(folder.FullName, "none", "none.mp4")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_pipe_in_the_place_of_a_file_is_not_opened_nor_waited_for()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere a pipe cannot be told from a file before it is opened.");
        var folder = Directory.CreateTempSubdirectory("opened-");
        try
        {
            var pipe = Path.Combine(folder.FullName, "pipe.mp4");
            await NamedPipe.MakeAsync(pipe, TestContext.Current.CancellationToken);

            Assert.Null(PageCache.TryOpen(pipe));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void What_the_page_cache_holds_is_read_on_the_spot_and_the_end_of_the_file_is_told()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux can read without waiting.");
        using var handle = File.OpenHandle(file);
        var room = new byte[100];

        var (some, none) = (PageCache.TryRead(handle, room, 5), PageCache.TryRead(handle, room, Size));

        Assert.SkipWhen(some < 0, "This file system cannot be read without waiting.");
        Assert.Equal(100, some);
        Assert.Equal(content[5..105], room);
        Assert.Equal(0, none);
    }
}
