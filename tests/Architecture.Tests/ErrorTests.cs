using System.Reflection;
using System.Text.RegularExpressions;
using VideoPlatform.Domain.Results;

namespace VideoPlatform.Architecture.Tests;

/// <summary>Expected failures: one record for each code, one code for each record.</summary>
public sealed partial class ErrorTests
{
    private static readonly IReadOnlyList<Type> product = [.. Layers.TypesOf(Layers.Domain, Layers.Application, Layers.Infrastructure, Layers.Api)];
    private static readonly IReadOnlyList<Type> offenders = [.. Layers.OffendersOf("Errors")];

    [Fact]
    public void Every_error_is_a_final_record() => ErrorsThatAreNotFinal(product).AssertKept();

    [Fact]
    public void An_open_error_is_found_out() => ErrorsThatAreNotFinal(offenders).AssertBrokenBy(typeof(Offenders.Errors.OpenError));

    [Fact]
    public void No_two_errors_share_a_code() => ErrorsThatShareACode(product).AssertKept();

    [Fact]
    public void Two_errors_of_one_code_are_found_out() =>
        ErrorsThatShareACode(offenders).AssertBrokenBy(typeof(Offenders.Errors.FirstTwin), typeof(Offenders.Errors.SecondTwin));

    [Fact]
    public void Codes_are_snake_case_and_kinds_are_known() => ErrorsOfOddCodes(product).AssertKept();

    [Fact]
    public void An_odd_code_or_an_unknown_kind_is_found_out() => ErrorsOfOddCodes(offenders).AssertBrokenBy(typeof(Offenders.Errors.OpenError));

    [Fact]
    public void The_codes_are_those_of_the_contract_and_one_for_a_storage_that_is_gone()
    {
        var codes = product.Where(IsError).Select(t => Sample(t).Code);

        Assert.Equal(
            [
                "generation_in_progress", "idempotency_key_reused", "image_too_large", "not_cancellable", "not_found", "provider_unavailable", "storage_full",
                "storage_gone", "unsupported_image", "validation_failed", "version_conflict", "video_exists", "video_expired", "video_not_stored",
            ],
            codes.Order(StringComparer.Ordinal));
    }

    private static Verdict ErrorsThatAreNotFinal(IEnumerable<Type> types) => Verdict.On(types.Where(IsError), t => t.FullName!, t => !t.IsSealed);

    private static Verdict ErrorsThatShareACode(IEnumerable<Type> types)
    {
        var codes = types.Where(IsError).ToDictionary(t => t, t => Sample(t).Code);
        return Verdict.On(codes.Keys, t => t.FullName!, t => codes.Count(other => other.Value == codes[t]) > 1);
    }

    private static Verdict ErrorsOfOddCodes(IEnumerable<Type> types) => Verdict.On(
        types.Where(IsError), t => t.FullName!, t => !SnakeCase().IsMatch(Sample(t).Code) || !Enum.IsDefined(Sample(t).Kind));

    private static bool IsError(Type type) => !type.IsAbstract && type.IsAssignableTo(typeof(Error));

    /// <summary>One of its kind, made of values that mean nothing: code and kind do not depend on them.</summary>
    private static Error Sample(Type type)
    {
        var constructor = type.GetConstructors().OrderBy(c => c.GetParameters().Length).First();
        return (Error)constructor.Invoke([.. constructor.GetParameters().Select(Meaningless)]);
    }

    private static object? Meaningless(ParameterInfo parameter) =>
        parameter.ParameterType == typeof(string) ? "x"
        : parameter.ParameterType.IsValueType ? Activator.CreateInstance(parameter.ParameterType)
        : null;

    [GeneratedRegex("^[a-z]+(_[a-z]+)*$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SnakeCase();
}
