using FsCheck.Xunit;
using VideoPlatform.Domain.Results;

namespace VideoPlatform.Domain.Tests;

public sealed class ResultTests
{
    private static readonly NotFound error = new("workspace");

    [Fact]
    public void A_value_is_had_back()
    {
        Result<string> result = "value";

        Assert.True(result.TryGet(out var value, out var none));
        Assert.Equal("value", value);
        Assert.Null(none);
        Assert.Equal("value!", result.Match(v => v + "!", _ => "failed"));
    }

    [Fact]
    public void A_failure_is_had_back()
    {
        Result<string> result = error;

        Assert.False(result.TryGet(out var none, out var failure));
        Assert.Null(none);
        Assert.Same(error, failure);
        Assert.Equal("not_found", result.Match(_ => "ok", e => e.Code));
    }

    [Fact]
    public void The_default_of_a_value_type_is_a_value_and_no_failure()
    {
        Result<int> result = 0;

        Assert.True(result.TryGet(out var value, out _));
        Assert.Equal(0, value);
    }

    [Fact]
    public void Then_goes_on_with_a_value_only()
    {
        Result<int> good = 20;
        Result<int> bad = error;
        var calls = 0;

        Result<string> Next(int value)
        {
            calls++;
            return $"{value + 1}";
        }

        Assert.Equal("21", Given.Ok(good.Then(Next)));
        Assert.Same(error, Given.Failure(bad.Then(Next)));
        Assert.Equal(1, calls);
    }

    [Fact]
    public void A_failure_must_say_what_it_is()
    {
        Assert.Throws<ArgumentNullException>(() => Result<string>.From(null!));
        Assert.Throws<ArgumentNullException>(() => (Result<string>)(Error)null!);
    }

    [Property(MaxTest = 100, Replay = "12345678901234567,9876543210987654321")]
    public bool Results_are_equal_when_what_they_hold_is(int a, int b)
    {
        Result<int> left = a, right = b;

        return left.Equals(right) == (a == b) && left.Equals((Result<int>)a) && !left.Equals((Result<int>)error);
    }

    [Fact]
    public void One_wrong_field_is_named_with_its_reason()
    {
        var failure = new ValidationFailed("seed", "0 to 2147483647.");

        Assert.Equal(["0 to 2147483647."], failure.Fields["seed"]);
        Assert.Equal("validation_failed", failure.Code);
    }
}
