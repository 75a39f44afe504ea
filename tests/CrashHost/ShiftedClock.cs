namespace VideoPlatform.CrashHost;

/// <summary>The machine's clock, put forward or back by an order. Timers and time stamps run on: only the wall clock jumps.</summary>
internal sealed class ShiftedClock : TimeProvider
{
    private long ticks;

    public TimeSpan Shift
    {
        get => TimeSpan.FromTicks(Interlocked.Read(ref ticks));
        set => Interlocked.Exchange(ref ticks, value.Ticks);
    }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
}
