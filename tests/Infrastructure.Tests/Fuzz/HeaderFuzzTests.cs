using System.Globalization;
using System.Net;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Infrastructure.Archive;
using VideoPlatform.Infrastructure.Download;
using VideoPlatform.Infrastructure.Tests.Archive;

namespace VideoPlatform.Infrastructure.Tests.Fuzz;

/// <summary>
/// Everything that is read from a stranger's words: headers, links, refusals, sidecars. No exception, no hang, and nothing is believed
/// that the plain rule, written down a second time here, does not bear out.
/// </summary>
public sealed partial class HeaderFuzzTests : IDisposable
{
    private static readonly ProvenPrefix prefix = new(1000, "\"v1\"", 5000);

    private readonly TempStorage storage = TempStorage.Open();

    public void Dispose() => storage.Dispose();

    [Fact]
    public void A_rest_is_gone_on_with_only_where_its_range_says_exactly_that()
    {
        var accepted = 0;
        Mutator.Run(100_000, Texts("bytes 1000-4999/5000", "bytes 1000-4999/*", "bytes */5000", "bytes 0-4999/5000", "bytes  1000-4999/5000 ", "BYTES 1000-4999/5000", "items 1000-4999/5000"), (bytes, random) =>
        {
            var text = Line(bytes);
            using var response = Answer(("Content-Range", text), ("ETag", random.Next(8) == 0 ? "\"v2\"" : "\"v1\""), ("Content-Length", random.Next(8) == 0 ? "3999" : "4000"));
            var headers = SourceHeaders.Read(response);

            var continues = headers.Continues(prefix);

            var plain = Range().Match(text) is { Success: true } range
                && (Whole(range, "from"), Whole(range, "to"), Whole(range, "total")) == (1000, 4999, 5000) && headers is { ETag: "\"v1\"", Length: 4000 };
            Assert.True(plain || !continues, $"'{text}' was taken for the rest behind 1000.");
            if (continues) accepted++;
        });

        Assert.True(accepted > 100, "Hardly any range was accepted: this tells nothing.");
    }

    [Fact]
    public void A_checksum_is_a_plain_number_of_64_bits_or_none()
    {
        Mutator.Run(100_000, Texts("16371239482934823", "0", "18446744073709551615", "18446744073709551616", "995dc9bbdf1939fa", "-1", "+1", "1,000", "٣"), (bytes, _) =>
        {
            var text = Line(bytes);
            using var response = Answer(("x-oss-hash-crc64ecma", text));

            var crc = SourceHeaders.Read(response).Crc64;

            var plain = Digits().IsMatch(text.Trim()) && BigInteger.Parse(text.Trim(), CultureInfo.InvariantCulture) is var number && number <= ulong.MaxValue ? (ulong?)number : null;
            Assert.True(crc is null || crc == plain, $"'{text}' was read as {crc}.");
            if (plain is not null && text == text.Trim()) Assert.Equal(plain, crc);
        });
    }

    [Fact]
    public void A_tag_is_strong_and_quoted_or_none()
    {
        Mutator.Run(50_000, Texts("\"v1\"", "W/\"v1\"", "\"5D41402ABC4B2A76B9719D911017C592\"", "v1", "\"\"", "*", "\"a\", \"b\""), (bytes, _) =>
        {
            using var response = Answer(("ETag", Line(bytes)), ("Content-Encoding", Line(bytes)), ("Transfer-Encoding", Line(bytes)), ("Content-Length", Line(bytes)));

            var headers = SourceHeaders.Read(response);

            Assert.True(headers.ETag is null || Tag().IsMatch(headers.ETag), $"'{headers.ETag}' is no tag.");
            Assert.True(headers.Length is null or >= 0);
        });
    }

    [Fact]
    public void A_links_deadline_is_what_its_signature_says_or_unknown()
    {
        const string link = "https://dashscope-result-sh.oss-accelerate.aliyuncs.com/1d/7d0c-video.mp4?Expires=1790997061&OSSAccessKeyId=LTAIexample&Signature=a1B2%2Fc3%3D";
        Mutator.Run(100_000, Texts(link, "https://a.example/?Expires=1", "https://a.example/?expires=1790997061&x-oss-expires=86400", "https://a.example/v.mp4?Signature=x&Expires=253402300800", "http://[::1]:80/?Expires=9#Expires=8"), (bytes, _) =>
        {
            var text = Encoding.UTF8.GetString(bytes);
            if (RemoteLink.Parse(text, null) is not { } parsed) return;

            Assert.Equal(text, parsed.Url);
            Assert.DoesNotContain('?', parsed.Public);
            Assert.DoesNotContain(text, char.IsControl);
            Assert.True(new Uri(text).Scheme is "http" or "https");
            if (parsed.ExpiresAt is { } until)
                Assert.Contains($"Expires={until.ToUnixTimeSeconds()}", Regex.Replace(Uri.UnescapeDataString(text), "Expires=0+(?=[0-9])", "Expires="), StringComparison.Ordinal);
        });
    }

    [Fact]
    public void A_refusal_is_told_in_a_short_line_whatever_it_says()
    {
        var address = new Uri("https://a.example/v.mp4?Expires=1790997061&Signature=a1B2c3D4e5F6");
        Mutator.Run(20_000, Texts(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code><Message>Request has expired.</Message><RequestId>66F0</RequestId></Error>",
            "<?xml version=\"1.0\" encoding=\"utf-16\"?><Error><Code>AccessDenied</Code></Error>",
            "<!DOCTYPE Error [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><Error><Code>&b;</Code></Error>",
            "<Error><Code><![CDATA[SignatureDoesNotMatch]]></Code><Message>a1B2c3D4e5F6</Message></Error>",
            "<html><body>Forbidden</body></html>"), (bytes, _) =>
        {
            var problem = RefusalText.Describe(HttpStatusCode.Forbidden, "Forbidden", bytes, address);

            Assert.StartsWith("403 ", problem.Message, StringComparison.Ordinal);
            Assert.True(problem.Message.Length <= 204 && problem.Code.Length is > 0 and <= 200);
            Assert.DoesNotContain(problem.Message + problem.Code, char.IsControl);
            Assert.DoesNotContain("a1B2c3D4e5F6", problem.Message + problem.Code, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void A_sidecar_or_a_note_is_understood_or_counts_for_nothing()
    {
        var (video, folder) = (Path.Combine(storage.Root.Videos, "a_1.mp4"), storage.Root.Videos);
        var sidecar = JsonSerializer.SerializeToUtf8Bytes(
            new VideoSidecar(
                1, "a_1.mp4", "a_1", "695251e891fab49e9adb49a5", "paper boat", DateTimeOffset.UnixEpoch, new SidecarImage("1767008037365-8206bx2s.png", "image/png", 1, 2, 3, false), Guid.Empty,
                "wan2.6-i2v-flash", "the boat drifts away", new SidecarParameters(null, "720P", 5, null, true, false), "task", "https://a.example", DateTimeOffset.UnixEpoch, null, null,
                DateTimeOffset.UnixEpoch, 5000, new string('a', 64), new string('b', 16), "video/mp4", "checksum"), StorageJson.Default.VideoSidecar);
        byte[][] texts = [sidecar, .. Texts("{\"length\":1000,\"etag\":\"\\\"v1\\\"\",\"total\":5000}", "{}", "null", "[1]")];
        File.WriteAllBytes(Path.Combine(folder, "a_1.part"), new byte[2000]);
        Mutator.Run(3000, texts, (bytes, _) =>
        {
            File.WriteAllBytes(VideoSidecar.PathOf(video), bytes);
            File.WriteAllBytes(Path.Combine(folder, "a_1.part.json"), bytes);

            var read = VideoSidecar.ReadAsync(video, CancellationToken.None).GetAwaiter().GetResult();
            var proven = PartFile.FindPrefix(folder, "a_1");

            Assert.True(read is null or { SchemaVersion: 1, Sha256.Length: 64 });
            Assert.True(proven is null || (proven.Length is > 0 and <= 2000 && proven.Length < (proven.Total ?? long.MaxValue)));
        });
    }

    private static HttpResponseMessage Answer(params (string Name, string Value)[] headers)
    {
        var response = new HttpResponseMessage(HttpStatusCode.PartialContent) { Content = new ByteArrayContent([]) };
        foreach (var (name, value) in headers)
            if (!response.Headers.TryAddWithoutValidation(name, value)) response.Content.Headers.TryAddWithoutValidation(name, value);
        return response;
    }

    private static byte[][] Texts(params string[] texts) => [.. texts.Select(Encoding.UTF8.GetBytes)];

    // A header's value as it comes over the wire: one line.
    private static string Line(byte[] bytes) => Encoding.Latin1.GetString(bytes).Replace('\r', ' ').Replace('\n', ' ').Replace('\0', ' ');

    private static BigInteger? Whole(Match match, string group) => match.Groups[group].Value == "*" ? null : BigInteger.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex("^[ \\t]*bytes[ \\t]+(?<from>[0-9]+)[ \\t]*-[ \\t]*(?<to>[0-9]+)[ \\t]*/[ \\t]*(?<total>[0-9]+|\\*)[ \\t]*$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Range();

    [GeneratedRegex("^[0-9]+$")]
    private static partial Regex Digits();

    [GeneratedRegex(@"^""(\\.|[^""])*""$", RegexOptions.ExplicitCapture)]   // .NET reads a backslash in a tag as in a quoted string
    private static partial Regex Tag();
}
