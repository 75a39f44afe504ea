using System.Diagnostics;

namespace VideoPlatform.Crash.Tests;

/// <summary>Waits for a state, not for a time: it looks again until the state is there or the deadline has passed.</summary>
internal static class Waiting
{
    /// <summary>Generous: the machine may be busy with other suites. No test is slower for it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan pause = TimeSpan.FromMilliseconds(20);

    public static async Task<T> ForAsync<T>(Func<Task<T?>> look, Func<string> otherwise, TimeSpan? patience = null)
        where T : class
    {
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            if (await look() is { } seen) return seen;
            if (Stopwatch.GetElapsedTime(begun) > (patience ?? Patience)) throw new TimeoutException(otherwise());
            await Task.Delay(pause, TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    public static Task UntilAsync(Func<bool> holds, Func<string> otherwise, TimeSpan? patience = null) =>
        ForAsync(() => Task.FromResult(holds() ? "yes" : null), otherwise, patience);
}
