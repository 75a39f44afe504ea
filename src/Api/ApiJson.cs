using System.Text.Json.Serialization;
using VideoPlatform.Api.Live;
using VideoPlatform.Api.Problems;
using VideoPlatform.Api.Security;
using VideoPlatform.Api.Health;
using VideoPlatform.Api.Videos;
using VideoPlatform.Application.Models;
using VideoPlatform.Application.Stats;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Application.Workspaces.List;

namespace VideoPlatform.Api;

/// <summary>Everything that goes over the wire as JSON, by generated code and with the rules of <see cref="PublicJson"/>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    Converters = [typeof(UtcMillisecondsConverter)])]
[JsonSerializable(typeof(WorkspaceView))]
[JsonSerializable(typeof(VideoView))]
[JsonSerializable(typeof(WorkspaceListView))]
[JsonSerializable(typeof(ModelsView))]
[JsonSerializable(typeof(StatsView))]
[JsonSerializable(typeof(ProblemBody))]
[JsonSerializable(typeof(VideoRequestBody))]
[JsonSerializable(typeof(SettleBody))]
[JsonSerializable(typeof(SessionBody))]
[JsonSerializable(typeof(HealthBody))]
[JsonSerializable(typeof(SnapshotMessage))]
[JsonSerializable(typeof(VideoMessage))]
[JsonSerializable(typeof(DeletedMessage))]
internal sealed partial class ApiJson : JsonSerializerContext;
