using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace VideoPlatform.Domain.Workspaces;

/// <summary>A MongoDB ObjectId as 24 lower-case hex digits: 4 bytes of seconds, 5 random for the process, 3 counted. Sorts by creation.</summary>
public readonly record struct WorkspaceId : IComparable<WorkspaceId>
{
    public const int Length = 24;

    private static readonly SearchValues<char> digits = SearchValues.Create("0123456789abcdef");
    private static readonly byte[] process = RandomNumberGenerator.GetBytes(5);
    private static int counter = RandomNumberGenerator.GetInt32(1 << 24);

    private readonly string? value;

    private WorkspaceId(string value) => this.value = value;

    public string Value => value ?? throw new InvalidOperationException("A workspace id was never given.");

    /// <summary>The second in which the id was made.</summary>
    public DateTimeOffset CreatedAt => DateTimeOffset.FromUnixTimeSeconds(Convert.ToUInt32(Value[..8], 16));

    public static WorkspaceId New(DateTimeOffset now)
    {
        Span<byte> bytes = stackalloc byte[12];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)now.ToUnixTimeSeconds());
        process.CopyTo(bytes[4..]);
        var count = Interlocked.Increment(ref counter);
        (bytes[9], bytes[10], bytes[11]) = ((byte)(count >> 16), (byte)(count >> 8), (byte)count);
        return new WorkspaceId(Convert.ToHexStringLower(bytes));
    }

    /// <summary>Takes exactly 24 lower-case hex digits.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out WorkspaceId id)
    {
        var right = text is { Length: Length } && !text.AsSpan().ContainsAnyExcept(digits);
        id = right ? new WorkspaceId(text!) : default;
        return right;
    }

    /// <exception cref="FormatException">The text is not 24 lower-case hex digits.</exception>
    public static WorkspaceId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException("A workspace id is 24 lower-case hex digits.");

    public int CompareTo(WorkspaceId other) => string.CompareOrdinal(value, other.value);

    public override string ToString() => Value;

    public static bool operator <(WorkspaceId left, WorkspaceId right) => left.CompareTo(right) < 0;

    public static bool operator >(WorkspaceId left, WorkspaceId right) => left.CompareTo(right) > 0;

    public static bool operator <=(WorkspaceId left, WorkspaceId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(WorkspaceId left, WorkspaceId right) => left.CompareTo(right) >= 0;
}
