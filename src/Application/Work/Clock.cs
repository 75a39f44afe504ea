namespace VideoPlatform.Application.Work;

public static class Clock
{
    /// <summary>Now, in whole milliseconds: as precise as records and answers are, so that what is stored and what is shown agree.</summary>
    public static DateTimeOffset Now(this TimeProvider clock) =>
        DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds());
}
