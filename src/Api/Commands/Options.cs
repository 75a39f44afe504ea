using System.CommandLine;
using System.Globalization;
using VideoPlatform.Domain.Results;

namespace VideoPlatform.Api.Commands;

/// <summary>Options that several commands have, and what is said when something is refused.</summary>
internal static class Options
{
    public static Option<int?> Number(string name, string description, int least, int most)
    {
        var option = new Option<int?>(name)
        {
            Description = description,
            HelpName = "N",
            CustomParser = result =>
            {
                if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;

                result.AddError($"{name} must be a whole number from {least}{(most == int.MaxValue ? "" : $" to {most}")}, not '{result.Tokens[0].Value}'. Example: {name} {Math.Min(most, 10)}");
                return null;
            },
        };
        return option;
    }

    public static Option<FileInfo?> Report() => new("--report") { Description = "Write the report to FILE as JSON.", HelpName = "FILE" };

    /// <summary>Says why nothing was done.</summary>
    /// <returns>The exit code for it.</returns>
    public static int Refuse(Error error)
    {
        if (error is ValidationFailed invalid)
        {
            foreach (var (field, problems) in invalid.Fields) Console.Error.WriteLine($"{field}: {string.Join(' ', problems)}");
            return CommandLine.WrongUsage;
        }

        Console.Error.WriteLine(error.Message);
        return CommandLine.DoneWithFailures;
    }
}
