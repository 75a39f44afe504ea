using VideoPlatform.Application.Pictures;

namespace VideoPlatform.Testing.Files;

/// <summary>As much room as the test says.</summary>
public sealed class FakeStorageSpace : IStorageSpace
{
    public long FreeBytes { get; set; } = long.MaxValue;

    public bool HasRoom { get; set; } = true;
}
