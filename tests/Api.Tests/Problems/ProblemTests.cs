using System.Net;
using VideoPlatform.Api.Problems;
using VideoPlatform.Api.Tests.Hosting;
using VideoPlatform.Api.Tests.Workspaces;
using VideoPlatform.Domain.Results;

namespace VideoPlatform.Api.Tests.Problems;

/// <summary>Errors as answers.</summary>
public sealed class ProblemTests(AService service) : IClassFixture<AService>
{
    private PlatformHost Host => service.Host;

    [Theory]
    [InlineData("/nothing")]
    [InlineData("/api")]
    [InlineData("/api/nothing")]
    [InlineData("/api/workspaces/0123456789abcdef01234567/nothing")]
    [InlineData("/openapi/v2.json")]
    [InlineData("/index.php")]
    [InlineData("/../appsettings.json")]
    [InlineData("/appsettings.json")]
    public async Task There_is_nothing_at_other_addresses(string path) => (await Host.GetAsync(path)).IsProblem(404, "not_found");

    [Theory]
    [InlineData("PUT", "/api/workspaces")]
    [InlineData("DELETE", "/api/workspaces")]
    [InlineData("PATCH", "/api/workspaces/0123456789abcdef01234567")]
    [InlineData("POST", "/api/models")]
    [InlineData("GET", "/api/workspaces/0123456789abcdef01234567/video/cancel")]
    [InlineData("DELETE", "/api/workspaces/0123456789abcdef01234567/video")]
    [InlineData("POST", "/health/live")]
    public async Task A_method_that_an_address_does_not_take_is_named_so(string method, string path)
    {
        var refused = (await Host.SendAsync(new HttpMethod(method), path, null)).IsProblem(405, "method_not_allowed");

        Assert.NotNull(refused.Header("Allow"));
    }

    [Fact]
    public async Task The_address_in_a_problem_holds_no_query()
    {
        var problem = await Host.GetAsync("/api/workspaces/no?token=hidden");

        Assert.Equal("/api/workspaces/no", problem.IsProblem(400, "validation_failed").Json["instance"]!.GetValue<string>());
        Assert.DoesNotContain("hidden", problem.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_trace_of_the_caller_is_the_trace_of_the_problem()
    {
        var problem = await Host.GetAsync("/nothing", ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));

        Assert.Equal("4bf92f3577b34da6a3ce929d0e0e4736", problem.Json["trace_id"]!.GetValue<string>());
    }

    [Fact]
    public void Every_kind_of_failure_has_a_status_and_a_title()
    {
        var statuses = Enum.GetValues<ErrorKind>().Select(ProblemMapping.StatusOf).ToArray();

        Assert.Equal(statuses.Distinct(), statuses);
        Assert.All(statuses, status => Assert.NotEqual("Error", ProblemMapping.TitleOf(status)));
    }

    [Fact]
    public async Task A_path_of_rubbish_is_answered_and_harms_nothing()
    {
        foreach (var path in (string[])["/%", "/%zz", "/api/workspaces/%00", "/\u00ff\u00fe", "/api/workspaces?limit=%ff", "/" + new string('a', 7000), "//evil.example/", "/api/../../x"])
            Assert.InRange((await RawHttp.GetAsync(Host, path)).Status, 400, 414);

        Assert.Equal(HttpStatusCode.OK, (await Host.GetAsync("/health/live")).Status);
    }
}
