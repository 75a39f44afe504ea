using Microsoft.Extensions.Time.Testing;
using VideoPlatform.Infrastructure.Qwen;

namespace VideoPlatform.Infrastructure.Tests.Qwen;

public sealed class TurnsTests
{
    private static readonly TimeSpan distance = TimeSpan.FromMilliseconds(50);

    private readonly FakeTimeProvider clock = new();

    private CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void The_first_turn_is_now_and_each_other_one_at_its_distance()
    {
        var turns = new Turns(20, clock);
        List<Task> taken = [.. Enumerable.Range(0, 4).Select(_ => turns.TakeAsync(Ct))];

        for (var passed = 1; passed <= 4; passed++)
        {
            Assert.Equal(passed, taken.Count(t => t.IsCompletedSuccessfully));
            Assert.True(taken[passed - 1].IsCompletedSuccessfully);
            clock.Advance(distance);
        }
    }

    [Fact]
    public void Turns_that_nobody_took_are_not_saved_up()
    {
        var turns = new Turns(20, clock);
        clock.Advance(TimeSpan.FromHours(1));

        List<Task> taken = [.. Enumerable.Range(0, 3).Select(_ => turns.TakeAsync(Ct))];

        Assert.Equal(1, taken.Count(t => t.IsCompletedSuccessfully));
    }

    [Fact]
    public async Task Who_leaves_from_the_end_of_the_row_takes_no_turn_along()
    {
        using var leaving = new CancellationTokenSource();
        var turns = new Turns(20, clock);
        await turns.TakeAsync(Ct);
        var left = turns.TakeAsync(leaving.Token);

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        var after = turns.TakeAsync(Ct);
        clock.Advance(distance);

        Assert.True(after.IsCompletedSuccessfully);
    }

    [Fact]
    public void A_rate_that_is_none_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Turns(0, clock));
    }
}
