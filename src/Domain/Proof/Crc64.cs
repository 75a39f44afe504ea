using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VideoPlatform.Domain.Proof;

/// <summary>
/// CRC-64/XZ, the sum behind OSS's <c>x-oss-hash-crc64ecma</c>: ECMA polynomial, reflected, start and end inverted.
/// Check value of <c>123456789</c>: <c>995dc9bbdf1939fa</c>. The framework's <c>System.IO.Hashing.Crc64</c> is another form.
/// </summary>
public sealed class Crc64
{
    private const ulong Polynomial = 0xC96C5795D7870F42;   // ECMA-182, bits reversed
    private const int Slices = 16;

    private const int FoldedAtOnce = 128;   // bytes

    private static readonly ulong[] tables = BuildTables();
    private static readonly ulong power127 = PowerOfX(127), power191 = PowerOfX(191), power1023 = PowerOfX(1023), power1087 = PowerOfX(1087);

    private ulong state = ulong.MaxValue;

    /// <summary>The sum of everything appended so far.</summary>
    public ulong Value => ~state;

    /// <summary>As it is shown and stored: 16 lower-case hex digits.</summary>
    public string Hex => Value.ToString("x16");

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (Pclmulqdq.IsSupported && bytes.Length >= 2 * FoldedAtOnce)
        {
            var whole = bytes.Length - (bytes.Length % FoldedAtOnce);
            state = Fold(state, bytes[..whole]);
            bytes = bytes[whole..];
        }

        state = LookUp(state, bytes);
    }

    /// <summary>
    /// Many bytes at once by carry-less multiplication (Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction"):
    /// eight remainders of 16 bytes are each carried 128 bytes on, then brought together into one; its sum, by table, is the sum of all.
    /// </summary>
    // Compiled to its best at once: the first videos after a start would be summed several times slower.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ulong Fold(ulong crc, ReadOnlySpan<byte> bytes)
    {
        var blocks = MemoryMarshal.Cast<byte, Vector128<ulong>>(bytes);
        var (r0, r1, r2, r3) = (blocks[0] ^ Vector128.Create(crc, 0), blocks[1], blocks[2], blocks[3]);
        var (r4, r5, r6, r7) = (blocks[4], blocks[5], blocks[6], blocks[7]);
        var by128 = Vector128.Create(power1087, power1023);
        for (blocks = blocks[8..]; blocks.Length >= 8; blocks = blocks[8..])
        {
            r0 = Carry(r0, by128) ^ blocks[0];
            r1 = Carry(r1, by128) ^ blocks[1];
            r2 = Carry(r2, by128) ^ blocks[2];
            r3 = Carry(r3, by128) ^ blocks[3];
            r4 = Carry(r4, by128) ^ blocks[4];
            r5 = Carry(r5, by128) ^ blocks[5];
            r6 = Carry(r6, by128) ^ blocks[6];
            r7 = Carry(r7, by128) ^ blocks[7];
        }

        var by16 = Vector128.Create(power191, power127);
        var one = Carry(Carry(Carry(r0, by16) ^ r1, by16) ^ r2, by16) ^ r3;
        one = Carry(Carry(Carry(Carry(one, by16) ^ r4, by16) ^ r5, by16) ^ r6, by16) ^ r7;
        return LookUp(0, MemoryMarshal.AsBytes(new ReadOnlySpan<Vector128<ulong>>(in one)));
    }

    // Low half and high half, each by the power of x that lies between it and its new place. In reversed bits a product comes out
    // one place too far, so the powers are one less.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Carry(Vector128<ulong> remainder, Vector128<ulong> powers) =>
        Pclmulqdq.CarrylessMultiply(remainder, powers, 0x00) ^ Pclmulqdq.CarrylessMultiply(remainder, powers, 0x11);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ulong LookUp(ulong crc, ReadOnlySpan<byte> bytes)
    {
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
        return crc;
    }

    /// <summary>x to this power, modulo the polynomial, bits reversed.</summary>
    private static ulong PowerOfX(int exponent)
    {
        var power = 1UL << 63;
        for (; exponent > 0; exponent--) power = (power & 1) != 0 ? (power >> 1) ^ Polynomial : power >> 1;
        return power;
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
