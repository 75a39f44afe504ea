using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using VideoPlatform.Api.Configuration;
using VideoPlatform.Api.Security;
using VideoPlatform.Api.Tests.Hosting;

namespace VideoPlatform.Api.Tests.Security;

/// <summary>Who may call.</summary>
public sealed class AccessTests
{
    private const string Nobody = "0123456789abcdef01234567";

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.8.8.8", true)]
    [InlineData("::1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("192.168.1.5", false)]
    [InlineData("10.0.0.1", false)]
    [InlineData("::ffff:192.168.1.5", false)]
    [InlineData("203.0.113.9", false)]
    [InlineData("fe80::1", false)]
    public async Task Without_keys_only_this_machine_may_connect(string peer, bool may) => Assert.Equal(may, await PassesAsync(http => http.Connection.RemoteIpAddress = IPAddress.Parse(peer)));

    [Theory]
    [InlineData("localhost:3000", true)]
    [InlineData("LOCALHOST.", true)]
    [InlineData("video.localhost", true)]
    [InlineData("127.0.0.1:3000", true)]
    [InlineData("[::1]:3000", true)]
    [InlineData("192.168.1.5", true)]
    [InlineData("evil.example:3000", false)]
    [InlineData("localhost.evil.example", false)]
    [InlineData("127.0.0.1.evil.example", false)]
    public async Task Without_keys_a_name_that_was_made_to_lead_here_is_refused(string host, bool may) => Assert.Equal(may, await PassesAsync(http => http.Request.Host = new HostString(host)));

    [Theory]
    [InlineData("cross-site", "POST", false)]
    [InlineData("cross-site", "DELETE", false)]
    [InlineData("cross-site", "GET", true)]
    [InlineData("same-origin", "POST", true)]
    [InlineData("none", "POST", true)]
    public async Task A_page_of_another_site_may_not_act(string site, string method, bool may) => Assert.Equal(may, await PassesAsync(http =>
    {
        http.Request.Method = method;
        http.Request.Headers["Sec-Fetch-Site"] = site;
    }));

    [Theory]
    [InlineData("same-site", "http://localhost:5173", true)]
    [InlineData("same-site", "https://videos.example", true)]
    [InlineData("same-site", "https://videos.example:8443", true)]
    [InlineData("same-site", "https://blog.example", false)]
    [InlineData("same-site", "https://evil.videos.example", false)]
    [InlineData("same-site", "null", false)]
    [InlineData("same-origin", "https://renamed.example", true)]
    [InlineData("none", "null", true)]
    [InlineData("cross-site", "https://videos.example", false)]
    [InlineData("another word", "https://blog.example", false)]
    public async Task A_page_of_a_sibling_domain_may_not_act(string site, string origin, bool may) => Assert.Equal(may, await PassesAsync(
        http =>
        {
            http.Request.Method = "POST";
            http.Request.Host = new HostString("videos.example");
            http.Request.Headers["Sec-Fetch-Site"] = site;
            http.Request.Headers.Origin = origin;
        },
        new AuthOptions { ApiKeys = [new() { Name = "reader", Role = "Reader", Sha256 = Convert.ToHexStringLower(SHA256.HashData("key of reader"u8)) }] }));

    [Fact]
    public async Task A_refused_page_is_told_so_and_nothing_was_done()
    {
        await using var host = await PlatformHost.StartAsync();
        var id = await host.GivenWorkspaceAsync();

        (await host.AskAsync(id, headers: ("Sec-Fetch-Site", "cross-site"))).IsProblem(403, "forbidden");
        (await host.UploadAsync(Pictures.Png(), null, ("Sec-Fetch-Site", "cross-site"))).IsProblem(403, "forbidden");
        (await host.UploadAsync(Pictures.Png(), null, ("Origin", "https://evil.example"))).IsProblem(403, "forbidden");   // a browser too old to say more
        (await host.UploadAsync(Pictures.Png(), null, ("Origin", "null"))).IsProblem(403, "forbidden");
        (await host.GetAsync("/api/workspaces", ("Host", "evil.example"))).IsProblem(403, "forbidden");

        Assert.Single((await host.GetAsync("/api/workspaces")).Json["items"]!.AsArray());
    }

    [Fact]
    public async Task With_keys_every_call_asks_for_one_and_for_its_role()
    {
        await using var host = await StartWithKeysAsync();
        var id = (await host.UploadAsync(Pictures.Png(), null, Bearer("editor"))).Json["id"]!.GetValue<string>();
        var picture = (await host.GetAsync($"/api/workspaces/{id}", Bearer("reader"))).Json["image"]!["url"]!.GetValue<string>();
        (HttpMethod Method, string Path, string Role)[] calls =
        [
            (HttpMethod.Get, "/api/workspaces", "reader"), (HttpMethod.Get, $"/api/workspaces/{id}", "reader"), (HttpMethod.Get, "/api/models", "reader"), (HttpMethod.Get, "/api/stats", "reader"),
            (HttpMethod.Get, $"/api/workspaces/{id}/video", "reader"), (HttpMethod.Get, $"/api/workspaces/{id}/video/content", "reader"), (HttpMethod.Get, picture, "reader"), (HttpMethod.Head, picture, "reader"),
            (HttpMethod.Get, "/metrics", "reader"), (HttpMethod.Get, "/openapi/v1.json", "reader"), (HttpMethod.Get, "/docs/", "reader"), (HttpMethod.Get, "/ws", "reader"),
            (HttpMethod.Post, "/api/workspaces", "editor"), (HttpMethod.Delete, $"/api/workspaces/{Nobody}", "editor"), (HttpMethod.Post, $"/api/workspaces/{id}/video", "editor"),
            (HttpMethod.Post, $"/api/workspaces/{id}/video/cancel", "editor"), (HttpMethod.Post, $"/api/workspaces/{id}/video/download", "editor"), (HttpMethod.Post, $"/api/workspaces/{id}/video/settle", "admin"),
        ];

        foreach (var (method, path, role) in calls)
        {
            foreach (var headers in ((string, string)[][])[[], [("Authorization", "Bearer wrong")], [("Authorization", "Basic cmVhZGVyOg==")], [("Cookie", "videoplatform_session=d3Jvbmc")], [("Cookie", "videoplatform_session=%%%")]])
            {
                var refused = await host.SendAsync(method, path, Body(method, path), headers);
                Assert.True(refused.Status is HttpStatusCode.Unauthorized, $"{method} {path}: {refused.Status}");
                Assert.Equal("Bearer", refused.Header("WWW-Authenticate"));
                if (method != HttpMethod.Head) refused.IsProblem(401, "unauthenticated");
            }

            foreach (var caller in (string[])["reader", "editor", "admin"])
            {
                var answer = await host.SendAsync(method, path, Body(method, path), Bearer(caller));
                var may = Array.IndexOf(roles, caller) >= Array.IndexOf(roles, role);
                Assert.True(may == answer.Status is not (HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized), $"{caller} {method} {path}: {answer.Status}");
                if (!may) answer.IsProblem(403, "forbidden");
            }
        }
    }

    [Fact]
    public async Task With_keys_a_wrong_method_or_content_type_is_refused_only_to_who_may_call()
    {
        await using var host = await StartWithKeysAsync();
        var id = (await host.UploadAsync(Pictures.Png(), null, Bearer("editor"))).Json["id"]!.GetValue<string>();
        (HttpMethod Method, string Path, int Status, string Code)[] mistakes =
        [
            (HttpMethod.Post, "/api/workspaces", 400, "validation_failed"), (HttpMethod.Post, $"/api/workspaces/{id}/video", 400, "validation_failed"), (HttpMethod.Post, $"/api/workspaces/{id}/video/settle", 400, "validation_failed"),
            (HttpMethod.Put, "/api/workspaces", 405, "method_not_allowed"), (HttpMethod.Delete, "/uploads/nothing.png", 405, "method_not_allowed"), (HttpMethod.Post, "/metrics", 405, "method_not_allowed"),
        ];

        foreach (var (method, path, status, code) in mistakes)
        {
            (await host.SendAsync(method, path, new StringContent("x"))).IsProblem(401, "unauthenticated");
            (await host.SendAsync(method, path, new StringContent("x"), Bearer("admin"))).IsProblem(status, code);
        }
    }

    [Fact]
    public async Task The_page_itself_may_call_also_behind_a_proxy_that_renames_the_host()
    {
        await using var host = await StartWithKeysAsync();

        foreach (var origin in (string[])[host.Address.GetLeftPart(UriPartial.Authority), "http://localhost:5173"])
            Assert.Equal(HttpStatusCode.Created, (await host.UploadAsync(Pictures.Png(), null, Bearer("editor"), ("Origin", origin))).Status);
        Assert.Equal(HttpStatusCode.Created, (await host.UploadAsync(Pictures.Png(), null, Bearer("editor"), ("Origin", "https://videos.example"), ("Sec-Fetch-Site", "same-origin"))).Status);
    }

    [Fact]
    public async Task With_keys_the_page_and_the_health_are_open()
    {
        await using var host = await StartWithKeysAsync();

        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/")).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/health/live")).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/health/ready")).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/health/live", ("Host", "videos.example"))).Status);
    }

    [Fact]
    public async Task A_page_trades_its_key_for_a_cookie_that_scripts_and_other_sites_cannot_use()
    {
        await using var host = await StartWithKeysAsync();

        (await host.PostAsync("/api/session", """{"key": "wrong"}""")).IsProblem(401, "unauthenticated");
        (await host.PostAsync("/api/session", """{"key": null}""")).IsProblem(401, "unauthenticated");
        (await host.PostAsync("/api/session", """{"word": "x"}""")).IsProblem(400, "validation_failed", "word");
        (await host.PostAsync("/api/session", """{"key": "key of reader"}""", ("Sec-Fetch-Site", "cross-site"))).IsProblem(403, "forbidden");
        var opened = await host.PostAsync("/api/session", """{"key": "key of reader"}""");

        Assert.Equal(HttpStatusCode.NoContent, opened.Status);
        var cookie = opened.Header("Set-Cookie")!;
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("key of reader", cookie, StringComparison.Ordinal);
        var session = ("Cookie", cookie.Split(';')[0]);
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/api/workspaces", session)).Status);
        (await host.UploadAsync(Pictures.Png(), null, session)).IsProblem(403, "forbidden");
        await using var live = await LiveClient.ConnectAsync(host, headers: session);
        Assert.Equal("snapshot", (await live.NextAsync())["type"]!.GetValue<string>());
        await Assert.ThrowsAsync<WebSocketException>(() => LiveClient.ConnectAsync(host));
    }

    [Fact]
    public async Task Every_answer_forbids_guessing_and_framing()
    {
        await using var host = await PlatformHost.StartAsync();

        foreach (var path in (string[])["/", "/api/workspaces", "/api/nothing", "/uploads/nothing.png", "/health/live", "/docs/", "/metrics"])
        {
            var answer = await host.GetAsync(path);
            Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
            Assert.Equal("no-referrer", answer.Header("Referrer-Policy"));
            Assert.Contains("default-src 'none'", answer.Header("Content-Security-Policy"), StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", answer.Header("Content-Security-Policy"), StringComparison.Ordinal);
            Assert.Null(answer.Header("Server"));
        }

        var page = (await host.GetAsync("/")).Header("Content-Security-Policy")!;
        Assert.Contains("script-src 'self';", page, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", page, StringComparison.Ordinal);
        Assert.Contains("script-src 'self'", (await host.GetAsync("/docs/")).Header("Content-Security-Policy"), StringComparison.Ordinal);
    }

    private static readonly string[] roles = ["reader", "editor", "admin"];

    private static StringContent? Body(HttpMethod method, string path) =>
        method == HttpMethod.Post ? new StringContent(path.EndsWith("/video", StringComparison.Ordinal) ? """{"prompt": ""}""" : """{"task_id": null}""", Encoding.UTF8, path == "/api/workspaces" ? "multipart/form-data" : "application/json") : null;

    private static (string, string) Bearer(string role) => ("Authorization", $"Bearer key of {role}");

    private static Task<PlatformHost> StartWithKeysAsync() => PlatformHost.StartAsync(p =>
    {
        for (var n = 0; n < roles.Length; n++)
        {
            p.Settings[$"Auth:ApiKeys:{n}:Name"] = roles[n];
            p.Settings[$"Auth:ApiKeys:{n}:Role"] = roles[n];
            p.Settings[$"Auth:ApiKeys:{n}:Sha256"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"key of {roles[n]}")));
        }
    });

    private static async Task<bool> PassesAsync(Action<HttpContext> arrange, AuthOptions? options = null)
    {
        var passed = false;
        var http = new DefaultHttpContext { Request = { Method = "GET", Host = new HostString("localhost", 3000) }, Connection = { RemoteIpAddress = IPAddress.Loopback } };
        arrange(http);
        var access = new AccessControl(
            _ =>
            {
                passed = true;
                return Task.CompletedTask;
            },
            Options.Create(options ?? new AuthOptions()), NullLogger<AccessControl>.Instance);

        await access.InvokeAsync(http);

        Assert.Equal(passed ? 200 : 403, http.Response.StatusCode);
        return passed;
    }
}
