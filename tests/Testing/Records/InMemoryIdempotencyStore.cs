using System.Collections.Concurrent;
using VideoPlatform.Application.Idempotency;

namespace VideoPlatform.Testing.Records;

/// <summary>The notes in memory, with the promises of the real ones; kept true by <see cref="IdempotencyStoreContract"/>. It forgets none.</summary>
public sealed class InMemoryIdempotencyStore : IIdempotencyStore
{
    private readonly ConcurrentDictionary<(string Scope, string Key), IdempotencyNote> notes = new();

    public Task<IdempotencyNote> ReserveAsync(IdempotencyNote note, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return Task.FromResult(notes.GetOrAdd((note.Scope, note.Key), note));
    }

    public Task AnswerAsync(IdempotencyNote note, StoredAnswer answer, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var answered = note with { Answer = answer };
        notes.AddOrUpdate((note.Scope, note.Key), answered, (_, there) => there.Answer is null ? answered : there);
        return Task.CompletedTask;
    }

    public Task ForgetAsync(string scope, string key, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        while (notes.TryGetValue((scope, key), out var note) && note.Answer is null && !notes.TryRemove(new((scope, key), note))) { }

        return Task.CompletedTask;
    }
}
