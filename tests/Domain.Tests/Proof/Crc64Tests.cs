using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using VideoPlatform.Domain.Proof;

namespace VideoPlatform.Domain.Tests.Proof;

public sealed class Crc64Tests
{
    [Fact]
    public void The_check_value_is_that_of_the_catalogue() => Assert.Equal("995dc9bbdf1939fa", Sum("123456789"u8.ToArray()).Hex);

    [Fact]
    public void The_sum_of_nothing_is_zero() => Assert.Equal(0UL, new Crc64().Value);

    [Property]
    public void Any_split_has_the_same_sum(byte[] bytes, NonNegativeInt[] cuts)
    {
        var ends = cuts.Select(c => c.Get % (bytes.Length + 1)).Append(bytes.Length).Order();

        var (crc, at) = (new Crc64(), 0);
        foreach (var end in ends)
        {
            crc.Append(bytes.AsSpan(at, end - at));
            at = end;
        }

        Assert.Equal(Sum(bytes).Value, crc.Value);
    }

    [Property]
    public void The_tables_agree_with_the_bits(byte[] bytes) => Assert.Equal(BitByBit(bytes), Sum(bytes).Value);

    [Theory]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(4096)]
    [InlineData(100_003)]
    public void Long_inputs_agree_with_the_bits(int length)
    {
        var bytes = new byte[length];
        new System.Random(length).NextBytes(bytes);

        Assert.Equal(BitByBit(bytes), Sum(bytes).Value);
    }

    // Long pieces are multiplied, short ones looked up: each length around a multiple of what is folded at once, and each way to cut it.
    [Property(MaxTest = 300)]
    public void Multiplying_and_looking_up_agree(int seed, NonNegativeInt length, NonNegativeInt cut)
    {
        var random = new System.Random(seed);
        var bytes = new byte[(length.Get * 41 % 3000) + random.Next(3)];
        random.NextBytes(bytes);
        var at = cut.Get * 37 % (bytes.Length + 1);

        var (cutOnce, byTable) = (new Crc64(), new Crc64());
        cutOnce.Append(bytes.AsSpan(0, at));
        cutOnce.Append(bytes.AsSpan(at));
        foreach (var few in bytes.Chunk(100)) byTable.Append(few);

        Assert.Equal(byTable.Value, cutOnce.Value);
        Assert.Equal(byTable.Value, Sum(bytes).Value);
        Assert.Equal(BitByBit(bytes), byTable.Value);
    }

    private static Crc64 Sum(byte[] bytes)
    {
        var crc = new Crc64();
        crc.Append(bytes);
        return crc;
    }

    private static ulong BitByBit(byte[] bytes)
    {
        var crc = ulong.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xC96C5795D7870F42 : crc >> 1;
        }

        return ~crc;
    }
}
