using VideoPlatform.Domain.Models;

namespace VideoPlatform.Domain.Tests;

public sealed class ModelCatalogueTests
{
    // dashscope.md section 2.1, copied by hand: name, prompt limit, resolutions, default, durations, default, megabytes, body.
    private static readonly (string Name, int Prompt, string Resolutions, string Default, int[] Durations, int Duration, int Megabytes, BodyGeneration Body)[] documented =
    [
        ("wan2.6-i2v-flash", 1500, "720P 1080P", "1080P", To(2, 15), 5, 20, BodyGeneration.ImageUrl),
        ("wan2.6-i2v", 1500, "720P 1080P", "1080P", To(2, 15), 5, 20, BodyGeneration.ImageUrl),
        ("wan2.6-i2v-us", 1500, "720P 1080P", "1080P", [5, 10, 15], 5, 20, BodyGeneration.ImageUrl),
        ("wan2.5-i2v-preview", 1500, "480P 720P 1080P", "1080P", [5, 10], 5, 20, BodyGeneration.ImageUrl),
        ("wan2.2-i2v-flash", 800, "480P 720P 1080P", "720P", [5], 5, 10, BodyGeneration.ImageUrl),
        ("wan2.2-i2v-plus", 800, "480P 1080P", "1080P", [5], 5, 10, BodyGeneration.ImageUrl),
        ("wanx2.1-i2v-turbo", 800, "480P 720P", "720P", [3, 4, 5], 5, 10, BodyGeneration.ImageUrl),
        ("wan2.1-i2v-turbo", 800, "480P 720P", "720P", [3, 4, 5], 5, 10, BodyGeneration.ImageUrl),
        ("wanx2.1-i2v-plus", 800, "720P", "720P", [5], 5, 10, BodyGeneration.ImageUrl),
        ("wan2.1-i2v-plus", 800, "720P", "720P", [5], 5, 10, BodyGeneration.ImageUrl),
        ("wan2.2-kf2v-flash", 800, "480P 720P 1080P", "720P", [5], 5, 10, BodyGeneration.FirstFrameUrl),
        ("wanx2.1-kf2v-plus", 800, "720P", "720P", [5], 5, 10, BodyGeneration.FirstFrameUrl),
        ("wan2.1-kf2v-plus", 800, "720P", "720P", [5], 5, 10, BodyGeneration.FirstFrameUrl),
        ("wan2.7-i2v", 5000, "720P 1080P", "1080P", To(2, 15), 5, 20, BodyGeneration.Media),
        ("wan2.7-i2v-2026-04-25", 5000, "720P 1080P", "1080P", To(2, 15), 5, 20, BodyGeneration.Media),
        ("wan3.0-video", 20000, "480P 720P 1080P", "1080P", [-1, .. To(2, 30)], 5, 20, BodyGeneration.Media),
        ("wan3.0-video-prime", 20000, "480P 720P 1080P", "1080P", [-1, .. To(2, 30)], 5, 20, BodyGeneration.Media),
        ("happyhorse-1.0-i2v", 5000, "720P 1080P", "1080P", To(3, 15), 5, 20, BodyGeneration.Media),
        ("happyhorse-1.1-i2v", 5000, "720P 1080P", "1080P", To(3, 15), 5, 20, BodyGeneration.Media),
    ];

    [Fact]
    public void It_says_what_the_provider_documents()
    {
        var said = ModelCatalogue.All.Select(Row);

        Assert.Equal(
            documented.Select(d => Row(d.Name, d.Prompt, d.Resolutions.Split(' '), d.Default, d.Durations, d.Duration, d.Megabytes * 1_000_000L, d.Body)).Order(StringComparer.Ordinal),
            said.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Names_are_unique_and_found_to_the_letter()
    {
        Assert.Equal(ModelCatalogue.All.Count, ModelCatalogue.All.Select(m => m.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(ModelCatalogue.All, model => Assert.Same(model, ModelCatalogue.Find(model.Name)));
        Assert.Null(ModelCatalogue.Find(null));
        Assert.Null(ModelCatalogue.Find(""));
        Assert.Null(ModelCatalogue.Find("WAN2.6-I2V"));
    }

    [Fact]
    public void Defaults_are_among_what_is_taken()
    {
        Assert.All(ModelCatalogue.All, model =>
        {
            Assert.Contains(model.DefaultResolution, model.Resolutions);
            Assert.Contains(model.DefaultDuration, model.Durations);
            Assert.Equal(model.Durations.Order(), model.Durations);
            Assert.Equal(model.Durations.Distinct(), model.Durations);
            Assert.False(model.TakesAlpha);
        });
    }

    [Fact]
    public void Only_the_models_of_the_third_generation_choose_and_draw_by_minus_one() => Assert.All(
        ModelCatalogue.All,
        model => Assert.Equal(model.Name.StartsWith("wan3.0", StringComparison.Ordinal), model.MinSeed == -1 && model.Durations.Contains(-1)));

    [Fact]
    public void The_models_from_2_7_on_limit_the_aspect() => Assert.Equal(
        ["wan2.7-i2v", "wan2.7-i2v-2026-04-25", "wan3.0-video", "wan3.0-video-prime"],
        ModelCatalogue.All.Where(m => m.MaxAspect == 8).Select(m => m.Name).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("wan2.6-i2v", "the boat drifts away", 1500)]
    [InlineData("wan2.6-i2v", "小船漂走了", 1500)]
    [InlineData("happyhorse-1.1-i2v", "the boat drifts away", 5000)]
    [InlineData("happyhorse-1.1-i2v", "the boat 船 drifts away", 2500)]
    public void The_limit_of_a_prompt_may_depend_on_its_script(string model, string prompt, int limit) =>
        Assert.Equal(limit, ModelCatalogue.Find(model)!.PromptLimitFor(prompt));

    private static string Row(VideoModel m) => Row(m.Name, m.PromptLimit, m.Resolutions, m.DefaultResolution, m.Durations, m.DefaultDuration, m.MaxImageBytes, m.Body);

    private static string Row(
        string name, int prompt, IEnumerable<string> resolutions, string resolution, IEnumerable<int> durations, int duration, long bytes, BodyGeneration body) =>
        $"{name}: prompt {prompt}; {string.Join(' ', resolutions)} ({resolution}); {string.Join(' ', durations)} ({duration}); {bytes} bytes; {body}";

    private static int[] To(int first, int last) => [.. Enumerable.Range(first, last - first + 1)];
}
