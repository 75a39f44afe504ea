using System.Diagnostics.CodeAnalysis;

namespace VideoPlatform.Domain.Results;

/// <summary>Lets generic code (a pipeline behaviour) build any failed result without reflection.</summary>
public interface IResult<TSelf>
    where TSelf : IResult<TSelf>
{
    static abstract TSelf From(Error error);
}

/// <summary>Either a value or an expected failure, never both and never neither.</summary>
public sealed record Result<T> : IResult<Result<T>>
    where T : notnull
{
    private readonly T? value;
    private readonly Error? error;

    private Result(T? value, Error? error) => (this.value, this.error) = (value, error);

    public static implicit operator Result<T>(T value) => new(value, null);

    public static implicit operator Result<T>(Error error) => From(error);

    public static Result<T> From(Error error) => new(default, error ?? throw new ArgumentNullException(nameof(error)));

    /// <returns>True with the value, or false with the failure.</returns>
    public bool TryGet([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out Error? error)
    {
        (value, error) = (this.value, this.error);
        return error is null;
    }

    public TOut Match<TOut>(Func<T, TOut> ok, Func<Error, TOut> failed) => error is null ? ok(value!) : failed(error);

    /// <summary>Goes on with the value; a failure passes through.</summary>
    public Result<TOut> Then<TOut>(Func<T, Result<TOut>> next)
        where TOut : notnull => error is null ? next(value!) : error;
}

/// <summary>The value of a result that has nothing to say.</summary>
public readonly record struct Done;
