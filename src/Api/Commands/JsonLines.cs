using System.Runtime.CompilerServices;
using System.Text;
using VideoPlatform.Application.Maintenance.Import;

namespace VideoPlatform.Api.Commands;

/// <summary>Lines of a file as they come, in bounded memory, however long somebody has made them.</summary>
internal static class JsonLines
{
    /// <summary>Characters. MongoDB's largest document has 16 MiB, and no extended JSON of one is longer than this.</summary>
    public const int MaxLine = 64 * 1024 * 1024;

    public static async IAsyncEnumerable<ImportLine> ReadAsync(Stream stream, int maxLine, [EnumeratorCancellation] CancellationToken ct)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8, detectEncodingFromByteOrderMarks: true, bufferSize: 64 * 1024, leaveOpen: true);
        var block = new char[64 * 1024];
        var line = new StringBuilder();
        var isTooLong = false;
        long number = 1;
        int read;
        while ((read = await reader.ReadAsync(block, ct)) > 0)
        {
            var rest = block.AsMemory(0, read);
            while (rest.Span.IndexOf('\n') is >= 0 and var end)
            {
                Append(rest[..end]);
                if (Take() is { } whole) yield return whole;
                rest = rest[(end + 1)..];
                number++;
            }

            Append(rest);
        }

        if (Take() is { } last) yield return last;

        void Append(ReadOnlyMemory<char> text)
        {
            isTooLong |= line.Length + text.Length > maxLine;
            if (isTooLong) line.Clear();
            else line.Append(text);
        }

        // A blank line says nothing, and is not bad.
        ImportLine? Take()
        {
            var text = isTooLong ? null : line.ToString();
            (isTooLong, _) = (false, line.Clear());
            return text is not null && string.IsNullOrWhiteSpace(text) ? null : new ImportLine(number, text);
        }
    }
}
