using VideoPlatform.Application.Idempotency;
using VideoPlatform.Application.Videos;
using VideoPlatform.Application.Videos.Request;
using VideoPlatform.Domain.Models;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Tests;

/// <summary>A person asks for a video. What the provider would cut, refuse or bill for nothing is refused here, for free.</summary>
public sealed class RequestVideoTests : Testing.UseCases.UseCases
{
    private static readonly IdempotencyKey key = Ok(IdempotencyKey.Parse("order-1"));

    // ---- asked ------------------------------------------------------------------------------------------------

    [Fact]
    public async Task A_request_is_durable_and_due_before_it_is_answered()
    {
        var workspace = await GivenWorkspace();

        var view = Ok(await Send(ARequest(workspace.Id)));

        Assert.Equal(("queued", "none", Prompt), (view.Status, view.Storage, view.Prompt));
        Assert.Null(view.History);
        Assert.Equal(Now, (await Find(workspace.Id)).DueAt);
        Assert.Empty(Provider.Calls);
    }

    [Fact]
    public async Task What_is_not_said_is_filled_in_from_the_catalogue()
    {
        var workspace = await GivenWorkspace();

        var view = Ok(await Send(ARequest(workspace.Id)));

        Assert.Equal(("wan2.6-i2v-flash", "1080P", 5), (view.Model, view.Resolution, view.Duration));
        Assert.Equal((true, false), (view.PromptExtend, view.Watermark));
        Assert.Null(view.Seed);
        Assert.Null(view.NegativePrompt);
    }

    [Fact]
    public async Task What_is_said_is_taken()
    {
        var workspace = await GivenWorkspace();
        var asked = new RequestVideo(workspace.Id, "a cat", "a dog", "wan2.5-i2v-preview", "480P", 10, 42, false, true, null, null);

        var view = Ok(await Send(asked));

        Assert.Equal(
            ("a cat", "a dog", "wan2.5-i2v-preview", "480P", 10, 42, false, true),
            (view.Prompt, view.NegativePrompt, view.Model, view.Resolution, view.Duration, view.Seed, view.PromptExtend, view.Watermark));
    }

    [Fact]
    public async Task The_configured_model_is_the_default()
    {
        Qwen.Model = "wan2.2-i2v-flash";
        var workspace = await GivenWorkspace();

        Assert.Equal(("wan2.2-i2v-flash", "720P"), (Ok(await Send(ARequest(workspace.Id))).Model, (await VideoOf(workspace.Id)).Request!.Resolution));
    }

    // ---- validation, model by model ---------------------------------------------------------------------------

    public static TheoryData<string> Models => [.. ModelCatalogue.All.Select(m => m.Name)];

    [Theory]
    [MemberData(nameof(Models))]
    public async Task Everything_that_a_model_takes_is_taken(string name)
    {
        var model = ModelCatalogue.Find(name)!;
        var given = ARequest(default) with { Model = name };

        foreach (var resolution in model.Resolutions) await AssertTaken(given with { Resolution = resolution });
        foreach (var duration in model.Durations) await AssertTaken(given with { Duration = duration });
        await AssertTaken(given with { Prompt = new string('a', model.PromptLimit) });
        await AssertTaken(given with { Seed = model.MinSeed });
        await AssertTaken(given with { Seed = int.MaxValue });
        await AssertTaken(given with { NegativePrompt = new string('a', 500) });
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task Nothing_else_is_taken_and_the_field_is_named(string name)
    {
        var model = ModelCatalogue.Find(name)!;
        var given = ARequest((await GivenWorkspace()).Id) with { Model = name };

        foreach (var resolution in ((string[])["240P", "480P", "720P", "1080P", "1080p", "", "4K"]).Except(model.Resolutions))
            await AssertRefused(given with { Resolution = resolution }, "resolution");
        foreach (var duration in Enumerable.Range(-2, 35).Except(model.Durations)) await AssertRefused(given with { Duration = duration }, "duration");
        await AssertRefused(given with { Prompt = new string('a', model.PromptLimit + 1) }, "prompt");
        await AssertRefused(given with { Seed = model.MinSeed - 1 }, "seed");
        await AssertRefused(given with { NegativePrompt = new string('a', 501) }, "negative_prompt");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \n ")]
    public async Task A_prompt_says_something(string? prompt) =>
        await AssertRefused(ARequest((await GivenWorkspace()).Id) with { Prompt = prompt }, "prompt");

    [Theory]
    [InlineData("wan1.0-i2v")]
    [InlineData("WAN2.6-I2V")]
    [InlineData("wan2.6-t2v")]
    [InlineData("")]
    public async Task An_unknown_model_is_refused(string model) =>
        await AssertRefused(ARequest((await GivenWorkspace()).Id) with { Model = model }, "model");

    [Fact]
    public async Task A_chinese_prompt_may_have_a_limit_of_its_own()
    {
        var request = ARequest((await GivenWorkspace()).Id) with { Model = "happyhorse-1.1-i2v" };

        await AssertRefused(request with { Prompt = new string('船', 2501) }, "prompt");
        await AssertTaken(request with { Prompt = new string('船', 2500) });
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_told_at_once()
    {
        var result = await Send(ARequest((await GivenWorkspace()).Id) with { Prompt = "", Duration = 99, Resolution = "4K", Seed = -1, NegativePrompt = new string('a', 501) });

        Assert.Equal(
            ["duration", "negative_prompt", "prompt", "resolution", "seed"],
            Assert.IsType<ValidationFailed>(ErrorOf(result)).Fields.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_picture_that_the_model_would_refuse_is_refused_here()
    {
        var transparent = await GivenWorkspace(alpha: true);
        var large = await GivenWorkspace(size: 10_000_001);

        Assert.IsType<UnsupportedImage>(ErrorOf(await Send(ARequest(transparent.Id))));
        Assert.Equal(new ImageTooLarge(10_000_000), ErrorOf(await Send(ARequest(large.Id) with { Model = "wan2.2-i2v-flash" })));
        Assert.Null((await Find(transparent.Id)).Video);
    }

    [Fact]
    public async Task Without_a_picture_there_is_nothing_to_make_a_video_from()
    {
        var bare = await Given(Workspace.Restore(WorkspaceId.New(Now), null, null, null, null, 1, Now, Now));

        await AssertRefused(ARequest(bare.Id), "image");
    }

    [Fact]
    public async Task Without_room_nothing_new_is_begun()
    {
        var workspace = await GivenWorkspace();
        Space.HasRoom = false;

        Assert.IsType<StorageFull>(ErrorOf(await Send(ARequest(workspace.Id))));

        Assert.Null((await Find(workspace.Id)).Video);
    }

    [Fact]
    public async Task There_must_be_a_workspace() =>
        Assert.Equal(new NotFound("workspace"), ErrorOf(await Send(ARequest(WorkspaceId.New(Now)))));

    [Fact]
    public async Task A_caller_who_leaves_has_asked_for_nothing()
    {
        var workspace = await GivenWorkspace();
        using var left = new CancellationTokenSource();
        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Send(ARequest(workspace.Id), left.Token));

        Assert.Null((await Find(workspace.Id)).Video);
    }

    // ---- one after the other ----------------------------------------------------------------------------------

    [Fact]
    public async Task While_one_is_in_progress_no_other_is_taken()
    {
        var id = await GivenProcessing();

        Assert.Equal(new GenerationInProgress(VideoStatus.Processing), ErrorOf(await Send(ARequest(id))));
        Assert.Equal(new GenerationInProgress(VideoStatus.Processing), ErrorOf(await Send(ARequest(id) with { Replace = true })));
    }

    [Fact]
    public async Task A_completed_video_is_replaced_only_on_request_and_is_played_until_then()
    {
        var id = await GivenCompleted();
        var old = (await VideoOf(id)).File!;

        Assert.IsType<VideoExists>(ErrorOf(await Send(ARequest(id))));
        var view = Ok(await Send(ARequest(id) with { Prompt = "another", Replace = true }));

        Assert.Equal(("queued", "local", old.Path.Url), (view.Status, view.Storage, view.Url));
    }

    [Fact]
    public async Task After_a_failure_it_may_be_asked_again()
    {
        var id = await GivenQueued();
        Provider.AnswerSubmit(new SubmitAnswer.Refused(new Problem("InvalidParameter", "No.")));
        Ok(await Step(id));

        var view = Ok(await Send(ARequest(id)));

        Assert.Equal("queued", view.Status);
        Assert.Null(view.Error);
    }

    // ---- the same intent again --------------------------------------------------------------------------------

    [Fact]
    public async Task The_same_key_and_body_give_the_first_answer_again_and_are_paid_once()
    {
        var workspace = await GivenWorkspace();
        var first = Ok(await Send(ARequest(workspace.Id) with { IdempotencyKey = key }));
        Ok(await Step(workspace.Id));
        Clock.Advance(TimeSpan.FromHours(23));

        var again = Ok(await Send(ARequest(workspace.Id) with { IdempotencyKey = key }));

        Assert.Equal(first, again);
        Assert.Equal(1, Provider.PaidTasks);
    }

    [Fact]
    public async Task The_same_key_with_another_body_is_refused()
    {
        var workspace = await GivenWorkspace();
        var asked = ARequest(workspace.Id) with { IdempotencyKey = key };
        Ok(await Send(asked));
        RequestVideo[] others =
        [
            asked with { Prompt = "another" }, asked with { NegativePrompt = "x" }, asked with { Model = "wan2.6-i2v" }, asked with { Resolution = "720P" },
            asked with { Duration = 6 }, asked with { Seed = 1 }, asked with { PromptExtend = false }, asked with { Watermark = true }, asked with { Replace = true },
        ];

        foreach (var other in others) Assert.IsType<IdempotencyKeyReused>(ErrorOf(await Send(other)));
    }

    [Fact]
    public async Task The_same_key_means_another_intent_in_another_workspace()
    {
        var (one, two) = (await GivenWorkspace(), await GivenWorkspace());

        Ok(await Send(ARequest(one.Id) with { IdempotencyKey = key }));
        Ok(await Send(ARequest(two.Id) with { IdempotencyKey = key }));

        Assert.NotEqual((await VideoOf(one.Id)).Request!.Id, (await VideoOf(two.Id)).Request!.Id);
    }

    [Fact]
    public async Task A_call_that_was_stopped_between_its_note_and_its_request_is_resumed_under_the_same_id()
    {
        var workspace = await GivenWorkspace();
        var requestId = await StopAfterReserve(workspace.Id);

        Ok(await Send(ARequest(workspace.Id) with { IdempotencyKey = key }));

        Assert.Equal(requestId, (await VideoOf(workspace.Id)).Request!.Id);
    }

    [Fact]
    public async Task A_call_that_was_stopped_before_it_could_answer_is_answered_as_it_stands_now_and_paid_once()
    {
        var workspace = await GivenWorkspace();
        var requestId = await StopAfterReserve(workspace.Id);
        var request = new VideoRequest(requestId, Model, Prompt, null, "1080P", 5, null, true, false, Now);
        Ok(await Records.ChangeAsync(workspace.Id, w => w.Ask(request, replace: false, Now), CancellationToken.None));
        Ok(await Step(workspace.Id));
        Space.HasRoom = false;

        var view = Ok(await Send(ARequest(workspace.Id) with { IdempotencyKey = key }));

        Assert.Equal(("processing", "task-1"), (view.Status, view.TaskId));
        Assert.Equal(1, Provider.PaidTasks);
    }

    [Fact]
    public async Task Two_calls_at_once_with_one_key_are_one_request()
    {
        var workspace = await GivenWorkspace();
        var asked = ARequest(workspace.Id) with { IdempotencyKey = key };

        var both = await Task.WhenAll(Send(asked), Send(asked));

        Assert.Equal(Ok(both[0]), Ok(both[1]));
        Assert.Single((await VideoOf(workspace.Id)).History);
    }

    [Fact]
    public async Task A_refused_call_leaves_its_key_free_for_a_corrected_body()
    {
        var workspace = await GivenWorkspace(size: 10_000_001);
        Assert.IsType<ImageTooLarge>(ErrorOf(await Send(ARequest(workspace.Id) with { Model = "wan2.2-i2v-flash", IdempotencyKey = key })));

        var view = Ok(await Send(ARequest(workspace.Id) with { IdempotencyKey = key }));

        Assert.Equal("queued", view.Status);
    }

    private async Task<Guid> StopAfterReserve(WorkspaceId id)
    {
        var c = ARequest(id);
        var fingerprint = Idempotent.Fingerprint(c.Prompt, c.NegativePrompt, c.Model, c.Resolution, c.Duration, c.Seed, c.PromptExtend, c.Watermark, c.Replace);
        var note = new IdempotencyNote($"POST /api/workspaces/{id}/video", key.Value, fingerprint, id, Guid.NewGuid(), Now);
        return (await Idempotency.ReserveAsync(note, CancellationToken.None)).RequestId;
    }

    private async Task AssertTaken(RequestVideo request) => Ok(await Send(request with { WorkspaceId = (await GivenWorkspace()).Id }));

    private async Task AssertRefused(RequestVideo request, string field) =>
        Assert.Equal([field], Assert.IsType<ValidationFailed>(ErrorOf(await Send(request))).Fields.Keys);
}
