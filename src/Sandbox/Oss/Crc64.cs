using System.Buffers.Binary;

namespace VideoPlatform.Sandbox.Oss;

/// <summary>
/// CRC-64/XZ, the checksum in <c>x-oss-hash-crc64ecma</c>: reflected ECMA-182 polynomial, all ones in and out.
/// Check value of "123456789": 0x995dc9bbdf1939fa. Eight bytes a step, one table for each.
/// </summary>
internal sealed class Crc64
{
    private const ulong Polynomial = 0xC96C5795D7870F42;   // 0x42F0E1EBA9EA3693 with its bits reversed
    private static readonly ulong[][] Tables = BuildTables();
    private ulong _state = ulong.MaxValue;

    public ulong Value => ~_state;

    public static ulong Of(ReadOnlySpan<byte> data)
    {
        var crc = new Crc64();
        crc.Append(data);
        return crc.Value;
    }

    public void Append(ReadOnlySpan<byte> data)
    {
        var crc = _state;
        var t = Tables;
        for (; data.Length >= 8; data = data[8..])
        {
            crc ^= BinaryPrimitives.ReadUInt64LittleEndian(data);
            crc = t[7][(byte)crc] ^ t[6][(byte)(crc >> 8)] ^ t[5][(byte)(crc >> 16)] ^ t[4][(byte)(crc >> 24)]
                ^ t[3][(byte)(crc >> 32)] ^ t[2][(byte)(crc >> 40)] ^ t[1][(byte)(crc >> 48)] ^ t[0][(byte)(crc >> 56)];
        }

        foreach (var b in data) crc = t[0][(byte)(crc ^ b)] ^ (crc >> 8);
        _state = crc;
    }

    private static ulong[][] BuildTables()
    {
        var tables = new ulong[8][];
        for (var k = 0; k < 8; k++) tables[k] = new ulong[256];
        for (var i = 0; i < 256; i++)
        {
            var crc = (ulong)i;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) == 1 ? (crc >> 1) ^ Polynomial : crc >> 1;
            tables[0][i] = crc;
        }

        for (var k = 1; k < 8; k++)
            for (var i = 0; i < 256; i++)
                tables[k][i] = tables[0][(byte)tables[k - 1][i]] ^ (tables[k - 1][i] >> 8);
        return tables;
    }
}
