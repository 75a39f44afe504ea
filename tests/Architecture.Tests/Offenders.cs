// Each type here breaks a rule on purpose, so that the rule can be seen to find it. Their neighbours keep the rule, and must not be found.
#pragma warning disable CA1051, CA1068
using FluentValidation;
using MediatR;
using Microsoft.AspNetCore.Http;
using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Architecture.Tests.Offenders.Io
{
    internal sealed class ReadsTheClock(TimeProvider clock)
    {
        public DateTimeOffset Now => clock.GetUtcNow();
    }

    internal sealed class ReadsAFile
    {
        public static int Length => new Func<int>(() => File.ReadAllText("secret").Length)();
    }

    internal sealed record IsPlain(DateTimeOffset At);
}

namespace VideoPlatform.Architecture.Tests.Offenders.Technology
{
    internal sealed class AnswersOverHttp
    {
        public static int StatusOf(HttpContext context) => context.Response.StatusCode;
    }

    internal sealed class KnowsAnAdapter
    {
        public static Type Adapter => typeof(Infrastructure.Qwen.QwenRegistration);
    }

    internal sealed class KnowsNobody;
}

namespace VideoPlatform.Architecture.Tests.Offenders.UseCases
{
    public sealed record Ask : IRequest<Result<Done>>;

    public sealed class AskHandler(IMediator mediator) : IRequestHandler<Ask, Result<Done>>
    {
        public Task<Result<Done>> Handle(Ask request, CancellationToken cancellationToken) => mediator.Send(request, cancellationToken);
    }

    public sealed class AskValidator : AbstractValidator<Ask>;

    public sealed record Forgotten : IRequest<int>;

    internal sealed record Contested : IRequest<Result<Done>>;

    internal sealed class ContestedHandlerA : IRequestHandler<Contested, Result<Done>>
    {
        public Task<Result<Done>> Handle(Contested request, CancellationToken cancellationToken) => Task.FromResult<Result<Done>>(new Done());
    }

    internal sealed class ContestedHandlerB : IRequestHandler<Contested, Result<Done>>
    {
        public Task<Result<Done>> Handle(Contested request, CancellationToken cancellationToken) => Task.FromResult<Result<Done>>(new Done());
    }
}

namespace VideoPlatform.Architecture.Tests.Offenders.Errors
{
    public record OpenError() : Error((ErrorKind)999, "Open-Error", "It can be derived from.");

    public sealed record FirstTwin() : Error(ErrorKind.Invalid, "twin", "The first.");

    public sealed record SecondTwin(VideoStatus Status) : Error(ErrorKind.Conflict, "twin", $"The second, {Status}.");
}

namespace VideoPlatform.Architecture.Tests.Offenders.Ports
{
    internal interface IHidden
    {
        Task Forgettable(CancellationToken ct = default);
    }

    public interface IPort
    {
        Task Misplaced(CancellationToken ct, string last);

        Task Proper(string first, CancellationToken ct);
    }

    public class PublicAdapter : IPort
    {
        public Task Misplaced(CancellationToken ct, string last) => Task.CompletedTask;

        public Task Proper(string first, CancellationToken ct) => Task.CompletedTask;
    }

    internal sealed class HiddenAdapter : IPort
    {
        public Task Misplaced(CancellationToken ct, string last) => Task.CompletedTask;

        public Task Proper(string first, CancellationToken ct) => Task.CompletedTask;
    }
}

namespace VideoPlatform.Architecture.Tests.Offenders.Immutability
{
    public sealed class HasASetter
    {
        public int Value { get; set; }
    }

    public sealed class HasAField
    {
        public int Value;
    }

    public sealed record IsFixed(int Value)
    {
        public int Other { get; private init; }
    }
}
