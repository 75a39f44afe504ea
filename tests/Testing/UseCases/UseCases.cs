using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using VideoPlatform.Application;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Application.Idempotency;
using VideoPlatform.Application.Maintenance;
using VideoPlatform.Application.Maintenance.Import;
using VideoPlatform.Application.Maintenance.Library;
using VideoPlatform.Application.Pictures;
using VideoPlatform.Application.Stats;
using VideoPlatform.Application.Videos;
using VideoPlatform.Application.Videos.Download;
using VideoPlatform.Application.Videos.Poll;
using VideoPlatform.Application.Videos.Request;
using VideoPlatform.Application.Videos.Settle;
using VideoPlatform.Application.Videos.Submit;
using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Testing.Files;
using VideoPlatform.Testing.Library;
using VideoPlatform.Testing.Provider;
using VideoPlatform.Testing.Records;

namespace VideoPlatform.Testing.UseCases;

/// <summary>The use cases as the program runs them, over fakes of every port and a clock that stands still until it is moved.</summary>
public abstract class UseCases : IAsyncDisposable
{
    public const string Model = "wan2.6-i2v-flash";
    public const string Prompt = "the boat drifts away";

    private readonly ServiceProvider services;

    protected UseCases()
    {
        Provider = new FakeVideoProvider(Clock);
        Archive = new InMemoryVideoArchive(Clock, Space, Downloads.MaxBytes);
        Pictures = new InMemoryPictureStore(Clock);
        Workspaces = new InterruptedRecords(Records);
        Library = new InMemoryLibrary(Archive, Clock);
        Owners = new FakeRecordOwners(Records);
        services = new ServiceCollection()
            .AddApplication()
            .AddMaintenance()
            .AddLogging(logging => logging.AddProvider(Log))
            .AddSingleton<TimeProvider>(Clock)
            .AddSingleton<IVideoProvider>(Provider)
            .AddSingleton<IVideoSource>(Source)
            .AddSingleton<IVideoArchive>(Archive)
            .AddSingleton<IPictureStore>(Pictures)
            .AddSingleton<IStorageSpace>(Space)
            .AddSingleton<IMediaReader>(Media)
            .AddSingleton<IPosterMaker>(Posters)
            .AddSingleton<IIdempotencyStore>(Idempotency)
            .AddSingleton<IWorkspaceRepository>(provider => new NotifyingWorkspaceRepository(Workspaces, provider.GetServices<IChangeListener>()))
            .AddSingleton<ILibraryFiles>(Library)
            .AddSingleton<ISidecars>(Library)
            .AddSingleton<ITrash>(Library)
            .AddSingleton<IRecordOwners>(Owners)
            .AddSingleton<IRecordImporter>(Importer)
            .AddSingleton<ILinkProbe>(Probe)
            .AddTransient<IStepRunner, DirectSteps>()
            .AddSingleton(new ProviderIdentity(IsSandbox: false))
            .AddSingleton(Options.Create(Qwen))
            .AddSingleton(Options.Create(Downloads))
            .AddSingleton(Options.Create(Work))
            .BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true });
    }

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero));

    public FakeVideoProvider Provider { get; }

    public FakeVideoSource Source { get; } = new();

    public InMemoryVideoArchive Archive { get; }

    public InMemoryPictureStore Pictures { get; }

    public FakeStorageSpace Space { get; } = new();

    /// <summary>The storage root, as the maintenance commands see it.</summary>
    public InMemoryLibrary Library { get; }

    public FakeRecordOwners Owners { get; }

    public FakeRecordImporter Importer { get; } = new();

    public FakeLinkProbe Probe { get; } = new();

    public FakeMediaReader Media { get; } = new();

    public FakePosterMaker Posters { get; } = new();

    public InMemoryIdempotencyStore Idempotency { get; } = new();

    /// <summary>The records as they lie, for the test's own use.</summary>
    public InMemoryWorkspaceRepository Records { get; } = new();

    /// <summary>The records as the use cases reach them.</summary>
    public InterruptedRecords Workspaces { get; }

    public RecordedLog Log { get; } = new();

    public QwenOptions Qwen { get; } = new() { BaseUrl = FakeVideoProvider.Endpoint };

    public DownloadOptions Downloads { get; } = new() { MaxBytes = 1_000_000 };

    public WorkOptions Work { get; } = new();

    public QueueGate Gate => services.GetRequiredService<QueueGate>();

    public IProgressBoard Progress => services.GetRequiredService<IProgressBoard>();

    public DateTimeOffset Now => Clock.Now();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return services.DisposeAsync();
    }

    public Task<Result<T>> Send<T>(IRequest<Result<T>> request, CancellationToken ct = default)
        where T : notnull => services.GetRequiredService<IMediator>().Send(request, ct);

    // ---- what is given ----------------------------------------------------------------------------------------

    public async Task<Workspace> GivenWorkspace(string? name = "paper boat", long size = 48_213, bool alpha = false)
    {
        var path = StoragePath.Parse($"{Now.ToUnixTimeMilliseconds()}-{Guid.NewGuid():N}.png");
        return await Given(Workspace.Create(WorkspaceId.New(Now), name, new Picture(path, "image/png", size, 1280, 720, alpha), Now));
    }

    public async Task<Workspace> Given(Workspace workspace)
    {
        Assert.True(await Records.AddAsync(workspace, CancellationToken.None));
        return workspace;
    }

    /// <summary>A video that was asked for and is due.</summary>
    public async Task<WorkspaceId> GivenQueued(string prompt = Prompt, string model = Model)
    {
        var workspace = await GivenWorkspace();
        Ok(await Send(ARequest(workspace.Id) with { Prompt = prompt, Model = model }));
        return workspace.Id;
    }

    /// <summary>A video whose submit was paid for, or not, and not answered.</summary>
    public async Task<WorkspaceId> GivenUnsettled(bool paid, string prompt = Prompt, string model = Model)
    {
        var id = await GivenQueued(prompt, model);
        if (paid) Provider.LoseSubmitAnswer();
        else Provider.AnswerSubmit(new SubmitAnswer.Unclear(new Problem("provider_timeout", "The provider did not answer.")));
        Ok(await Step(id));
        return id;
    }

    /// <summary>A video whose task is accepted and not yet asked for.</summary>
    public async Task<WorkspaceId> GivenProcessing(string prompt = Prompt)
    {
        var id = await GivenQueued(prompt);
        Ok(await Step(id));
        return id;
    }

    /// <summary>A video that the provider has finished, and whose fetch is due.</summary>
    /// <param name="link">Null: one that lives a day.</param>
    public async Task<WorkspaceId> GivenDownloading(RemoteLink? link = null)
    {
        var id = await GivenProcessing();
        var task = (await VideoOf(id)).State.Task!;
        Provider.AnswerQuery(task.Id, new TaskAnswer.Succeeded(link ?? Provider.LinkOf(task.Id), Now, null));
        Ok(await StepWhenDue(id));
        return id;
    }

    /// <summary>A video of ours, its file in the archive.</summary>
    public async Task<WorkspaceId> GivenCompleted(RemoteLink? link = null)
    {
        var id = await GivenDownloading(link);
        Source.ThenServe(SampleVideo.Mp4(4096).Bytes);
        Ok(await Step(id));
        return id;
    }

    public static RequestVideo ARequest(WorkspaceId id) => new(id, Prompt, null, null, null, null, null, null, null, null, null);

    // ---- what is done -----------------------------------------------------------------------------------------

    /// <summary>A worker claims the step that is due now.</summary>
    public async Task<Guid> Claim(WorkspaceId id)
    {
        var token = Guid.NewGuid();
        Ok(await Records.ChangeAsync(id, w => w.Claim(token, Now, Now + Work.LeaseDuration), CancellationToken.None));
        return token;
    }

    /// <summary>A worker claims the step that is due now and does it.</summary>
    public async Task<Result<Done>> Step(WorkspaceId id, CancellationToken ct = default)
    {
        var lane = WorkLanes.LaneOf((await VideoOf(id)).Status);
        var claim = await Claim(id);
        return await Do(lane, id, claim, ct);
    }

    /// <summary>Moves the clock to when the step is due, and does it.</summary>
    public async Task<Result<Done>> StepWhenDue(WorkspaceId id)
    {
        var due = (await Find(id)).DueAt;
        Assert.NotNull(due);
        // Jitter is finer than the clock of the use cases, which counts whole milliseconds.
        if (due > Now) Clock.SetUtcNow(due.Value.AddTicks(TimeSpan.TicksPerMillisecond - 1 - ((due.Value.Ticks - 1) % TimeSpan.TicksPerMillisecond)));
        return await Step(id);
    }

    public Task<Result<Done>> Do(WorkLane? lane, WorkspaceId id, Guid claim, CancellationToken ct = default) => lane switch
    {
        WorkLane.Submit => Send(new SubmitVideo(id, claim), ct),
        WorkLane.Settle => Send(new SettleVideo(id, claim), ct),
        WorkLane.Poll => Send(new PollVideo(id, claim), ct),
        WorkLane.Download => Send(new DownloadVideo(id, claim), ct),
        _ => throw new ArgumentOutOfRangeException(nameof(lane)),
    };

    public async Task<Workspace> Find(WorkspaceId id) =>
        await Records.FindAsync(id, CancellationToken.None) ?? throw new InvalidOperationException($"There is no workspace {id}.");

    public async Task<Video> VideoOf(WorkspaceId id) =>
        (await Find(id)).Video ?? throw new InvalidOperationException($"The workspace {id} has no video.");

    public Task Change(WorkspaceId id, Func<Video, Result<Video>> change) => Records.ChangeAsync(id, w => w.Change(change, Now), CancellationToken.None);

    /// <summary>Asserts where the record stands, and that it says why.</summary>
    /// <param name="problem">The code; null: nothing is the matter.</param>
    public async Task<Video> AssertStands(WorkspaceId id, VideoStatus status, string? problem = null)
    {
        var video = await VideoOf(id);
        Assert.Equal((status, problem), (video.Status, video.Problem?.Code));
        return video;
    }

    public static T Ok<T>(Result<T> result)
        where T : notnull => result.Match(value => value, error => throw new InvalidOperationException($"Expected success, got {error}"));

    /// <summary>The failure; a success fails the test.</summary>
    public static Error ErrorOf<T>(Result<T> result)
        where T : notnull => result.Match(value => throw new InvalidOperationException($"Expected a failure, got {value}"), error => error);
}
