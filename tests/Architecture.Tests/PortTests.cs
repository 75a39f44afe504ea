using System.Reflection;

namespace VideoPlatform.Architecture.Tests;

/// <summary>Ports are public interfaces of Application; what stands behind them is nobody's business.</summary>
public sealed class PortTests
{
    private static readonly IReadOnlyList<Type> product = [.. Layers.TypesOf(Layers.Application)];
    private static readonly IReadOnlyList<Type> offenders = [.. Layers.OffendersOf("Ports")];

    [Fact]
    public void Interfaces_of_application_are_public() => HiddenInterfaces(product).AssertKept();

    [Fact]
    public void A_hidden_port_is_found_out() => HiddenInterfaces(offenders).AssertBrokenBy(typeof(Offenders.Ports.IHidden));

    [Fact]
    public void What_takes_time_can_be_cancelled_and_nobody_forgets_it() => MethodsWithoutAToken(product).AssertKept();

    [Fact]
    public void A_method_with_a_token_that_may_be_forgotten_or_in_the_wrong_place_is_found_out() =>
        Assert.Equal(["Forgettable", "Misplaced"], MethodsWithoutAToken(offenders).Offenders.Select(o => o.Split('.')[^1]).Order(StringComparer.Ordinal));

    [Fact]
    public void Adapters_are_hidden_and_final() => AdaptersThatAreNotHidden(Layers.TypesOf(Layers.Infrastructure), product).AssertKept();

    [Fact]
    public void A_public_adapter_is_found_out() => AdaptersThatAreNotHidden(offenders, offenders).AssertBrokenBy(typeof(Offenders.Ports.PublicAdapter));

    private static Verdict HiddenInterfaces(IEnumerable<Type> types) => Verdict.On(types.Where(t => t.IsInterface), t => t.FullName!, t => !t.IsVisible);

    /// <summary>A token is the last parameter and has no default.</summary>
    private static Verdict MethodsWithoutAToken(IEnumerable<Type> types) => Verdict.On(
        types.Where(t => t.IsInterface).SelectMany(t => t.GetMethods()).Where(m => m.GetParameters().Any(IsToken)),
        m => $"{m.DeclaringType!.FullName}.{m.Name}",
        m => !IsToken(m.GetParameters()[^1]) || m.GetParameters()[^1].HasDefaultValue);

    private static Verdict AdaptersThatAreNotHidden(IEnumerable<Type> types, IEnumerable<Type> ports)
    {
        var known = ports.Where(t => t.IsInterface).ToHashSet();
        return Verdict.On(types.Where(t => t.IsClass && t.GetInterfaces().Any(known.Contains)), t => t.FullName!, t => t.IsVisible || !t.IsSealed);
    }

    private static bool IsToken(ParameterInfo parameter) => parameter.ParameterType == typeof(CancellationToken);
}
