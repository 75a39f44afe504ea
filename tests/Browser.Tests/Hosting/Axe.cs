using System.Text.Json;
using Microsoft.Playwright;

namespace VideoPlatform.Browser.Tests.Hosting;

/// <summary>The accessibility checks of axe-core, run in the page.</summary>
internal static class Axe
{
    private static readonly Lazy<string> script = new(() =>
    {
        using var text = new StreamReader(typeof(Axe).Assembly.GetManifestResourceStream("axe.min.js")!);
        return text.ReadToEnd();
    });

    /// <returns>One line a violation and element; empty when there is none.</returns>
    public static async Task<string> ViolationsAsync(IPage page)
    {
        // What fades in is judged as it is in the end.
        await page.EvaluateAsync("() => Promise.all(document.getAnimations().filter(a => a.effect.getTiming().iterations !== Infinity).map(a => a.finished.catch(() => {})))");
        await page.EvaluateAsync($"() => {{ {script.Value} }}");
        var found = await page.EvaluateAsync<JsonElement>(
            """
            async () => {
              const { violations } = await axe.run(document, { resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } });   // of WCAG 2.2, and off unless asked for
              return violations.flatMap(({ id, help, nodes }) => nodes.map(node => `${id}: ${help}: ${node.html.slice(0, 160)} ${node.failureSummary?.split('\n')[1] ?? ''}`));
            }
            """);
        return string.Join('\n', found.EnumerateArray().Select(line => line.GetString()));
    }
}
