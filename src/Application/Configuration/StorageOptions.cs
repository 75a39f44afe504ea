namespace VideoPlatform.Application.Configuration;

/// <summary>Section <c>Storage</c>: where files lie.</summary>
public sealed record StorageOptions
{
    public const string Section = "Storage";

    /// <summary>Images in it, videos in <c>videos/</c>, posters in <c>thumbnails/</c>; relative to the working directory.</summary>
    public string Root { get; set; } = "uploads";

    /// <summary>Below this, uploads and new requests get 507; fetching finished videos goes on.</summary>
    public long MinFreeBytes { get; set; } = 1_073_741_824;
}

/// <summary>Section <c>Uploads</c>: pictures that come in.</summary>
public sealed record UploadOptions
{
    public const string Section = "Uploads";

    public long MaxBytes { get; set; } = 20_971_520;
}

/// <summary>Section <c>Work</c>: the background steps.</summary>
public sealed record WorkOptions
{
    public const string Section = "Work";

    /// <summary>How long a claim holds without being renewed; renewed while the work goes on.</summary>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromMinutes(1);
}
