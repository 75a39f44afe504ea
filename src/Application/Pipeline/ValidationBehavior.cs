using System.Text.Json;
using FluentValidation;
using MediatR;
using VideoPlatform.Domain.Results;

namespace VideoPlatform.Application.Pipeline;

/// <summary>Refuses a request of the wrong shape before its handler sees it.</summary>
internal sealed class ValidationBehavior<TRequest, TResponse>(IEnumerable<IValidator<TRequest>> validators) : IPipelineBehavior<TRequest, TResponse>
    where TRequest : IRequest<TResponse>
    where TResponse : IResult<TResponse>
{
    public async Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        Dictionary<string, string[]>? fields = null;
        foreach (var validator in validators)
        {
            var result = await validator.ValidateAsync(request, cancellationToken);
            foreach (var field in result.Errors.GroupBy(e => Snake(e.PropertyName), StringComparer.Ordinal))
                (fields ??= new(StringComparer.Ordinal))[field.Key] = [.. field.Select(e => e.ErrorMessage)];
        }

        return fields is null ? await next() : TResponse.From(new ValidationFailed(fields));
    }

    private static string Snake(string property) => JsonNamingPolicy.SnakeCaseLower.ConvertName(property);
}
