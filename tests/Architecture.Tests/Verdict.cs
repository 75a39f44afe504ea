using System.Reflection;
using NetArchTest.Rules;

namespace VideoPlatform.Architecture.Tests;

/// <summary>
/// What a rule looked at and what it found fault with. A rule that looked at nothing has proven nothing, so both questions are always asked:
/// of the product, where no fault may be found, and of a deliberate offender, where it must be.
/// </summary>
internal sealed record Verdict(IReadOnlyCollection<string> Selected, IReadOnlyCollection<string> Offenders)
{
    public static Verdict On<T>(IEnumerable<T> selected, Func<T, string> name, Func<T, bool> offends)
    {
        var all = selected.ToList();
        return new Verdict([.. all.Select(name)], [.. all.Where(offends).Select(name)]);
    }

    /// <summary>Types of an assembly below a namespace that use any of these namespaces or types, anywhere in their members or bodies.</summary>
    public static Verdict OnDependencies(Assembly assembly, string below, params string[] forbidden)
    {
        var selected = Types.InAssembly(assembly).That().ResideInNamespace(below);
        var offenders = Types.InAssembly(assembly).That().ResideInNamespace(below).And().HaveDependencyOnAny(forbidden).GetTypes();
        return new Verdict([.. selected.GetTypes().Select(t => t.FullName!)], [.. offenders.Select(t => t.FullName!)]);
    }

    public void AssertKept()
    {
        Assert.NotEmpty(Selected);
        Assert.Empty(Offenders);
    }

    public void AssertBrokenBy(params Type[] offenders) =>
        Assert.Equal(offenders.Select(t => t.FullName!).Order(StringComparer.Ordinal), Offenders.Order(StringComparer.Ordinal));
}

/// <summary>Where the rules are applied, and where their offenders stand.</summary>
internal static class Layers
{
    public const string Offenders = "VideoPlatform.Architecture.Tests.Offenders";

    public static readonly Assembly Domain = typeof(Domain.Videos.Video).Assembly;
    public static readonly Assembly Application = typeof(Application.ApplicationRegistration).Assembly;
    public static readonly Assembly Infrastructure = typeof(Infrastructure.Qwen.QwenRegistration).Assembly;
    public static readonly Assembly Sandbox = typeof(Sandbox.SandboxProvider).Assembly;
    public static readonly Assembly Api = typeof(Api.Problems.ProblemBody).Assembly;
    public static readonly Assembly Tests = typeof(Layers).Assembly;

    public static IEnumerable<Type> TypesOf(params Assembly[] assemblies) => assemblies.SelectMany(a => a.GetTypes()).Where(t => !IsGenerated(t));

    public static IEnumerable<Type> OffendersOf(string subject) => Tests.GetTypes().Where(t => t.Namespace == $"{Offenders}.{subject}" && !IsGenerated(t));

    private static bool IsGenerated(Type type) =>
        type.Name.Contains('<', StringComparison.Ordinal) || type.IsDefined(typeof(System.CodeDom.Compiler.GeneratedCodeAttribute), inherit: false)
        || (type.DeclaringType is { } outer && IsGenerated(outer));
}
