using System.Collections.Concurrent;
using FsCheck.Xunit;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Domain.Tests;

public sealed class WorkspaceIdTests
{
    [Fact]
    public void It_prints_as_its_bare_value_and_knows_its_second()
    {
        var id = WorkspaceId.Parse("695251e891fab49e9adb49a5");

        Assert.Equal("695251e891fab49e9adb49a5", id.ToString());
        Assert.Equal("695251e891fab49e9adb49a5", id.Value);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(0x695251e8), id.CreatedAt);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("695251e891fab49e9adb49a")]
    [InlineData("695251e891fab49e9adb49a55")]
    [InlineData("695251E891FAB49E9ADB49A5")]
    [InlineData("695251e891fab49e9adb49ag")]
    [InlineData(" 695251e891fab49e9adb49a")]
    [InlineData("695251e891fab49e9adb49a\n")]
    [InlineData("../../../../../../passwd")]
    [InlineData("٦95251e891fab49e9adb49a5")]
    public void Anything_but_24_lower_case_hex_digits_is_refused(string? text)
    {
        Assert.False(WorkspaceId.TryParse(text, out var id));
        Assert.Equal(default, id);
        if (text is not null) Assert.Throws<FormatException>(() => WorkspaceId.Parse(text));
    }

    [Fact]
    public void Many_made_at_once_by_many_threads_are_all_different()
    {
        var ids = new ConcurrentBag<WorkspaceId>();

        Parallel.For(0, 20_000, _ => ids.Add(WorkspaceId.New(Given.Now)));

        Assert.Equal(20_000, ids.Distinct().Count());
    }

    [Fact]
    public void A_later_second_sorts_later()
    {
        var earlier = WorkspaceId.New(Given.Now);
        var later = WorkspaceId.New(Given.Now.AddSeconds(1));

        Assert.True(earlier < later);
        Assert.True(later > earlier);
        Assert.True(earlier <= later && later >= earlier);
        Assert.Equal([earlier, later], new[] { later, earlier }.Order());
    }

    [Property(MaxTest = 200, Replay = "12345678901234567,9876543210987654321")]
    public bool A_new_one_tells_the_second_in_which_it_was_made_until_2106(uint seconds)
    {
        var id = WorkspaceId.New(DateTimeOffset.FromUnixTimeSeconds(seconds));

        return id.CreatedAt.ToUnixTimeSeconds() == seconds && WorkspaceId.Parse(id.Value) == id;
    }

    [Fact]
    public void One_that_was_never_given_has_no_value() => Assert.Throws<InvalidOperationException>(() => default(WorkspaceId).Value);
}
