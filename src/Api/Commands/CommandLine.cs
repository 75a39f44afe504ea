using System.CommandLine;
using VideoPlatform.Api.Configuration;
using VideoPlatform.Infrastructure.Archive;
using VideoPlatform.Infrastructure.Records;

namespace VideoPlatform.Api.Commands;

/// <summary>The program's command line: a command with its options, and any configuration as <c>--Section:Key=value</c>.</summary>
internal static class CommandLine
{
    public const int Done = 0;
    public const int Crashed = 1;
    public const int WrongUsage = 2;
    public const int DoneWithFailures = 3;

    public static async Task<int> RunAsync(string[] args)
    {
        string[] configuration, words;
        try
        {
            (configuration, words) = Split(args);
        }
        catch (ConfigurationException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return WrongUsage;
        }

        var root = new RootCommand("VideoPlatform: from a picture to a video that is kept. Any setting may follow as --Section:Key=value.");
        root.SetAction((_, ct) => Serve.RunAsync(configuration, ct));
        var serve = new Command("serve", "Run the service (the default).");
        serve.SetAction((_, ct) => Serve.RunAsync(configuration, ct));
        root.Subcommands.Add(serve);
        root.Subcommands.Add(MigrateCommand.Create(configuration));
        root.Subcommands.Add(ImportCommand.Create(configuration));
        root.Subcommands.Add(VerifyCommand.Create(configuration));
        root.Subcommands.Add(RepairCommand.Create(configuration));
        root.Subcommands.Add(AdoptCommand.Create(configuration));
        root.Subcommands.Add(ReindexCommand.Create(configuration));
        root.Subcommands.Add(CleanCommand.Create(configuration));

        var parsed = root.Parse(words);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors) await Console.Error.WriteLineAsync(error.Message);
            await Console.Error.WriteLineAsync("Try --help.");
            return WrongUsage;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (Exception e) when (e is ConfigurationException or RecordsUnavailableException or StorageUnavailableException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return WrongUsage;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Interrupted; what was done is kept, and the command may be run again.");
            return DoneWithFailures;
        }
        catch (Exception e) when (e is not OutOfMemoryException)   // the program's edge: whatever it is, it ends with the documented code and not with a signal
        {
            await Console.Error.WriteLineAsync($"Crashed: {e}");
            return Crashed;
        }
    }

    /// <summary>Settings look like <c>--Section:Key=value</c> or <c>--Urls=…</c> (also with a space); all other words are the command's own.</summary>
    /// <exception cref="ConfigurationException">A setting has no value.</exception>
    internal static (string[] Configuration, string[] Words) Split(string[] args)
    {
        List<string> configuration = [], words = [];
        for (var i = 0; i < args.Length; i++)
        {
            var name = args[i].Split('=', 2)[0];
            var isSetting = name.StartsWith("--", StringComparison.Ordinal)
                && (name.Contains(':') || name is "--Urls" or "--urls" or "--environment" or "--DASHSCOPE_API_KEY");
            (isSetting ? configuration : words).Add(args[i]);
            if (!isSetting || args[i].Contains('=')) continue;
            if (i + 1 == args.Length || args[i + 1].StartsWith("--", StringComparison.Ordinal))
                throw new ConfigurationException($"Configuration error: {name[2..]} is given without a value. Example: {name}=…");
            configuration.Add(args[++i]);
        }

        return ([.. configuration], [.. words]);
    }
}
