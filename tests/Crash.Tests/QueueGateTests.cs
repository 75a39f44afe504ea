using VideoPlatform.Application.Work;
using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Crash.Tests;

/// <summary>The gate before the provider: how long it stays shut, and how many may try whether it is open again.</summary>
public sealed class QueueGateTests
{
    private static readonly Problem no = new("Throttling", "Too many requests.");
    private readonly ManualClock clock = new();

    [Fact]
    public void Refusals_of_one_moment_are_one_refusal()
    {
        var gate = new QueueGate(clock);

        var first = gate.Blocked(no);
        for (var i = 0; i < 8; i++) gate.Blocked(no);

        Assert.InRange(gate.Blocked(no) - clock.GetUtcNow(), TimeSpan.FromSeconds(4.5), TimeSpan.FromSeconds(5.5));
        clock.Now = first + TimeSpan.FromSeconds(1);
        Assert.InRange(gate.Blocked(no) - clock.GetUtcNow(), TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(11));
    }

    [Fact]
    public void One_request_at_a_time_tries_whether_the_way_is_open()
    {
        var gate = new QueueGate(clock);
        clock.Now = gate.Throttled("one", no, null) + TimeSpan.FromMilliseconds(1);

        Assert.Equal(1, gate.Admits("one", 5));
        Assert.Equal(0, gate.Admits("one", 5));
        Assert.Equal(5, gate.Admits("another", 5));
        gate.Accepted("one");
        Assert.Equal(5, gate.Admits("one", 5));
    }

    [Fact]
    public void One_who_tries_and_is_never_heard_of_again_does_not_shut_the_gate()
    {
        var gate = new QueueGate(clock);
        clock.Now = gate.Throttled("one", no, null) + TimeSpan.FromMilliseconds(1);
        Assert.Equal(1, gate.Admits("one", 5));

        clock.Now += TimeSpan.FromSeconds(1);

        Assert.Equal(1, gate.Admits("one", 5));
    }

    [Fact]
    public void What_the_provider_asks_for_is_waited_for()
    {
        var gate = new QueueGate(clock);

        var opens = gate.Throttled("one", no, TimeSpan.FromMinutes(5));
        gate.Throttled("one", no, null);

        Assert.Equal(clock.GetUtcNow() + TimeSpan.FromMinutes(5), opens);
        Assert.Equal(0, gate.Admits("one", 1));
        clock.Now = opens;
        Assert.Equal(1, gate.Admits("one", 1));
    }

    private sealed class ManualClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 10, 2, 3, 7, 28, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
