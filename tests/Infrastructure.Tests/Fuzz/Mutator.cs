using System.Buffers.Binary;
using System.Globalization;

namespace VideoPlatform.Infrastructure.Tests.Fuzz;

/// <summary>
/// Makes inputs out of good ones by small damage, piled up: that reaches deeper than noise, which is refused at its first byte.
/// One seed gives one row of inputs. <c>VIDEOPLATFORM_FUZZ_SEED</c> and <c>VIDEOPLATFORM_FUZZ_ROUNDS</c> ask for another, or a longer, one.
/// </summary>
internal sealed class Mutator
{
    private static readonly ulong[] edges =
        [0, 1, 7, 8, 9, 15, 16, 17, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, int.MaxValue, 0x8000_0000, uint.MaxValue, long.MaxValue, 0x8000_0000_0000_0000, ulong.MaxValue];

    private readonly byte[][] seeds;
    private readonly Random random;

    private Mutator(int seed, byte[][] seeds) => (Seed, random, this.seeds) = (seed, new Random(seed), seeds);

    public int Seed { get; }

    /// <summary>Gives every input to the test. A failure names the seed, the round and the input; a hang is one too.</summary>
    public static void Run(int rounds, byte[][] seeds, Action<byte[], Random> test)
    {
        var mutator = new Mutator(Number("VIDEOPLATFORM_FUZZ_SEED") ?? 20261125, seeds);
        rounds = Number("VIDEOPLATFORM_FUZZ_ROUNDS") ?? rounds;
        for (var round = 0; round < rounds; round++)
        {
            var input = round < seeds.Length ? seeds[round] : mutator.Next();
            var begun = TimeProvider.System.GetTimestamp();
            try
            {
                test(input, mutator.random);
            }
            catch (Exception e)   // whatever it is, it must come with what led to it
            {
                Assert.Fail($"Seed {mutator.Seed}, round {round}, input {Convert.ToBase64String(input)}: {e}");
            }

            Assert.True(TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(60), $"Seed {mutator.Seed}, round {round}, input {Convert.ToBase64String(input)}: too slow");
        }
    }

    private static int? Number(string variable) => int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private byte[] Next()
    {
        var bytes = seeds[random.Next(seeds.Length)];
        for (var times = random.Next(1, 6); times > 0; times--) bytes = Damage(bytes);
        return bytes;
    }

    private byte[] Damage(byte[] bytes)
    {
        var at = random.Next(bytes.Length + 1);
        var count = random.Next(Math.Min(12, bytes.Length - at) + 1);
        switch (random.Next(8))
        {
            case 0:
                return bytes[..at];
            case 1:
                return [.. bytes[..at], .. bytes[(at + count)..]];
            case 2:
                return [.. bytes[..at], .. Noise(random.Next(1, 9)), .. bytes[at..]];
            case 3:
                return [.. bytes[..at], .. bytes[at..(at + count)], .. bytes[at..]];
            case 4:
                var other = seeds[random.Next(seeds.Length)];
                return [.. bytes[..at], .. other[random.Next(other.Length)..]];
            case 5:
                return [.. bytes[..at], .. Encoded(), .. bytes[Math.Min(bytes.Length, at + 4)..]];
            case 6:
                return [.. bytes[..at], .. System.Text.Encoding.ASCII.GetBytes(Edge().ToString(CultureInfo.InvariantCulture)), .. bytes[(at + count)..]];
            default:
                if (at == bytes.Length) return bytes;
                var flipped = bytes.ToArray();
                flipped[at] ^= (byte)(1 << random.Next(8));
                return flipped;
        }
    }

    private ulong Edge() => edges[random.Next(edges.Length)];

    private byte[] Encoded()
    {
        var number = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(number, Edge());
        return random.Next(2) == 0 ? number : number[4..];
    }

    private byte[] Noise(int length)
    {
        var noise = new byte[length];
        random.NextBytes(noise);
        return noise;
    }
}
