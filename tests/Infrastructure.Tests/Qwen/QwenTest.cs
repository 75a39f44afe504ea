using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Application.Pictures;
using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Models;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Infrastructure.Qwen;

namespace VideoPlatform.Infrastructure.Tests.Qwen;

/// <summary>The adapter before a server that does what the test says.</summary>
public abstract class QwenTest : IAsyncLifetime
{
    protected const string Key = "sk-0123456789abcdef";

    private QwenHttp? http;

    private protected ProviderServer Server { get; } = new();

    private protected StubPictures Pictures { get; } = new();

    protected FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 10, 2, 3, 7, 28, TimeSpan.Zero));

    protected QwenOptions Options { get; } = new() { ApiKey = Key, SubmitsPerSecond = 1000, QueriesPerSecond = 1000 };

    protected DateTimeOffset SendBefore => Clock.GetUtcNow().AddSeconds(30);

    private protected ILogger<QwenVideoProvider> Log { get; set; } = NullLogger<QwenVideoProvider>.Instance;

    protected IVideoProvider Provider { get; private set; } = null!;

    protected ProviderTask Paid => new("7d0c6f2e-5b1a-4c57-9d53-0a4b8e21f6c9", Options.BaseUrl);

    public virtual ValueTask InitializeAsync()
    {
        Options.BaseUrl = Server.Origin + "/api/v1";
        Build();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        http?.Dispose();
        await Server.DisposeAsync();
    }

    protected void Build()
    {
        var options = Microsoft.Extensions.Options.Options.Create(Options);
        http = new QwenHttp(options, Clock);
        var uploads = new QwenUploads(http, Pictures, options, Clock, NullLogger<QwenUploads>.Instance);
        Provider = new QwenVideoProvider(http, uploads, new QwenRateLimits(options), Pictures, options, Clock, Log);
    }

    protected static VideoModel Model(string name = "wan2.6-i2v-flash") => ModelCatalogue.Find(name)!;

    protected static VideoRequest Request(string model = "wan2.6-i2v-flash") => new(
        Guid.Parse("0b6f2f6e-3a4c-4c58-9d53-1a2b3c4d5e6f"), model, "The paper boat drifts away from the pier", null, "720P", 5, null,
        PromptExtend: true, Watermark: false, new DateTimeOffset(2026, 10, 2, 3, 7, 0, TimeSpan.Zero));

    /// <summary>A picture whose bytes are stored.</summary>
    protected Picture APicture(byte[]? bytes = null, string? contentType = "image/png")
    {
        Pictures.Bytes = bytes ?? "0123456789abcdef"u8.ToArray();
        return new Picture(StoragePath.Parse("1767008037365-8206bx2s.png"), contentType, Pictures.Bytes.Length, 1280, 720, HasAlpha: false);
    }

    protected PictureHandover.Ready Inline(byte[]? bytes = null, string? contentType = "image/png") => new(APicture(bytes, contentType), null);

    protected Task<SubmitAnswer> Submit(VideoRequest? request = null, PictureHandover.Ready? picture = null)
    {
        request ??= Request();
        return Provider.SubmitAsync(request, Model(request.Model), picture ?? Inline(), SendBefore);
    }

    protected Task<TaskAnswer> Query() => Provider.QueryAsync(Paid, TestContext.Current.CancellationToken);

    private protected sealed class StubPictures : IPictureStore
    {
        /// <summary>Null: the file is gone.</summary>
        public byte[]? Bytes { get; set; }

        public Func<Stream>? Opened { get; set; }

        public Stream? Open(Picture picture) => Opened is { } open ? open() : Bytes is { } bytes ? new MemoryStream(bytes, writable: false) : null;

        public Task<Result<ReceivedPicture>> ReceiveAsync(Stream upload, CancellationToken ct) => throw new NotSupportedException();

        public void Delete(Picture picture) => throw new NotSupportedException();
    }

    private protected sealed class LogLines : ILogger<QwenVideoProvider>
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
