using System.Runtime.CompilerServices;
using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Infrastructure.Download;

/// <summary>Ends a wait on the network that stays without a byte for too long. The clock runs only while something is awaited.</summary>
internal sealed class Silence(TimeSpan timeout, TimeProvider clock) : IDisposable
{
    private readonly CancellationTokenSource ended = new(Timeout.InfiniteTimeSpan, clock);

    /// <summary>Begins a wait with this token; what is here already needs no watch.</summary>
    public CancellationToken Token => ended.Token;

    /// <summary>Waits for what was begun with <see cref="Token"/>.</summary>
    /// <exception cref="SourceFailedException">Code <c>stalled</c>: nothing came in time.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<T> WatchAsync<T>(ValueTask<T> begun, CancellationToken ct)
    {
        using var leaving = ct.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), ended);
        ended.CancelAfter(timeout);
        try
        {
            return await begun;
        }
        catch (OperationCanceledException e)
        {
            // Either the caller leaves, or the time is up: ours, or the connection's own.
            ct.ThrowIfCancellationRequested();
            throw new SourceFailedException(new Problem("stalled", $"No byte came for {timeout.TotalSeconds:0.###} seconds."), e);
        }
        finally
        {
            if (!ended.IsCancellationRequested) ended.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose() => ended.Dispose();
}
