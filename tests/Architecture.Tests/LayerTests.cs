using System.Reflection;

namespace VideoPlatform.Architecture.Tests;

/// <summary>Who may know whom. Domain knows nobody, Application knows Domain, Infrastructure knows both, the sandbox stands alone.</summary>
public sealed class LayerTests
{
    private static readonly string[] outsideOfApplication =
    [
        "VideoPlatform.Infrastructure", "VideoPlatform.Api", "VideoPlatform.Sandbox", "Microsoft.AspNetCore", "Microsoft.Extensions.Hosting",
        "MongoDB", "Microsoft.Data.Sqlite", "SkiaSharp", "FFMpegCore", "System.Net.Http", "System.Net.Sockets", "System.IO.File", "System.IO.Directory", "System.IO.FileStream",
    ];

    private static readonly string[] ioAndClock =
    [
        "System.IO", "System.Net", "System.Console", "System.Environment", "System.Diagnostics.Process", "System.Diagnostics.Stopwatch", "System.TimeProvider",
        "System.Threading.Timer", "System.Threading.Tasks", "System.Random",
    ];

    [Fact]
    public void Domain_needs_no_package() => ReferencesBeyondTheFramework(Layers.Domain).AssertKept();

    [Fact]
    public void An_assembly_that_needs_packages_is_found_out() => Assert.NotEmpty(ReferencesBeyondTheFramework(Layers.Tests).Offenders);

    [Fact]
    public void Domain_touches_neither_disk_nor_network_nor_clock() =>
        Verdict.OnDependencies(Layers.Domain, "VideoPlatform.Domain", ioAndClock).AssertKept();

    [Fact]
    public void A_domain_type_that_reads_the_clock_or_a_file_is_found_out() =>
        Verdict.OnDependencies(Layers.Tests, Layers.Offenders + ".Io", ioAndClock)
            .AssertBrokenBy(typeof(Offenders.Io.ReadsTheClock), typeof(Offenders.Io.ReadsAFile));

    [Fact]
    public void Application_knows_no_technology() =>
        Verdict.OnDependencies(Layers.Application, "VideoPlatform.Application", outsideOfApplication).AssertKept();

    [Fact]
    public void A_use_case_that_knows_a_technology_is_found_out() =>
        Verdict.OnDependencies(Layers.Tests, Layers.Offenders + ".Technology", outsideOfApplication)
            .AssertBrokenBy(typeof(Offenders.Technology.AnswersOverHttp), typeof(Offenders.Technology.KnowsAnAdapter));

    [Fact]
    public void Infrastructure_does_not_know_who_uses_it() =>
        Verdict.OnDependencies(Layers.Infrastructure, "VideoPlatform.Infrastructure", "VideoPlatform.Api", "VideoPlatform.Sandbox").AssertKept();

    [Fact]
    public void The_sandbox_knows_none_of_the_layers() => Verdict.OnDependencies(
        Layers.Sandbox, "VideoPlatform.Sandbox", "VideoPlatform.Domain", "VideoPlatform.Application", "VideoPlatform.Infrastructure", "VideoPlatform.Api").AssertKept();

    [Fact]
    public void A_sandbox_that_knows_a_layer_is_found_out() =>
        Verdict.OnDependencies(Layers.Tests, Layers.Offenders + ".Technology", "VideoPlatform.Domain", "VideoPlatform.Infrastructure", "VideoPlatform.Sandbox")
            .AssertBrokenBy(typeof(Offenders.Technology.KnowsAnAdapter));

    public static TheoryData<string, string[]> Knows => new()
    {
        { "Domain", [] },
        { "Application", ["Domain"] },
        { "Infrastructure", ["Application", "Domain"] },
        { "Sandbox", [] },
        { "Api", ["Application", "Domain", "Infrastructure", "Sandbox"] },
    };

    [Theory]
    [MemberData(nameof(Knows))]
    public void Each_assembly_references_only_the_layers_below_it(string layer, string[] below)
    {
        var assembly = (Assembly)typeof(Layers).GetField(layer)!.GetValue(null)!;

        Assert.Empty(ReferencesBeyond(assembly, below).Offenders);
    }

    [Fact]
    public void A_reference_to_a_layer_that_is_not_below_is_found_out() =>
        Assert.Equal(["VideoPlatform.Infrastructure", "VideoPlatform.Sandbox"], ReferencesBeyond(Layers.Api, ["Application", "Domain"]).Offenders.Order(StringComparer.Ordinal));

    [Fact]
    public void An_adapter_that_knows_who_uses_it_is_found_out() =>
        Verdict.OnDependencies(Layers.Tests, Layers.Offenders + ".Technology", "VideoPlatform.Infrastructure").AssertBrokenBy(typeof(Offenders.Technology.KnowsAnAdapter));

    private static Verdict ReferencesBeyond(Assembly assembly, string[] below) => Verdict.On(
        assembly.GetReferencedAssemblies().Select(a => a.Name!).Where(n => n.StartsWith("VideoPlatform.", StringComparison.Ordinal)),
        name => name, name => !below.Contains(name["VideoPlatform.".Length..], StringComparer.Ordinal));

    private static Verdict ReferencesBeyondTheFramework(Assembly assembly)
    {
        var framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        return Verdict.On(assembly.GetReferencedAssemblies(), a => a.Name!, a => !File.Exists(Path.Combine(framework, a.Name + ".dll")));
    }
}
