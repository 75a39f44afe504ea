using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Testing.Provider;

namespace VideoPlatform.Infrastructure.Tests.Qwen;

/// <summary>What use-case tests rely on when they use the fake in place of the adapter.</summary>
public sealed class FakeVideoProviderTests : QwenTest
{
    private FakeVideoProvider Fake => field ??= new FakeVideoProvider(Clock);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Task<SubmitAnswer> Order() => Fake.SubmitAsync(Request(), Model(), Inline(), SendBefore);

    [Fact]
    public async Task Without_a_script_an_order_is_taken_works_and_succeeds()
    {
        var task = Assert.IsType<SubmitAnswer.Accepted>(await Order()).Task;

        Assert.IsType<TaskAnswer.Working>(await Fake.QueryAsync(task, Ct));
        Assert.NotNull(Assert.IsType<TaskAnswer.Succeeded>(await Fake.QueryAsync(task, Ct)).Link);
        Assert.Equal(["submit", "query task-1", "query task-1"], Fake.Calls);
        Assert.Equal(1, Fake.PaidTasks);
    }

    [Fact]
    public async Task A_held_order_is_in_flight_until_it_is_released()
    {
        var held = Fake.HoldSubmit();

        var order = Order();
        await held.Arrived;
        Assert.False(order.IsCompleted);
        held.Release();

        Assert.IsType<SubmitAnswer.Accepted>(await order);
    }

    [Fact]
    public async Task A_lost_answer_is_paid_for_and_shows_in_the_list()
    {
        Fake.LoseSubmitAnswer();

        Assert.IsType<SubmitAnswer.Unclear>(await Order());

        var page = Assert.IsType<TaskListAnswer.Page>(await Fake.ListAsync(new TaskListQuery("wan2.6-i2v-flash", 1, 10), Ct));
        Assert.Equal(Assert.Single(Fake.Paid).Id, Assert.Single(page.Tasks).Id);
    }

    [Fact]
    public async Task A_scripted_no_costs_nothing()
    {
        Fake.AnswerSubmit(new SubmitAnswer.Refused(new Problem("DataInspectionFailed", "No.")));

        Assert.IsType<SubmitAnswer.Refused>(await Order());

        Assert.Single(Fake.Orders);
        Assert.Equal(0, Fake.PaidTasks);
    }

    [Fact]
    public async Task Nothing_is_taken_after_its_time()
    {
        var answer = await Fake.SubmitAsync(Request(), Model(), Inline(), Clock.GetUtcNow());

        Assert.IsType<SubmitAnswer.NotSent>(answer);
        Assert.Empty(Fake.Orders);
    }
}
