using FluentValidation;

namespace VideoPlatform.Application.Videos;

internal static class TaskIdRule
{
    /// <summary>What a person may give as the id of a provider's task; those that are known are UUIDs.</summary>
    public static IRuleBuilderOptions<T, string?> IsTaskId<T>(this IRuleBuilder<T, string?> rule) => rule
        .Must(id => id is { Length: > 0 and <= 128 } && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
        .WithMessage("A task id: up to 128 letters, digits, '-' and '_'.");
}
