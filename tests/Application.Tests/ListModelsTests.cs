using VideoPlatform.Application.Models;
using VideoPlatform.Domain.Models;

namespace VideoPlatform.Application.Tests;

public sealed class ListModelsTests : Testing.UseCases.UseCases
{
    [Fact]
    public async Task Every_model_of_the_catalogue_is_shown_with_its_limits()
    {
        var view = Ok(await Send(new ListModels()));

        Assert.Equal(Qwen.Model, view.Default);
        Assert.Equal(ModelCatalogue.All.Select(m => m.Name), view.Models.Select(m => m.Name));
        Assert.All(ModelCatalogue.All.Zip(view.Models), pair =>
        {
            var (model, shown) = pair;
            Assert.Equal(
                (model.PromptLimit, model.ChinesePromptLimit, 500, model.DefaultResolution, model.DefaultDuration),
                (shown.PromptLimit, shown.ChinesePromptLimit, shown.NegativePromptLimit, shown.DefaultResolution, shown.DefaultDuration));
            Assert.Equal(model.Resolutions, shown.Resolutions);
            Assert.Equal(model.Durations, shown.Durations);
            Assert.Equal(new SeedView(model.MinSeed, int.MaxValue), shown.Seed);
            Assert.Equal((model.MaxImageBytes, 240, 8000, model.MaxAspect, false), (shown.Image.MaxBytes, shown.Image.MinSide, shown.Image.MaxSide, shown.Image.MaxAspect, shown.Image.Alpha));
        });
    }

    [Fact]
    public void The_mapping_has_a_source_for_every_member() => ListModelsHandler.Mapping().Compile();
}
