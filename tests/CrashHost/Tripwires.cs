using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace VideoPlatform.CrashHost;

/// <summary>What happens at a point.</summary>
internal enum Deed
{
    /// <summary>SIGKILL to this process: not one instruction more.</summary>
    Kill,

    /// <summary>SIGSTOP to this process: frozen until somebody sends SIGCONT.</summary>
    Freeze,

    /// <summary>An <see cref="IOException"/>: broken surroundings.</summary>
    Fail,
}

/// <summary>The armed points. A point acts once, when it is passed for the n-th time.</summary>
internal sealed class Tripwires
{
    private const int Kill = 9;     // SIGKILL
    private const int Stop = 19;    // SIGSTOP on Linux

    private readonly ConcurrentDictionary<string, Wire> armed = new(StringComparer.Ordinal);

    public void Arm(string point, Deed deed, int nth) => armed[point] = new Wire(deed, nth);

    /// <summary>Called before this process freezes.</summary>
    public Action BeforeFreezing { get; set; } = static () => { };

    public void Disarm() => armed.Clear();

    public void Pass(string point)
    {
        if (!armed.TryGetValue(point, out var wire) || Interlocked.Decrement(ref wire.Left) != 0) return;

        armed.TryRemove(point, out _);
        if (wire.Deed is Deed.Freeze) BeforeFreezing();
        if (wire.Deed is Deed.Fail) throw new IOException($"Broken at {point}.");

        // To this very thread: it goes no further, not even for the moment that a signal to the process might take.
        if (Raise(wire.Deed is Deed.Kill ? Kill : Stop) != 0) throw new InvalidOperationException($"No signal could be sent at {point}.");
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
