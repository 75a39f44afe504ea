using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace VideoPlatform.CrashHost;

/// <summary>What happens at a point.</summary>
internal enum Deed
{
    /// <summary>SIGKILL to this process: not one instruction more.</summary>
    Kill,

    /// <summary>Says <c>freezing</c>, waits for the order <c>freeze</c>, then SIGSTOP to this process: frozen until somebody sends SIGCONT.</summary>
    Freeze,

    /// <summary>An <see cref="IOException"/>: broken surroundings.</summary>
    Fail,
}

/// <summary>The armed points. A point acts once, when it is passed for the n-th time.</summary>
internal sealed class Tripwires : IDisposable
{
    private const int Kill = 9;     // SIGKILL
    private const int Stop = 19;    // SIGSTOP on Linux

    private readonly ConcurrentDictionary<string, Wire> armed = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim freeze = new(0);

    public void Arm(string point, Deed deed, int nth) => armed[point] = new Wire(deed, nth);

    public void Disarm() => armed.Clear();

    /// <summary>Lets the point that said <c>freezing</c> do it.</summary>
    public void Freeze() => freeze.Release();

    public void Pass(string point)
    {
        if (!armed.TryGetValue(point, out var wire) || Interlocked.Decrement(ref wire.Left) != 0) return;

        armed.TryRemove(point, out _);
        if (wire.Deed is Deed.Freeze) AwaitOrder();
        if (wire.Deed is Deed.Fail) throw new IOException($"Broken at {point}.");

        // To this very thread: it goes no further, not even for the moment that a signal to the process might take.
        if (Raise(wire.Deed is Deed.Kill ? Kill : Stop) != 0) throw new InvalidOperationException($"No signal could be sent at {point}.");
    }

    public void Dispose() => freeze.Dispose();

    private void AwaitOrder()
    {
        Console.Out.WriteLine("freezing");
        Console.Out.Flush();
        freeze.Wait();
    }

    private sealed class Wire(Deed deed, int left)
    {
        public readonly Deed Deed = deed;
        public int Left = left;
    }

    [DllImport("libc", EntryPoint = "raise", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Raise(int signal);
}
