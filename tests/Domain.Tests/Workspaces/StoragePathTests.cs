using FsCheck.Xunit;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Domain.Tests;

public sealed class StoragePathTests
{
    [Theory]
    [InlineData("1767008037365-8206bx2s.png", "1767008037365-8206bx2s.png")]
    [InlineData("videos/695251e891fab49e9adb49a5_1767177366572.mp4", "695251e891fab49e9adb49a5_1767177366572.mp4")]
    [InlineData("thumbnails/a/b_c.jpg", "b_c.jpg")]
    public void A_relative_path_has_an_address_and_a_name(string text, string name)
    {
        var path = StoragePath.Parse(text);

        Assert.Equal(text, path.Value);
        Assert.Equal(text, path.ToString());
        Assert.Equal("/uploads/" + text, path.Url);
        Assert.Equal(name, path.FileName);
    }

    [Theory]
    [InlineData("/uploads/videos/a.mp4")]
    [InlineData("/home/someone/app/uploads/videos/a.mp4")]
    [InlineData("/srv/uploads/old/uploads/videos/a.mp4")]
    [InlineData("/home/../uploads/videos/a.mp4")]
    public void An_address_or_an_absolute_path_of_the_earlier_system_is_read_by_its_part_after_uploads(string text) =>
        Assert.Equal("videos/a.mp4", StoragePath.Parse(text).Value);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../a.mp4")]
    [InlineData("videos/../../etc/passwd")]
    [InlineData("/uploads/../etc/passwd")]
    [InlineData("/uploads/")]
    [InlineData("/uploads//a.mp4")]
    [InlineData("/etc/passwd")]
    [InlineData("videos/")]
    [InlineData("videos//a.mp4")]
    [InlineData("videos/.hidden")]
    [InlineData(".trash/a.mp4")]
    [InlineData("videos/./a.mp4")]
    [InlineData("videos\\a.mp4")]
    [InlineData("..\\a.mp4")]
    [InlineData("C:\\uploads\\a.mp4")]
    [InlineData("a b.mp4")]
    [InlineData("a.mp4\n")]
    [InlineData("a\0.mp4")]
    [InlineData("%2e%2e/a.mp4")]
    [InlineData("a.mp4?x=1")]
    [InlineData("a.mp4#x")]
    [InlineData("~/a.mp4")]
    [InlineData("ä.mp4")]
    [InlineData("a\u202Egpj.mp4")]
    [InlineData("٣.mp4")]
    public void What_could_leave_the_root_or_surprise_anybody_is_refused(string? text)
    {
        Assert.False(StoragePath.TryParse(text, out var path));
        Assert.Null(path);
        if (text is not null) Assert.Throws<FormatException>(() => StoragePath.Parse(text));
    }

    [Fact]
    public void Names_are_as_long_as_file_systems_allow()
    {
        Assert.True(StoragePath.TryParse(new string('a', 255), out _));
        Assert.False(StoragePath.TryParse(new string('a', 256), out _));
        Assert.False(StoragePath.TryParse(string.Join('/', Enumerable.Repeat("abcdefg", 200)), out _));
    }

    [Property(MaxTest = 1000, Replay = "12345678901234567,9876543210987654321")]
    public bool Whatever_is_taken_stays_inside_and_reads_back_as_itself(string? text)
    {
        if (!StoragePath.TryParse(text, out var path)) return true;

        var full = Path.GetFullPath(Path.Combine("/root", path.Value));
        return full == "/root/" + path.Value && StoragePath.Parse(path.Url) == path && StoragePath.Parse(path.Value) == path;
    }
}
