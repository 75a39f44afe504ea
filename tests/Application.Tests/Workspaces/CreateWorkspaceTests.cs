using VideoPlatform.Application.Idempotency;
using VideoPlatform.Application.Pictures;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Application.Workspaces.Create;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Testing.Files;

namespace VideoPlatform.Application.Tests;

/// <summary>A picture comes in, and a workspace is opened around it; once, however often the caller has to ask.</summary>
public sealed class CreateWorkspaceTests : Testing.UseCases.UseCases
{
    private static readonly IdempotencyKey key = Ok(IdempotencyKey.Parse("upload-1"));

    // ---- the picture ------------------------------------------------------------------------------------------

    [Fact]
    public async Task A_picture_is_stored_with_what_its_bytes_say()
    {
        var received = Ok(await Receive(SamplePicture.Png(640, 480)));

        Assert.Equal(("image/png", 640, 480, false), (received.Picture.ContentType, received.Picture.Width, received.Picture.Height, received.Picture.HasAlpha));
        Assert.Contains(received.Picture.Path.Value, Pictures.Files.Keys);
    }

    [Fact]
    public async Task What_is_no_picture_is_refused_and_nothing_is_kept()
    {
        Assert.IsType<UnsupportedImage>(ErrorOf(await Receive("no picture"u8.ToArray())));
        Assert.IsType<UnsupportedImage>(ErrorOf(await Receive(SamplePicture.Png(239, 240))));
        Assert.IsType<ValidationFailed>(ErrorOf(await Receive([])));
        Assert.IsType<ImageTooLarge>(ErrorOf(await Receive(new byte[20_971_521])));
        Assert.Empty(Pictures.Files);
    }

    [Fact]
    public async Task Without_room_no_picture_is_taken()
    {
        Space.HasRoom = false;

        Assert.IsType<StorageFull>(ErrorOf(await Receive(SamplePicture.Png(640, 480))));

        Assert.Empty(Pictures.Files);
    }

    [Fact]
    public async Task A_picture_that_nobody_will_have_is_removed_and_a_second_time_is_no_failure()
    {
        var received = Ok(await Receive(SamplePicture.Png(640, 480)));

        Ok(await Send(new DiscardPicture(received)));
        Ok(await Send(new DiscardPicture(received)));

        Assert.Empty(Pictures.Files);
    }

    [Fact]
    public async Task A_caller_who_leaves_during_the_upload_leaves_nothing()
    {
        using var left = new CancellationTokenSource();
        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Send(new ReceivePicture(new MemoryStream(SamplePicture.Png(640, 480))), left.Token));

        Assert.Empty(Pictures.Files);
    }

    // ---- the workspace ----------------------------------------------------------------------------------------

    [Fact]
    public async Task A_workspace_shows_its_picture_and_no_video_yet()
    {
        var received = Ok(await Receive(SamplePicture.Png(640, 480)));

        var view = Ok(await Send(new CreateWorkspace(received, "  paper boat ", null)));

        Assert.Equal(("paper boat", received.Picture.Path.Url, 1), (view.Name, view.Image!.Url, view.Version));
        Assert.Null(view.Video);
        Assert.Equal(Now, view.CreatedAt);
        Assert.Equal(received.Picture, (await Find(WorkspaceId.Parse(view.Id))).Picture);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("   ")]
    public async Task A_blank_name_is_none(string? name)
    {
        Assert.Null(Ok(await Send(new CreateWorkspace(Ok(await Receive(SamplePicture.Png(640, 480))), name, null))).Name);
    }

    [Fact]
    public async Task A_name_that_will_not_do_is_refused_and_the_picture_goes()
    {
        var received = Ok(await Receive(SamplePicture.Png(640, 480)));

        var result = await Send(new CreateWorkspace(received, new string('a', 201), key));

        Assert.Equal(["name"], Assert.IsType<ValidationFailed>(ErrorOf(result)).Fields.Keys);
        Assert.Empty(Pictures.Files);
    }

    [Fact]
    public async Task Without_a_key_each_call_opens_another()
    {
        var first = Ok(await Create(null));
        var second = Ok(await Create(null));

        Assert.NotEqual(first.Id, second.Id);
    }

    // ---- the same intent again --------------------------------------------------------------------------------

    [Fact]
    public async Task The_same_key_and_body_give_the_first_answer_again_to_the_letter()
    {
        var first = Ok(await Create(key));
        await Records.ChangeAsync(WorkspaceId.Parse(first.Id), w => w.Ask(Testing.Records.SampleWorkspaces.Request(Now), replace: false, Now), CancellationToken.None);
        Clock.Advance(TimeSpan.FromHours(23));

        var again = Ok(await Create(key));

        Assert.Equal(first, again);
        Assert.Equal([first.Image!.Url], Pictures.Files.Keys.Select(name => "/uploads/" + name));
    }

    [Theory]
    [InlineData("another name", 640)]
    [InlineData("paper boat", 641)]
    public async Task The_same_key_with_another_body_is_refused_and_its_picture_goes(string name, int width)
    {
        Ok(await Create(key));

        var result = await Create(key, name, width);

        Assert.IsType<IdempotencyKeyReused>(ErrorOf(result));
        Assert.Single(Pictures.Files);
    }

    [Fact]
    public async Task Another_key_is_another_intent()
    {
        var first = Ok(await Create(key));
        var second = Ok(await Create(Ok(IdempotencyKey.Parse("upload-2"))));

        Assert.NotEqual(first.Id, second.Id);
    }

    [Fact]
    public async Task A_call_that_was_stopped_between_its_note_and_its_workspace_is_resumed_under_the_same_id()
    {
        var received = Ok(await Receive(SamplePicture.Png(640, 480)));
        var note = await StopAfterReserve(received);

        var view = Ok(await Send(new CreateWorkspace(received, "paper boat", key)));

        Assert.Equal(note.WorkspaceId.Value, view.Id);
    }

    [Fact]
    public async Task A_call_that_was_stopped_before_it_could_answer_is_answered_now()
    {
        var received = Ok(await Receive(SamplePicture.Png(640, 480)));
        var note = await StopAfterReserve(received);
        await Given(Workspace.Create(note.WorkspaceId, "paper boat", received.Picture, Now));

        var view = Ok(await Create(key));

        Assert.Equal((note.WorkspaceId.Value, received.Picture.Path.Url), (view.Id, view.Image!.Url));
        Assert.Single(Pictures.Files);
    }

    [Fact]
    public async Task Two_calls_at_once_with_one_key_open_one_workspace()
    {
        var both = await Task.WhenAll(Create(key), Create(key));

        Assert.Equal(Ok(both[0]).Id, Ok(both[1]).Id);
        Assert.Single(Pictures.Files);
    }

    [Fact]
    public async Task A_caller_who_leaves_with_the_picture_here_finds_the_workspace_later()
    {
        var received = Ok(await Receive(SamplePicture.Png(640, 480)));
        using var left = new CancellationTokenSource();
        await left.CancelAsync();

        var view = Ok(await Send(new CreateWorkspace(received, "paper boat", key), left.Token));

        Assert.Equal(view, Ok(await Create(key)));
        Assert.Single(Pictures.Files);
    }

    private Task<Result<ReceivedPicture>> Receive(byte[] bytes) => Send(new ReceivePicture(new MemoryStream(bytes)));

    private async Task<Result<WorkspaceView>> Create(IdempotencyKey? idempotencyKey, string name = "paper boat", int width = 640) =>
        await Send(new CreateWorkspace(Ok(await Receive(SamplePicture.Png(width, 480))), name, idempotencyKey));

    private Task<IdempotencyNote> StopAfterReserve(ReceivedPicture received) => Idempotency.ReserveAsync(
        new IdempotencyNote("POST /api/workspaces", key.Value, Idempotent.Fingerprint(received.Sha256, "paper boat"), WorkspaceId.New(Now), Guid.Empty, Now), CancellationToken.None);
}
