using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using VideoPlatform.Api.Commands;

namespace VideoPlatform.Api.Tests.Logs;

/// <summary>The real program and whoever reads its log.</summary>
public sealed class LogReaderTests : IDisposable
{
    private const int Terminate = 15;
    private const int Requests = 400;   // four lines each: several times what a pipe holds
    private const string Serving = "Serving at ";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("videoplatform-log-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task A_reader_that_stands_still_holds_nobody_up_and_misses_no_line()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no signal that ends a program well.");
        using var program = Start();
        try
        {
            using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = await AddressAsync(program.StandardError), Timeout = TimeSpan.FromSeconds(60) };

            for (var n = 0; n < Requests; n++)
            {
                using var answer = await http.GetAsync("/health/live", TestContext.Current.CancellationToken);
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            }

            Assert.Equal(0, Kill(program.Id, Terminate));
            var lines = (await program.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)).Split('\n');
            await program.WaitForExitAsync(TestContext.Current.CancellationToken);

            Assert.Equal(CommandLine.Done, program.ExitCode);
            Assert.Equal(Requests, lines.Count(line => line.Contains("Request finished", StringComparison.Ordinal)));
            Assert.Contains(lines, line => line.Contains("shutting down", StringComparison.Ordinal));
        }
        finally
        {
            if (!program.HasExited) program.Kill();
        }
    }

    private Process Start() => Process.Start(
        new ProcessStartInfo(
            "dotnet",
            [
                "exec", typeof(CommandLine).Assembly.Location, "serve", "--Qwen:Sandbox=true", "--Urls=http://127.0.0.1:0", "--Serilog:MinimumLevel:Override:Microsoft.AspNetCore=Information",
            ])
        {
            WorkingDirectory = folder.FullName, RedirectStandardError = true, UseShellExecute = false,
        })!;

    // Nothing is read from here on.
    private static async Task<Uri> AddressAsync(StreamReader log)
    {
        while (await log.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            if (line.IndexOf(Serving, StringComparison.Ordinal) is >= 0 and var at) return new Uri(line[(at + Serving.Length)..]);
        throw new InvalidOperationException("The service did not come up.");
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
