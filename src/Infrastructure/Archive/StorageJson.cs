using System.Text.Json.Serialization;

namespace VideoPlatform.Infrastructure.Archive;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(StorageSentinel))]
[JsonSerializable(typeof(PartNote))]
[JsonSerializable(typeof(VideoSidecar))]
internal sealed partial class StorageJson : JsonSerializerContext;
