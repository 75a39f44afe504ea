using System.Runtime.CompilerServices;
using Xunit.Sdk;
using Xunit.v3;

namespace VideoPlatform.Browser.Tests.Hosting;

/// <summary>Takes pictures of the page; found only when <see cref="Folder"/> says where they go, so that it is no test, and not a skipped one either.</summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer(typeof(PictureDiscoverer))]
public sealed class PictureAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1) : FactAttribute(file, line)
{
    public static string? Folder => Environment.GetEnvironmentVariable("VIDEOPLATFORM_SCREENSHOTS");
}

public sealed class PictureDiscoverer : FactDiscoverer
{
    public override ValueTask<IReadOnlyCollection<IXunitTestCase>> Discover(ITestFrameworkDiscoveryOptions discoveryOptions, IXunitTestMethod testMethod, IFactAttribute factAttribute) =>
        PictureAttribute.Folder is null ? new([]) : base.Discover(discoveryOptions, testMethod, factAttribute);
}
