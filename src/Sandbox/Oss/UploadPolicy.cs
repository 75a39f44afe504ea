using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using VideoPlatform.Sandbox.Tasks;

namespace VideoPlatform.Sandbox.Oss;

/// <summary>Temporary uploads (dashscope.md section 6). A policy is signed and carries all that is checked later, so nothing is remembered.</summary>
internal sealed class UploadPolicy(SandboxOptions options, SandboxFolder folder, LinkSigner signer)
{
    public const long MaxBytes = 1073741824;
    private const string Root = "dashscope-instant";
    private static readonly TimeSpan Valid = TimeSpan.FromSeconds(300);
    private static readonly TimeSpan FileLife = TimeSpan.FromHours(48);

    /// <summary>Fields that must stand before the file, in the order in which they are looked for.</summary>
    private static readonly string[] RequiredFields =
        ["OSSAccessKeyId", "Signature", "policy", "key", "x-oss-object-acl", "x-oss-forbid-overwrite", "success_action_status"];

    private DateTimeOffset Now => options.TimeProvider.GetUtcNow();

    /// <summary>The <c>data</c> object of <c>getPolicy</c>.</summary>
    public JsonObject Issue(string model, Uri uploadHost)
    {
        var folderKey = $"{ModelFolder(model)}/{ProviderTime.Text(Now)[..10]}/{Guid.NewGuid()}";
        var policy = Convert.ToBase64String(Encoding.UTF8.GetBytes(new JsonObject
        {
            ["expiration"] = (Now + Valid).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'"),
            ["conditions"] = new JsonArray(
                new JsonArray("content-length-range", 0, MaxBytes),
                new JsonArray("starts-with", "$key", folderKey),
                new JsonObject { ["bucket"] = "dashscope-file-sandbox" },
                new JsonObject { ["x-oss-object-acl"] = "private" },
                new JsonObject { ["x-oss-forbid-overwrite"] = "true" }),
        }.ToJsonString()));
        return new JsonObject
        {
            ["policy"] = policy,
            ["signature"] = signer.SignText(policy),
            ["upload_dir"] = folderKey,
            ["upload_host"] = uploadHost.GetLeftPart(UriPartial.Authority),
            ["expire_in_seconds"] = (int)Valid.TotalSeconds,
            ["max_file_size_mb"] = 1024,
            ["capacity_limit_mb"] = 999999999,
            ["oss_access_key_id"] = LinkSigner.AccessKeyId,
            ["x_oss_object_acl"] = "private",
            ["x_oss_forbid_overwrite"] = "true",
        };
    }

    /// <summary>Null when the fields that came before the file are as the policy demands.</summary>
    public (string Code, string Message)? Problem(IReadOnlyDictionary<string, string> fields)
    {
        if (RequiredFields.FirstOrDefault(f => !fields.ContainsKey(f)) is { } missing) return Denied($"Policy Condition failed: {missing} is missing");
        if (fields["OSSAccessKeyId"] != LinkSigner.AccessKeyId) return ("InvalidAccessKeyId", "The OSS Access Key Id you provided does not exist in our records.");
        if (!LinkSigner.Same(signer.SignText(fields["policy"]), fields["Signature"]))
            return ("SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided.");

        using var policy = JsonDocument.Parse(Convert.FromBase64String(fields["policy"]));
        if (policy.RootElement.GetProperty("expiration").GetDateTimeOffset() <= Now) return Denied("Policy expired.");

        var prefix = policy.RootElement.GetProperty("conditions")[1][2].GetString()!;
        if (!fields["key"].StartsWith(prefix + "/", StringComparison.Ordinal)) return Denied("Policy Condition failed: [\"starts-with\", \"$key\"]");
        if (fields["x-oss-object-acl"] != "private") return Denied("Policy Condition failed: [\"eq\", \"$x-oss-object-acl\", \"private\"]");
        return fields["x-oss-forbid-overwrite"] == "true"
            ? null
            : Denied("Policy Condition failed: [\"eq\", \"$x-oss-forbid-overwrite\", \"true\"]");
    }

    /// <summary>The file behind an <c>oss://</c> address, if it was uploaded for this model and still lives.</summary>
    public string? FindFile(string url, string model)
    {
        if (!MediaUrl.IsOss(url)) return null;

        var key = url[MediaUrl.OssScheme.Length..];
        var file = folder.UploadFile(key);
        return key.StartsWith(ModelFolder(model) + "/", StringComparison.Ordinal) && File.Exists(file) && !IsDead(file) ? file : null;
    }

    /// <summary>Gives an uploaded file its name. False when the key is taken: overwriting is forbidden.</summary>
    public bool TryKeep(string part, string key)
    {
        foreach (var old in Directory.EnumerateFiles(folder.Uploads).Where(f => f != part && IsDead(f))) File.Delete(old);

        var file = folder.UploadFile(key);
        if (File.Exists(file)) return false;
        File.SetLastWriteTimeUtc(part, Now.UtcDateTime);
        File.Move(part, file);
        return true;
    }

    private bool IsDead(string file) => File.GetLastWriteTimeUtc(file) + FileLife <= Now.UtcDateTime;

    /// <summary>A file is bound to its model: the folder is a hash of the name.</summary>
    private static string ModelFolder(string model) =>
        $"{Root}/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(model)))[..32]}";

    private static (string Code, string Message) Denied(string reason) => ("AccessDenied", $"Invalid according to Policy: {reason}");
}
