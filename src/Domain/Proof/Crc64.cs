using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace VideoPlatform.Domain.Proof;

/// <summary>
/// CRC-64/XZ, the sum behind OSS's <c>x-oss-hash-crc64ecma</c>: ECMA polynomial, reflected, start and end inverted.
/// Check value of <c>123456789</c>: <c>995dc9bbdf1939fa</c>. The framework's <c>System.IO.Hashing.Crc64</c> is another form.
/// </summary>
public sealed class Crc64
{
    private const ulong Polynomial = 0xC96C5795D7870F42;   // ECMA-182, bits reversed
    private const int Slices = 16;

    private static readonly ulong[] tables = BuildTables();

    private ulong state = ulong.MaxValue;

    /// <summary>The sum of everything appended so far.</summary>
    public ulong Value => ~state;

    /// <summary>As it is shown and stored: 16 lower-case hex digits.</summary>
    public string Hex => Value.ToString("x16");

    // Compiled to its best at once: the first videos after a start would be summed several times slower.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Append(ReadOnlySpan<byte> bytes)
    {
        var crc = state;
        var table = tables.AsSpan();
        while (bytes.Length >= Slices)
        {
            // Sixteen bytes a turn: the first eight meet the running sum, each byte its own table.
            var low = BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ crc;
            var high = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
            crc = table[(15 * 256) + (int)(byte)low]
                ^ table[(14 * 256) + (int)(byte)(low >> 8)]
                ^ table[(13 * 256) + (int)(byte)(low >> 16)]
                ^ table[(12 * 256) + (int)(byte)(low >> 24)]
                ^ table[(11 * 256) + (int)(byte)(low >> 32)]
                ^ table[(10 * 256) + (int)(byte)(low >> 40)]
                ^ table[(9 * 256) + (int)(byte)(low >> 48)]
                ^ table[(8 * 256) + (int)(low >> 56)]
                ^ table[(7 * 256) + (int)(byte)high]
                ^ table[(6 * 256) + (int)(byte)(high >> 8)]
                ^ table[(5 * 256) + (int)(byte)(high >> 16)]
                ^ table[(4 * 256) + (int)(byte)(high >> 24)]
                ^ table[(3 * 256) + (int)(byte)(high >> 32)]
                ^ table[(2 * 256) + (int)(byte)(high >> 40)]
                ^ table[256 + (int)(byte)(high >> 48)]
                ^ table[(int)(high >> 56)];
            bytes = bytes[Slices..];
        }

        foreach (var b in bytes) crc = table[(int)(byte)(crc ^ b)] ^ (crc >> 8);
        state = crc;
    }

    private static ulong[] BuildTables()
    {
        var built = new ulong[Slices * 256];
        for (var i = 0; i < 256; i++)
        {
            var crc = (ulong)i;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ Polynomial : crc >> 1;
            built[i] = crc;
        }

        for (var i = 256; i < built.Length; i++) built[i] = built[(int)(byte)built[i - 256]] ^ (built[i - 256] >> 8);
        return built;
    }
}
