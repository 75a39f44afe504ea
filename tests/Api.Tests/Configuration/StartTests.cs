using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using VideoPlatform.Api.Commands;

namespace VideoPlatform.Api.Tests.Configuration;

/// <summary>The real program, started wrongly: one clear line at the end, no stack trace, exit code 2.</summary>
public sealed class StartTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("videoplatform-start-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task An_address_that_is_taken()
    {
        using var taken = Taken();

        await RefusedAsync(["--Urls=http://" + taken.LocalEndPoint], "Urls", "Example:");
    }

    [Fact]
    public async Task A_database_server_that_is_not_there()
    {
        using var taken = Taken();
        var nobody = taken.LocalEndPoint!.ToString();
        taken.Dispose();

        await RefusedAsync(
            ["--Persistence:Provider=MongoDb", $"--Persistence:MongoDb:ConnectionString=mongodb://user:pa55w0rd@{nobody}/?serverSelectionTimeoutMS=200"],
            "Persistence:MongoDb:ConnectionString", nobody!, "for example");
    }

    [Fact]
    public Task A_storage_that_cannot_be_written() => RefusedAsync(["--Storage:Root=/proc/nowhere"], "Storage:Root", "for example");

    [Fact]
    public Task A_database_file_that_is_a_folder() => RefusedAsync([$"--Persistence:Sqlite:Path={folder.FullName}"], "Persistence:Sqlite:Path", "for example");

    [Fact]
    public Task A_database_file_that_is_the_root_of_all_folders() => RefusedAsync(["--Persistence:Sqlite:Path=/"], "Persistence:Sqlite:Path", "for example");

    [Theory]
    [InlineData("--Storage:Root")]
    [InlineData("--Storage:Root", "--Qwen:MaxInFlight=5")]
    public Task A_setting_without_its_value(params string[] settings) => RefusedAsync(settings, "Storage:Root", "Example:");

    [Fact]
    public Task A_sandbox_whose_folder_cannot_be_made() => RefusedAsync(["--Sandbox:Path=/proc/nowhere"], "Sandbox:Path", "Example:");

    [Fact]
    public Task An_encrypted_address_without_a_certificate() => RefusedAsync(["--environment=Production", "--Urls=https://127.0.0.1:0"], "Urls", "certificate", "Example:");

    [Fact]
    public async Task A_crash_ends_with_its_own_code_and_not_with_a_signal()
    {
        var (exit, _, errors) = await RunAsync(["--Kestrel:Endpoints:Odd:Url=nonsense"]);

        Assert.Equal(CommandLine.Crashed, exit);
        Assert.Contains("Crashed: ", errors, StringComparison.Ordinal);
    }

    private static Socket Taken()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen();
        return socket;
    }

    private async Task RefusedAsync(string[] settings, params string[] said)
    {
        var (exit, output, errors) = await RunAsync(settings);

        Assert.Equal((CommandLine.WrongUsage, ""), (exit, output));
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("pa55w0rd", errors, StringComparison.Ordinal);
        var last = errors.TrimEnd().Split('\n')[^1];
        Assert.All(said, words => Assert.Contains(words, last, StringComparison.Ordinal));
    }

    private async Task<(int Exit, string Output, string Errors)> RunAsync(string[] settings)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(CommandLine).Assembly.Location, "serve", "--Qwen:Sandbox=true", "--Urls=http://127.0.0.1:0", .. settings])
        {
            WorkingDirectory = folder.FullName, RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false,
            Environment = { ["HOME"] = folder.FullName },   // where a developer's certificate would lie
        };
        using var program = Process.Start(start)!;
        try
        {
            var output = program.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            var errors = await program.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await program.WaitForExitAsync(TestContext.Current.CancellationToken);
            return (program.ExitCode, await output, errors);
        }
        finally
        {
            if (!program.HasExited) program.Kill();
        }
    }
}
