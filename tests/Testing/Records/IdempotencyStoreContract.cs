using Microsoft.Extensions.Time.Testing;
using VideoPlatform.Application.Idempotency;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Testing.Records;

/// <summary>The promises of <see cref="IIdempotencyStore"/>.</summary>
public abstract class IdempotencyStoreContract : IAsyncLifetime
{
    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    protected FakeTimeProvider Clock { get; } = new(SampleWorkspaces.Start);

    protected IIdempotencyStore Notes { get; private set; } = null!;

    /// <summary>An empty store. Skips the test, with the reason, where the database is not to be had.</summary>
    protected abstract Task<IIdempotencyStore> OpenAsync();

    protected abstract ValueTask CloseAsync();

    public async ValueTask InitializeAsync() => Notes = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task The_first_note_stays()
    {
        var first = Note();

        Assert.Equal(first, await Notes.ReserveAsync(first, Ct));
        Assert.Equal(first, await Notes.ReserveAsync(Note() with { Fingerprint = "other" }, Ct));
    }

    [Fact]
    public async Task Many_callers_get_the_same_note()
    {
        var notes = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(() => Notes.ReserveAsync(Note(), Ct))));

        Assert.Single(notes.Distinct());
    }

    [Fact]
    public async Task The_same_key_in_another_scope_is_another_note()
    {
        var first = await Notes.ReserveAsync(Note(), Ct);
        var second = await Notes.ReserveAsync(Note() with { Scope = "POST /other" }, Ct);
        var third = await Notes.ReserveAsync(Note() with { Key = "key~2" }, Ct);

        Assert.Equal(3, new[] { first, second, third }.Distinct().Count());
    }

    [Fact]
    public async Task The_first_answer_stays()
    {
        var note = await Notes.ReserveAsync(Note(), Ct);

        await Notes.AnswerAsync(note, new StoredAnswer(202, "/api/workspaces/1", """{"a":"ü"}"""), Ct);
        await Notes.AnswerAsync(note, new StoredAnswer(500, null, ""), Ct);
        await Notes.ForgetAsync(note.Scope, note.Key, Ct);

        var again = await Notes.ReserveAsync(Note(), Ct);
        Assert.Equal(note with { Answer = new StoredAnswer(202, "/api/workspaces/1", """{"a":"ü"}""") }, again);
    }

    [Fact]
    public async Task An_answer_may_have_no_location()
    {
        var note = await Notes.ReserveAsync(Note(), Ct);

        await Notes.AnswerAsync(note, new StoredAnswer(200, null, "{}"), Ct);

        Assert.Equal(new StoredAnswer(200, null, "{}"), (await Notes.ReserveAsync(Note(), Ct)).Answer);
    }

    [Fact]
    public async Task A_forgotten_key_can_be_used_again()
    {
        var refused = await Notes.ReserveAsync(Note(), Ct);

        await Notes.ForgetAsync(refused.Scope, refused.Key, Ct);

        var corrected = Note() with { Fingerprint = "corrected" };
        Assert.Equal(corrected, await Notes.ReserveAsync(corrected, Ct));
    }

    [Fact]
    public async Task A_note_lives_at_least_a_day()
    {
        var note = await Notes.ReserveAsync(Note(), Ct);

        Clock.Advance(TimeSpan.FromHours(24));

        Assert.Equal(note, await Notes.ReserveAsync(Note(), Ct));
    }

    [Fact]
    public async Task An_answer_is_kept_although_another_call_forgot_the_note()
    {
        var note = await Notes.ReserveAsync(Note(), Ct);
        await Notes.ForgetAsync(note.Scope, note.Key, Ct);

        await Notes.AnswerAsync(note, new StoredAnswer(202, null, "{}"), Ct);
        await Notes.ForgetAsync(note.Scope, note.Key, Ct);

        Assert.Equal(note with { Answer = new StoredAnswer(202, null, "{}") }, await Notes.ReserveAsync(Note(), Ct));
    }

    [Fact]
    public async Task An_answer_stands_with_the_note_of_the_call_that_was_answered()
    {
        var note = await Notes.ReserveAsync(Note(), Ct);
        await Notes.ForgetAsync(note.Scope, note.Key, Ct);
        var corrected = await Notes.ReserveAsync(Note() with { Fingerprint = "corrected" }, Ct);

        await Notes.AnswerAsync(note, new StoredAnswer(202, null, "{}"), Ct);
        await Notes.AnswerAsync(corrected, new StoredAnswer(500, null, ""), Ct);

        Assert.Equal(note with { Answer = new StoredAnswer(202, null, "{}") }, await Notes.ReserveAsync(Note(), Ct));
    }

    protected IdempotencyNote Note() => new(
        "POST /api/workspaces", "key-1", new string('a', 64), WorkspaceId.New(Clock.GetUtcNow()), Guid.NewGuid(), Clock.GetUtcNow());
}
