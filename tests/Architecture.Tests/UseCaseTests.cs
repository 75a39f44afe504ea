using System.Reflection;
using FluentValidation;
using MediatR;
using VideoPlatform.Domain.Results;

namespace VideoPlatform.Architecture.Tests;

/// <summary>How a use case is built: a public request, one hidden handler, at most one hidden validator, an answer that can say no.</summary>
public sealed class UseCaseTests
{
    private static readonly IReadOnlyList<Type> product = [.. Layers.TypesOf(Layers.Application)];
    private static readonly IReadOnlyList<Type> offenders = [.. Layers.OffendersOf("UseCases")];

    [Fact]
    public void Handlers_are_hidden_and_final() => HandlersThatAreNotHidden(product).AssertKept();

    [Fact]
    public void A_public_handler_is_found_out() => HandlersThatAreNotHidden(offenders).AssertBrokenBy(typeof(Offenders.UseCases.AskHandler));

    [Fact]
    public void Every_request_has_exactly_one_handler() => RequestsWithoutExactlyOneHandler(product).AssertKept();

    [Fact]
    public void A_request_without_a_handler_or_with_two_is_found_out() =>
        RequestsWithoutExactlyOneHandler(offenders).AssertBrokenBy(typeof(Offenders.UseCases.Forgotten), typeof(Offenders.UseCases.Contested));

    [Fact]
    public void Every_request_can_be_refused_by_its_answer() => RequestsThatCannotFail(product).AssertKept();

    [Fact]
    public void A_request_with_a_bare_answer_is_found_out() => RequestsThatCannotFail(offenders).AssertBrokenBy(typeof(Offenders.UseCases.Forgotten));

    [Fact]
    public void Requests_are_public_final_records() => RequestsThatAreNotPublicRecords(product).AssertKept();

    [Fact]
    public void A_hidden_request_is_found_out() => RequestsThatAreNotPublicRecords(offenders).AssertBrokenBy(typeof(Offenders.UseCases.Contested));

    [Fact]
    public void A_handler_is_named_after_its_request() => HandlersOfAnotherName(product).AssertKept();

    [Fact]
    public void A_handler_of_another_name_is_found_out() =>
        HandlersOfAnotherName(offenders).AssertBrokenBy(typeof(Offenders.UseCases.ContestedHandlerA), typeof(Offenders.UseCases.ContestedHandlerB));

    [Fact]
    public void A_handler_sends_no_other_request() => HandlersThatSend(product).AssertKept();

    [Fact]
    public void A_handler_that_sends_is_found_out() => HandlersThatSend(offenders).AssertBrokenBy(typeof(Offenders.UseCases.AskHandler));

    [Fact]
    public void Validators_are_hidden_final_and_named_after_their_request() => ValidatorsThatAreNotHidden(product).AssertKept();

    [Fact]
    public void A_public_validator_is_found_out() => ValidatorsThatAreNotHidden(offenders).AssertBrokenBy(typeof(Offenders.UseCases.AskValidator));

    private static Verdict HandlersThatAreNotHidden(IEnumerable<Type> types) => OnTypes(types.Where(IsHandler), t => t.IsVisible || !t.IsSealed);

    private static Verdict RequestsWithoutExactlyOneHandler(IReadOnlyList<Type> types) =>
        OnTypes(types.Where(IsRequest), request => types.Count(t => HandledBy(t).Contains(request)) != 1);

    private static Verdict RequestsThatCannotFail(IEnumerable<Type> types) =>
        OnTypes(types.Where(IsRequest), t => !(AnswerOf(t) is { IsGenericType: true } answer && answer.GetGenericTypeDefinition() == typeof(Result<>)));

    private static Verdict RequestsThatAreNotPublicRecords(IEnumerable<Type> types) =>
        OnTypes(types.Where(IsRequest), t => !t.IsVisible || !t.IsSealed || t.GetMethod("<Clone>$") is null);

    private static Verdict HandlersOfAnotherName(IEnumerable<Type> types) =>
        OnTypes(types.Where(IsHandler), t => HandledBy(t).All(request => t.Name != request.Name + "Handler"));

    private static Verdict HandlersThatSend(IReadOnlyList<Type> types) => OnTypes(
        types.Where(IsHandler),
        t => t.GetConstructors(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)
            .SelectMany(c => c.GetParameters()).Any(p => p.ParameterType == typeof(IMediator) || IsHandler(p.ParameterType)));

    private static Verdict ValidatorsThatAreNotHidden(IEnumerable<Type> types) => OnTypes(
        types.Where(t => !t.IsAbstract && t.IsAssignableTo(typeof(IValidator))),
        t => t.IsVisible || !t.IsSealed || t.Name != t.BaseType!.GetGenericArguments()[0].Name + "Validator");

    private static Verdict OnTypes(IEnumerable<Type> types, Func<Type, bool> offends) => Verdict.On(types, t => t.FullName!, offends);

    private static bool IsHandler(Type type) => HandledBy(type).Any();

    private static bool IsRequest(Type type) => AnswerOf(type) is not null;

    private static Type? AnswerOf(Type type) => type.IsAbstract ? null : Closed(type, typeof(IRequest<>)).Select(i => i.GetGenericArguments()[0]).FirstOrDefault();

    private static IEnumerable<Type> HandledBy(Type type) => type.IsAbstract ? [] : Closed(type, typeof(IRequestHandler<,>)).Select(i => i.GetGenericArguments()[0]);

    private static IEnumerable<Type> Closed(Type type, Type open) => type.GetInterfaces().Where(i => i.IsGenericType && i.GetGenericTypeDefinition() == open);
}
