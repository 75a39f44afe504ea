using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using VideoPlatform.Api.Configuration;
using VideoPlatform.Api.Tests.Hosting;
using VideoPlatform.Testing.UseCases;

namespace VideoPlatform.Api.Tests.Configuration;

public sealed class ConfigurationTests
{
    [Theory]
    [InlineData("Qwen:MaxInFlight", "0")]
    [InlineData("Qwen:MaxInFlight", "many")]
    [InlineData("Qwen:BaseUrl", "dashscope")]
    [InlineData("Qwen:Model", "none-such")]
    [InlineData("Qwen:PollInterval", "15")]
    [InlineData("Qwen:PollInterval", "00:15")]
    [InlineData("Qwen:Sandbox", "perhaps")]
    [InlineData("Downloads:MaxConcurrent", "-1")]
    [InlineData("Downloads:AllowedHosts:0", "*.*")]
    [InlineData("Uploads:MaxBytes", "0")]
    [InlineData("Work:LeaseDuration", "00:00:00")]
    [InlineData("Persistence:Provider", "Oracle")]
    [InlineData("Auth:ApiKeys:0:Sha256", "abc")]
    [InlineData("Serilog:MinimumLevel:Default", "Loud")]
    [InlineData("Serilog:MinimumLevel:Override:System", "")]
    [InlineData("Urls", "")]
    [InlineData("Storage:Root", "")]
    [InlineData("Storage:MinFreeBytes", " ")]
    [InlineData("Qwen:BaseUrl", "")]
    [InlineData("Qwen:BaseUrl", "https://dashscope.example/api/v1#x")]
    [InlineData("Qwen:Model", " ")]
    [InlineData("Persistence:Provider", "")]
    [InlineData("Persistence:Sqlite:Path", "")]
    [InlineData("Persistence:MongoDb:Database", "a/b")]
    [InlineData("Persistence:MongoDb:Collection", "$cmd")]
    public void A_wrong_value_is_named_in_one_line_with_an_example(string key, string value)
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Auth:ApiKeys:0:Name"] = key.StartsWith("Auth", StringComparison.Ordinal) ? "n" : null, [key] = value };
        if (!key.StartsWith("Auth", StringComparison.Ordinal)) settings.Remove("Auth:ApiKeys:0:Name");

        var wrong = Assert.Throws<ConfigurationException>(() => Read(settings));

        Assert.Contains(key.Split(":0", 2)[0], wrong.Message, StringComparison.Ordinal);
        Assert.Contains("Example:", wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', wrong.Message);
    }

    [Fact]
    public void Named_hosts_replace_the_default_and_do_not_add_to_it()
    {
        Assert.Equal(["*.aliyuncs.com"], Read([]).Downloads.AllowedHosts);
        Assert.Equal(["127.0.0.1"], Read(new() { ["Downloads:AllowedHosts:0"] = "127.0.0.1" }).Downloads.AllowedHosts);
    }

    [Fact]
    public void One_key_has_one_role()
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (n, role, sha256) in ((int, string, string)[])[(0, "reader", new string('a', 64)), (1, "admin", new string('A', 64))])
            (settings[$"Auth:ApiKeys:{n}:Name"], settings[$"Auth:ApiKeys:{n}:Role"], settings[$"Auth:ApiKeys:{n}:Sha256"]) = (role, role, sha256);

        Assert.Contains("Auth:ApiKeys:1:Sha256", Assert.Throws<ConfigurationException>(() => Read(settings)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Qwen:ApiKey")]
    [InlineData("Qwen:WorkspaceId")]
    [InlineData("Qwen:Sandbox")]
    [InlineData("Persistence:MongoDb:ConnectionString")]
    public void What_may_be_absent_may_also_be_empty(string key) => Assert.True(Read(new() { [key] = "" }).UsesSandbox);

    [Fact]
    public void Without_a_key_the_sandbox_is_for_development_only()
    {
        Assert.True(Read([]).UsesSandbox);
        var production = Settings.Read(new ConfigurationBuilder().Build(), isDevelopment: false);
        Assert.False(production.UsesSandbox);
        Assert.Contains("Qwen:ApiKey", Assert.Throws<ConfigurationException>(production.RequireProvider).Message, StringComparison.Ordinal);
        Assert.False(Read(new() { ["DASHSCOPE_API_KEY"] = "sk-1" }).UsesSandbox);
    }

    [Fact]
    public void Keys_that_no_setting_has_are_noticed_and_all_others_are_not()
    {
        var settings = Read(new()
        {
            ["Qwen:MaxInFligt"] = "7", ["Downloads:AlowHttp"] = "true", ["Persistence:Sqlite:Folder"] = "x", ["Storage"] = null, ["Qwen:Account"] = "x", ["Auth:ApiKeys:0:Rolle"] = "admin",
            ["qwen:maxinflight"] = "7", ["Downloads:AllowedHosts:0"] = "127.0.0.1", ["Auth:ApiKeys:0:Name"] = "n", ["Auth:ApiKeys:0:Role"] = "reader", ["Auth:ApiKeys:0:Sha256"] = new string('a', 64),
            ["Persistence:MongoDb:Database"] = "d", ["Sandbox:Path"] = "p", ["Serilog:Anything"] = "x", ["npm_config:registry"] = "x", ["Download:MaxConcurrent"] = "8", ["Persistance:Sqlite:Path"] = "x", ["Kestrel:Anything"] = "x", ["PATH"] = "/bin",
        });

        Assert.Equal(
            ["Auth:ApiKeys:0:Rolle", "Download:MaxConcurrent", "Downloads:AlowHttp", "Persistance:Sqlite", "Persistence:Sqlite:Folder", "Qwen:Account", "Qwen:MaxInFligt"],
            settings.Unknown.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_service_warns_of_them_and_tells_no_value()
    {
        using var log = new RecordedLog();
        await using var host = await PlatformHost.StartAsync(plan =>
        {
            plan.Settings["Qwen:ApiKei"] = "sk-secret";
            plan.Adjust = services => services.Replace(ServiceDescriptor.Singleton<ILoggerFactory>(LoggerFactory.Create(logging => logging.AddProvider(log))));
        });

        Assert.Contains("Qwen:ApiKei", Assert.Single(log.At(LogLevel.Warning), line => line.Contains("means nothing", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.DoesNotContain(log.Lines, line => line.Text.Contains("sk-secret", StringComparison.Ordinal));
    }

    private static Settings Read(Dictionary<string, string?> settings) =>
        Settings.Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), isDevelopment: true);
}
