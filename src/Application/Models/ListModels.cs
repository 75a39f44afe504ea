using Mapster;
using MediatR;
using Microsoft.Extensions.Options;
using VideoPlatform.Application.Configuration;
using VideoPlatform.Domain.Models;
using VideoPlatform.Domain.Results;

namespace VideoPlatform.Application.Models;

/// <summary>What each model takes.</summary>
public sealed record ListModels : IRequest<Result<ModelsView>>;

/// <param name="Default">The model of a request that names none.</param>
public sealed record ModelsView(string Default, IReadOnlyList<ModelView> Models);

/// <param name="PromptLimit">Characters.</param>
/// <param name="ChinesePromptLimit">Characters of a prompt with Chinese in it, where that is another limit.</param>
/// <param name="Durations">Seconds; -1: the model chooses.</param>
public sealed record ModelView(
    string Name, int PromptLimit, int? ChinesePromptLimit, int NegativePromptLimit,
    IReadOnlyList<string> Resolutions, string DefaultResolution, IReadOnlyList<int> Durations, int DefaultDuration,
    SeedView Seed, ImageLimitsView Image);

public sealed record SeedView(int Min, int Max);

/// <param name="MaxBytes">Of the file.</param>
/// <param name="MinSide">Pixels.</param>
/// <param name="MaxSide">Pixels.</param>
/// <param name="MaxAspect">Longer side over shorter side.</param>
/// <param name="Alpha">Whether a PNG may have an alpha channel.</param>
public sealed record ImageLimitsView(IReadOnlyList<string> ContentTypes, long MaxBytes, int MinSide, int MaxSide, double? MaxAspect, bool Alpha);

internal sealed class ListModelsHandler(IOptions<QwenOptions> options) : IRequestHandler<ListModels, Result<ModelsView>>
{
    private static readonly IReadOnlyList<ModelView> views = ModelCatalogue.All.Adapt<IReadOnlyList<ModelView>>(Mapping());

    public Task<Result<ModelsView>> Handle(ListModels query, CancellationToken ct) =>
        Task.FromResult<Result<ModelsView>>(new ModelsView(options.Value.Model, views));

    /// <summary>The flat members by name, the rest as written here; a member without a source fails when the mapping is compiled.</summary>
    internal static TypeAdapterConfig Mapping()
    {
        var config = new TypeAdapterConfig { RequireDestinationMemberSource = true };
        config.NewConfig<VideoModel, ModelView>()
            .Map(v => v.NegativePromptLimit, m => VideoModel.NegativePromptLimit)
            .Map(v => v.Seed, m => new SeedView(m.MinSeed, VideoModel.MaxSeed))
            .Map(v => v.Image, m => new ImageLimitsView(VideoModel.ImageTypes, m.MaxImageBytes, VideoModel.MinSide, VideoModel.MaxSide, m.MaxAspect, m.TakesAlpha));
        config.Compile();
        return config;
    }
}
