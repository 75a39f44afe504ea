using System.Net;
using System.Xml;
using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Infrastructure.Download;

/// <summary>Turns a refusal of the object store into a problem: <c>AccessDenied</c>, <c>403 Request has expired.</c> (dashscope.md section 4).</summary>
internal static class RefusalText
{
    /// <summary>Bytes of a refusal's body that are looked at.</summary>
    public const int MaxBody = 16 * 1024;

    private const int MaxText = 200;   // characters of a foreign word that are shown

    /// <param name="body">The first bytes of the body; anything but the store's XML is ignored.</param>
    /// <param name="address">What was asked: a text that repeats its query is not shown.</param>
    public static Problem Describe(HttpStatusCode status, string? reason, ReadOnlyMemory<byte> body, Uri address)
    {
        var (code, message) = Read(body);
        return new Problem(Shown(code, address) ?? $"http_{(int)status}", $"{(int)status} {Shown(message, address) ?? Shown(reason, address) ?? status.ToString()}");
    }

    private static (string? Code, string? Message) Read(ReadOnlyMemory<byte> body)
    {
        string? code = null, message = null;
        var settings = new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            MaxCharactersInDocument = MaxBody,
            MaxCharactersFromEntities = 1024,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
        };
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(body.ToArray(), writable: false), settings);
            if (reader.MoveToContent() is not XmlNodeType.Element || reader.LocalName != "Error") return (null, null);

            var element = "";
            while (reader.Read() && (code is null || message is null))
            {
                if (reader.NodeType is XmlNodeType.Element && reader.Depth == 1) element = reader.LocalName;
                if (reader.NodeType is not (XmlNodeType.Text or XmlNodeType.CDATA) || reader.Depth != 2) continue;

                if (element == "Code") code ??= reader.Value;
                if (element == "Message") message ??= reader.Value;
            }
        }
        catch (XmlException)
        {
            // Not the store's own answer, or cut off: what was read so far still says something.
        }

        return (code, message);
    }

    private static string? Shown(string? text, Uri address)
    {
        if (string.IsNullOrWhiteSpace(text) || Repeats(text, address)) return null;
        var plain = string.Join(' ', new string([.. text.Select(c => char.IsControl(c) ? ' ' : c)]).Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return plain.Length > MaxText ? plain[..MaxText] : plain;
    }

    // The store may echo what was asked; a signature must not travel on in a message.
    private static bool Repeats(string text, Uri address) =>
        text.Contains("Signature=", StringComparison.OrdinalIgnoreCase) || Values(address.Query).Any(value => text.Contains(value, StringComparison.Ordinal));

    // Shorter values are everyday words and numbers, and no secrets.
    private static IEnumerable<string> Values(string query) =>
        query.TrimStart('?').Split('&').Select(pair => Uri.UnescapeDataString(pair[(pair.IndexOf('=', StringComparison.Ordinal) + 1)..])).Where(value => value.Length >= 8);
}
