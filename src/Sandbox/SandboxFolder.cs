using System.Security.Cryptography;
using System.Text.Json;

namespace VideoPlatform.Sandbox;

/// <summary>The ports that the sandbox had last time.</summary>
internal sealed record SandboxPorts(int Api, int Results);

/// <summary>The state folder. Small files are written whole or not at all.</summary>
internal sealed class SandboxFolder
{
    private const string SecretFile = "link.secret";

    private readonly string _root;

    public SandboxFolder(string root)
    {
        _root = Path.GetFullPath(root);
        foreach (var folder in (string[])[Tasks, Videos, Pictures, Uploads]) Directory.CreateDirectory(folder);
        LinkSecret = LoadOrCreateSecret();
    }

    public string Id => ReadId(_root)!;
    public string Tasks => Path.Combine(_root, "tasks");
    public string Videos => Path.Combine(_root, "videos");
    public string Pictures => Path.Combine(_root, "pictures");
    public string Uploads => Path.Combine(_root, "uploads");

    /// <summary>Signs links and upload policies; kept, so that old links work after a restart.</summary>
    public byte[] LinkSecret { get; }

    private string PortsFile => Path.Combine(_root, "ports.json");

    public SandboxPorts Ports
    {
        get => ReadPorts(_root);
        set => WriteWhole(PortsFile, JsonSerializer.SerializeToUtf8Bytes(value));
    }

    /// <summary>The ports of last time in a folder that need not be there; 0 when there was none.</summary>
    public static SandboxPorts ReadPorts(string root)
    {
        var file = Path.Combine(Path.GetFullPath(root), "ports.json");
        return File.Exists(file) ? JsonSerializer.Deserialize<SandboxPorts>(File.ReadAllBytes(file)) ?? new SandboxPorts(0, 0) : new SandboxPorts(0, 0);
    }

    public string TaskFile(string taskId) => Path.Combine(Tasks, taskId + ".json");

    public string VideoFile(string taskId) => Path.Combine(Videos, taskId + ".mp4");

    public string PictureFile(string taskId) => Path.Combine(Pictures, taskId);

    /// <summary>The name is a hash, because a key is chosen by a stranger and may hold any character.</summary>
    public string UploadFile(string key) =>
        Path.Combine(Uploads, Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(key))));

    /// <summary>Writes beside the target, flushes, renames: a file that opens is whole.</summary>
    public static void WriteWhole(string path, ReadOnlySpan<byte> content)
    {
        var part = $"{path}.{Guid.NewGuid():N}.part";
        try
        {
            using (var file = new FileStream(part, FileMode.CreateNew, FileAccess.Write))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }

            File.Move(part, path, overwrite: true);
        }
        finally
        {
            File.Delete(part);
        }
    }

    /// <summary>Tells this folder from any other. Null when no sandbox has worked on it yet.</summary>
    public static string? ReadId(string root)
    {
        var secret = Path.Combine(Path.GetFullPath(root), SecretFile);
        return File.Exists(secret) ? Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(secret)))[..16] : null;
    }

    private byte[] LoadOrCreateSecret()
    {
        var path = Path.Combine(_root, SecretFile);
        if (!File.Exists(path)) WriteWhole(path, RandomNumberGenerator.GetBytes(32));
        return File.ReadAllBytes(path);
    }
}
