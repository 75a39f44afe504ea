using System.Net;
using System.Security.Cryptography;
using VideoPlatform.Api.Tests.Hosting;
using VideoPlatform.Sandbox;
using VideoPlatform.Testing.Files;

namespace VideoPlatform.Api.Tests.Files;

/// <summary>A library with one video, which the tests of this class only read.</summary>
public sealed class OneVideo : IAsyncLifetime
{
    public byte[] Content { get; } = SampleVideo.Mp4(100_003).Bytes;

    public PlatformHost Host { get; private set; } = null!;

    public string Id { get; private set; } = "";

    public string Url { get; private set; } = "";

    public string ContentUrl => $"/api/workspaces/{Id}/video/content";

    public async ValueTask InitializeAsync()
    {
        Host = await PlatformHost.StartAsync(p => p.Video = new SandboxVideo.Made(Content));
        Id = await Host.GivenVideoAsync();
        Url = (await Host.GetAsync($"/api/workspaces/{Id}/video")).Json["url"]!.GetValue<string>();
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}

/// <summary><c>/uploads/…</c> and <c>…/content</c>.</summary>
public sealed class FileServingTests(OneVideo library) : IClassFixture<OneVideo>
{
    private PlatformHost Host => library.Host;

    private string At(bool stable) => stable ? library.ContentUrl : library.Url;

    [Theory]
    [InlineData(false, "max-age=31536000, immutable")]
    [InlineData(true, "no-cache")]
    public async Task The_whole_file_comes_with_everything_that_a_player_needs(bool stable, string caching)
    {
        var answer = await Host.GetAsync(At(stable));

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(library.Content, answer.Bytes);
        Assert.Equal("video/mp4", answer.Header("Content-Type"));
        Assert.Equal("100003", answer.Header("Content-Length"));
        Assert.Equal("bytes", answer.Header("Accept-Ranges"));
        Assert.Equal(caching, answer.Header("Cache-Control"));
        Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
        Assert.Matches("^\"[^\"]+\"$", answer.Header("ETag"));
        Assert.NotNull(answer.Header("Last-Modified"));
    }

    [Theory]
    [InlineData("bytes=0-0", 0, 1)]
    [InlineData("bytes=0-65535", 0, 65536)]
    [InlineData("bytes=99999-", 99_999, 4)]
    [InlineData("bytes=-7", 99_996, 7)]
    [InlineData("bytes=-200000", 0, 100_003)]
    [InlineData("bytes=100000-999999", 100_000, 3)]
    [InlineData("bytes=100002-9223372036854775807", 100_002, 1)]
    [InlineData("bytes=-9223372036854775807", 0, 100_003)]
    [InlineData("Bytes = 1 - 2", 1, 2)]
    public async Task A_range_is_exactly_its_bytes(string range, int from, int length)
    {
        foreach (var stable in (bool[])[false, true])
        {
            var answer = await Host.GetAsync(At(stable), ("Range", range));

            Assert.Equal(HttpStatusCode.PartialContent, answer.Status);
            Assert.Equal($"bytes {from}-{from + length - 1}/100003", answer.Header("Content-Range"));
            Assert.Equal(library.Content.AsSpan(from, length).ToArray(), answer.Bytes);
        }
    }

    [Theory]
    [InlineData("bytes=100003-")]
    [InlineData("bytes=9223372036854775807-")]
    [InlineData("bytes=-0")]
    public async Task A_range_behind_the_end_is_refused_with_the_length(string range)
    {
        var answer = await Host.GetAsync(library.Url, ("Range", range));

        answer.IsProblem(416, "range_not_satisfiable");
        Assert.Equal("bytes */100003", answer.Header("Content-Range"));
    }

    [Theory]
    [InlineData("bytes=5-2")]
    [InlineData("pictures=1-2")]
    [InlineData("bytes=a-b")]
    [InlineData("bytes=0-1, 5-6")]
    [InlineData("bytes=-")]
    [InlineData("bytes=0-99999999999999999999")]
    public async Task A_range_that_means_nothing_is_passed_over(string range) =>
        Assert.Equal((HttpStatusCode.OK, 100_003), ((await Host.GetAsync(library.Url, ("Range", range))) is var a ? (a.Status, a.Bytes.Length) : default));

    [Fact]
    public async Task What_has_not_changed_is_not_sent_again()
    {
        var first = await Host.GetAsync(library.Url);

        foreach (var condition in ((string, string)[])[("If-None-Match", first.Header("ETag")!), ("If-None-Match", $"\"x\", {first.Header("ETag")}"), ("If-None-Match", "*"), ("If-Modified-Since", first.Header("Last-Modified")!)])
        {
            var again = await Host.GetAsync(library.Url, condition);
            Assert.Equal((HttpStatusCode.NotModified, 0), (again.Status, again.Bytes.Length));
            Assert.Equal(first.Header("ETag"), again.Header("ETag"));
        }

        Assert.Equal(HttpStatusCode.OK, (await Host.GetAsync(library.Url, ("If-None-Match", "\"another\""))).Status);
    }

    [Fact]
    public async Task A_range_of_another_file_than_before_becomes_the_whole_file()
    {
        var whole = await Host.GetAsync(library.Url);
        var (tag, date) = (whole.Header("ETag")!, whole.Header("Last-Modified")!);
        foreach (var exact in (string[])[tag, date])
            Assert.Equal(HttpStatusCode.PartialContent, (await Host.GetAsync(library.Url, ("Range", "bytes=1-2"), ("If-Range", exact))).Status);
        foreach (var other in (string[])["rubbish", "Fri, 01 Jan 2100 00:00:00 GMT", "Fri, 01 Jan 2010 00:00:00 GMT"])
            Assert.Equal(HttpStatusCode.OK, (await Host.GetAsync(library.Url, ("Range", "bytes=1-2"), ("If-Range", other))).Status);

        Assert.Equal(HttpStatusCode.PartialContent, (await Host.GetAsync(library.Url, ("Range", "bytes=1-2"), ("If-Range", tag))).Status);
        Assert.Equal(HttpStatusCode.OK, (await Host.GetAsync(library.Url, ("Range", "bytes=1-2"), ("If-Range", "\"another\""))).Status);
        Assert.Equal(HttpStatusCode.OK, (await Host.GetAsync(library.Url, ("Range", "bytes=1-2"), ("If-Range", "W/" + tag))).Status);
    }

    [Fact]
    public async Task Another_file_than_the_one_that_is_asked_for_is_a_failed_condition()
    {
        (await Host.GetAsync(library.Url, ("If-Match", "\"another\""))).IsProblem(412, "precondition_failed");
        (await Host.GetAsync("/index.html", ("If-Match", "\"another\""))).IsProblem(412, "precondition_failed");
        (await Host.GetAsync("/index.html", ("Range", "bytes=1000000-"))).IsProblem(416, "range_not_satisfiable");
    }

    [Theory]
    [InlineData("{date}", 200)]
    [InlineData("Fri, 01 Jan 2100 00:00:00 GMT", 200)]
    [InlineData("Fri, 01 Jan 2010 00:00:00 GMT", 412)]
    [InlineData("rubbish", 200)]
    public async Task A_file_that_has_changed_since_is_a_failed_condition(string since, int status)
    {
        var date = (await Host.GetAsync(library.Url)).Header("Last-Modified")!;

        Assert.Equal(status, (int)(await Host.GetAsync(library.Url, ("If-Unmodified-Since", since.Replace("{date}", date, StringComparison.Ordinal)))).Status);
    }

    [Theory]
    [InlineData("If-Match: {tag}", 200)]
    [InlineData("If-Match: *", 200)]
    [InlineData("If-Match: \"x\", {tag}", 200)]
    [InlineData("If-Match: W/{tag}", 412)]
    [InlineData("If-Match: rubbish", 412)]
    [InlineData("If-None-Match: W/{tag}", 304)]
    [InlineData("If-None-Match: rubbish", 200)]
    [InlineData("If-Modified-Since: rubbish", 200)]
    [InlineData("If-Modified-Since: Fri, 01 Jan 2010 00:00:00 GMT", 200)]
    [InlineData("If-Modified-Since: {date}|Range: bytes=0-1", 304)]
    [InlineData("If-None-Match: {tag}|If-Modified-Since: Fri, 01 Jan 2010 00:00:00 GMT", 304)]
    [InlineData("If-None-Match: \"x\"|If-Modified-Since: {date}", 200)]
    [InlineData("If-Match: {tag}|If-Unmodified-Since: Fri, 01 Jan 2010 00:00:00 GMT", 200)]
    [InlineData("If-Match: \"x\"|If-None-Match: {tag}", 412)]
    [InlineData("If-Match: {tag}|Range: bytes=0-1", 206)]
    [InlineData("If-None-Match: {tag}|Range: bytes=100003-", 304)]
    public async Task Conditions_are_weighed_in_their_order(string conditions, int status)
    {
        var whole = await Host.GetAsync(library.Url);
        var headers = conditions.Replace("{tag}", whole.Header("ETag"), StringComparison.Ordinal).Replace("{date}", whole.Header("Last-Modified"), StringComparison.Ordinal)
            .Split('|').Select(header => header.Split(": ", 2)).Select(parts => (parts[0], parts[1])).ToArray();

        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Head])
            Assert.Equal(status, (int)(await Host.SendAsync(method, library.Url, null, headers)).Status);
    }

    [Fact]
    public async Task A_refused_head_has_no_body()
    {
        var refused = await Host.SendAsync(HttpMethod.Head, library.Url, null, ("Range", "bytes=100003-"));

        Assert.Equal((HttpStatusCode.RequestedRangeNotSatisfiable, 0, "bytes */100003"), (refused.Status, refused.Bytes.Length, refused.Header("Content-Range")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Head_tells_all_and_sends_nothing(bool stable)
    {
        var whole = await Host.GetAsync(At(stable));

        var head = await Host.SendAsync(HttpMethod.Head, At(stable), null);

        Assert.Equal((HttpStatusCode.OK, 0), (head.Status, head.Bytes.Length));
        Assert.All((string[])["Content-Length", "Content-Type", "ETag", "Last-Modified", "Accept-Ranges", "Cache-Control"], name => Assert.Equal(whole.Header(name), head.Header(name)));
    }

    [Fact]
    public async Task Many_readers_at_once_get_the_same_bytes()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Host.GetAsync(library.Url)));

        Assert.All(answers, a => Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(library.Content)), a.Sha256));
    }

    [Theory]
    [InlineData("/uploads/")]
    [InlineData("/uploads/videos")]
    [InlineData("/uploads/videos/")]
    [InlineData("/uploads/nothing.mp4")]
    [InlineData("/uploads/.videoplatform")]
    [InlineData("/uploads/..%2frecords.db")]
    [InlineData("/uploads/%2e%2e/records.db")]
    [InlineData("/uploads/videos/..%2f..%2frecords.db")]
    [InlineData("/uploads/videos/%2e%2e%2f%2e%2e%2frecords.db")]
    [InlineData("/uploads/videos/..%5c..%5crecords.db")]
    [InlineData("/uploads/videos//etc/passwd")]
    [InlineData("/uploads/%2fetc%2fpasswd")]
    [InlineData("/uploads/.hidden.png")]
    [InlineData("/uploads/coming.png.part")]
    [InlineData("/uploads/videos/./x.mp4")]
    [InlineData("/uploads/x/uploads/.hidden.png")]
    [InlineData("/uploads/seen.PNG%20")]
    [InlineData("/uploads/notes.txt")]
    [InlineData("/uploads/link.png")]
    [InlineData("/uploads/out/other.png")]
    [InlineData("/uploads/videos/out/in/other.png")]
    public async Task Nothing_else_in_or_around_the_folder_can_be_seen(string path)
    {
        foreach (var name in (string[])[".hidden.png", "coming.png.part", "notes.txt"]) await File.WriteAllTextAsync(Path.Combine(Host.Root, name), "secret", TestContext.Current.CancellationToken);
        var secret = Path.Combine(Host.Folder, "secret.png");
        await File.WriteAllTextAsync(secret, "secret", TestContext.Current.CancellationToken);
        var link = Path.Combine(Host.Root, "link.png");
        if (!File.Exists(link)) File.CreateSymbolicLink(link, secret);
        Directory.CreateDirectory(Path.Combine(Host.Folder, "elsewhere", "in"));
        File.Copy(secret, Path.Combine(Host.Folder, "elsewhere", "other.png"), overwrite: true);
        File.Copy(secret, Path.Combine(Host.Folder, "elsewhere", "in", "other.png"), overwrite: true);
        foreach (var way in (string[])["out", "videos/out"])
            if (!Directory.Exists(Path.Combine(Host.Root, way))) Directory.CreateSymbolicLink(Path.Combine(Host.Root, way), Path.Combine(Host.Folder, "elsewhere"));

        // As it stands: a client's own tidying of the path must not help.
        var (status, body) = await RawHttp.GetAsync(Host, path);

        Assert.Equal(404, status);
        Assert.Contains("\"code\":\"not_found\"", body, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1767008037365-aaaaaaaa.jpeg")]
    [InlineData("1767008037365-aaaaaaaa.JPG")]
    public async Task A_picture_of_the_earlier_system_is_served_under_the_ending_that_it_has(string name)
    {
        await File.WriteAllBytesAsync(Path.Combine(Host.Root, name), Pictures.Jpeg(), TestContext.Current.CancellationToken);

        var answer = await Host.GetAsync("/uploads/" + name);

        Assert.Equal((HttpStatusCode.OK, "image/jpeg"), (answer.Status, answer.Header("Content-Type")));
    }

    [Fact]
    public async Task A_sidecar_is_not_served() => (await Host.GetAsync(library.Url + ".json")).IsProblem(404, "not_found");

    [Fact]
    public async Task A_zero_byte_in_the_address_is_refused_at_the_door() => Assert.Equal(400, (await RawHttp.GetAsync(Host, "/uploads/%00.png")).Status);

    [Fact]
    public async Task Files_take_no_other_method()
    {
        foreach (var method in (HttpMethod[])[HttpMethod.Put, HttpMethod.Delete, HttpMethod.Post])
            (await Host.SendAsync(method, library.Url, null)).IsProblem(405, "method_not_allowed");
    }
}
