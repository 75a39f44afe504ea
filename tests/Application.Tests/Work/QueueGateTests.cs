using Microsoft.Extensions.Time.Testing;
using VideoPlatform.Application.Work;
using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Application.Tests;

public sealed class QueueGateTests
{
    private static readonly Problem throttled = new("Throttling", "Too many requests.");
    private static readonly Problem blocked = new("Arrearage", "The account is overdue.");

    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly QueueGate gate;

    public QueueGateTests() => gate = new QueueGate(clock);

    [Fact]
    public void An_open_gate_admits_all_that_want_in()
    {
        Assert.Equal(5, gate.Admits("one", 5));
        Assert.Equal(0, gate.Admits("one", 0));
        Assert.Null(gate.StoppedBecause);
    }

    [Fact]
    public void Throttling_closes_it_for_one_model_and_a_while()
    {
        var opens = gate.Throttled("one", throttled, null);

        Assert.Equal(0, gate.Admits("one", 5));
        Assert.Equal(5, gate.Admits("two", 5));
        Assert.Null(gate.StoppedBecause);
        clock.SetUtcNow(opens);
        Assert.Equal(1, gate.Admits("one", 5));
    }

    [Fact]
    public void A_refused_account_closes_it_for_all_and_says_why()
    {
        var opens = gate.Blocked(blocked);

        Assert.Equal(0, gate.Admits("one", 5));
        Assert.Equal(0, gate.Admits("two", 5));
        Assert.Equal(blocked, gate.StoppedBecause);
        clock.SetUtcNow(opens);
        Assert.Equal(1, gate.Admits("two", 5));
        Assert.Equal(blocked, gate.StoppedBecause);
    }

    [Fact]
    public void The_first_yes_opens_it_again()
    {
        gate.Blocked(blocked);
        gate.Throttled("one", throttled, null);

        gate.Accepted("one");

        Assert.Equal(5, gate.Admits("one", 5));
        Assert.Null(gate.StoppedBecause);
    }

    [Fact]
    public void A_yes_for_one_model_says_nothing_of_another_that_is_throttled()
    {
        gate.Throttled("one", throttled, null);

        gate.Accepted("two");

        Assert.Equal(0, gate.Admits("one", 5));
    }

    [Fact]
    public void Each_refusal_after_the_pause_makes_it_longer_up_to_a_bound()
    {
        double[] expected = [5, 10, 20, 40, 80, 160, 320, 600, 600];
        foreach (var seconds in expected)
        {
            var opens = gate.Blocked(blocked);
            Assert.InRange((opens - clock.Now()).TotalSeconds, 0.9 * seconds, 1.1 * seconds);
            clock.SetUtcNow(opens.AddMilliseconds(1));
        }

        double[] throttles = [1, 2, 4, 8, 16, 32, 60, 60];
        foreach (var seconds in throttles)
        {
            var opens = gate.Throttled("one", throttled, null);
            Assert.InRange((opens - clock.Now()).TotalSeconds, 0.9 * seconds, 1.1 * seconds);
            clock.SetUtcNow(opens.AddMilliseconds(1));
        }
    }

    [Fact]
    public void Refusals_of_one_moment_count_as_one()
    {
        for (var i = 0; i < 8; i++) gate.Blocked(blocked);

        Assert.InRange((gate.Blocked(blocked) - clock.GetUtcNow()).TotalSeconds, 4.5, 5.5);
    }

    [Fact]
    public void What_the_provider_asks_for_is_waited_for() =>
        Assert.Equal(clock.GetUtcNow().AddMinutes(3), gate.Throttled("one", throttled, TimeSpan.FromMinutes(3)));

    [Fact]
    public void Throttling_holds_even_when_an_older_refusal_of_the_account_has_run_out()
    {
        clock.SetUtcNow(gate.Blocked(blocked));
        Assert.Equal(1, gate.Admits("one", 5));

        gate.Throttled("one", throttled, TimeSpan.FromMinutes(3));
        clock.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(0, gate.Admits("one", 5));
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, gate.Admits("one", 5));
    }
}
