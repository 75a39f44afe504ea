using System.Reflection;
using System.Runtime.CompilerServices;

namespace VideoPlatform.Architecture.Tests;

/// <summary>A value of the domain never changes: every change is another value.</summary>
public sealed class ImmutabilityTests
{
    private static readonly IReadOnlyList<Type> product = [.. Layers.TypesOf(Layers.Domain)];
    private static readonly IReadOnlyList<Type> offenders = [.. Layers.OffendersOf("Immutability")];

    [Fact]
    public void Nothing_in_domain_can_be_set_from_outside() => TypesWithPublicSetters(product).AssertKept();

    [Fact]
    public void A_public_setter_or_field_is_found_out() =>
        TypesWithPublicSetters(offenders).AssertBrokenBy(typeof(Offenders.Immutability.HasASetter), typeof(Offenders.Immutability.HasAField));

    private static Verdict TypesWithPublicSetters(IEnumerable<Type> types) => Verdict.On(
        types.Where(t => !t.IsEnum),
        t => t.FullName!,
        t => t.GetProperties().Any(IsSettable) || t.GetFields(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static).Any(f => !f.IsInitOnly && !f.IsLiteral));

    private static bool IsSettable(PropertyInfo property) =>
        property.SetMethod is { IsPublic: true } setter && !setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));
}
