using System.Text.Json.Nodes;

namespace VideoPlatform.Sandbox.Tests;

public sealed class UploadTests : SandboxTest
{
    [Fact]
    public async Task An_uploaded_picture_can_be_submitted_for_its_model()
    {
        var policy = await PolicyAsync();
        using var upload = await UploadAsync(policy, Fields(policy));

        using var accepted = await SubmitUploadAsync(policy, Model, ("X-DashScope-OssResourceResolve", "enable"));
        using var unresolved = await SubmitUploadAsync(policy, Model);
        using var otherModel = await SubmitUploadAsync(policy, "wan2.6-i2v", ("X-DashScope-OssResourceResolve", "enable"));

        Assert.Equal(200, (int)upload.StatusCode);
        Assert.Empty(await BytesAsync(upload));
        Assert.Equal(200, (int)accepted.StatusCode);
        await AssertErrorAsync(unresolved, 400, "InvalidParameter");
        await AssertErrorAsync(otherModel, 400, "InvalidParameter");
    }

    [Fact]
    public async Task An_uploaded_picture_lives_for_48_hours()
    {
        var policy = await PolicyAsync();
        using var upload = await UploadAsync(policy, Fields(policy));
        Clock.Advance(TimeSpan.FromHours(48));

        using var late = await SubmitUploadAsync(policy, Model, ("X-DashScope-OssResourceResolve", "enable"));

        await AssertErrorAsync(late, 400, "InvalidParameter");
    }

    [Theory]
    [InlineData("x-oss-forbid-overwrite", null, "Invalid according to Policy: Policy Condition failed: x-oss-forbid-overwrite is missing")]
    [InlineData("x-oss-forbid-overwrite", "false", "Invalid according to Policy")]
    [InlineData("x-oss-object-acl", "public-read", "Invalid according to Policy")]
    [InlineData("key", "elsewhere/a.png", "Invalid according to Policy")]
    [InlineData("policy", "e30=", "SignatureDoesNotMatch")]
    [InlineData("OSSAccessKeyId", "LTAIother", "InvalidAccessKeyId")]
    public async Task A_field_that_is_not_as_the_policy_demands_is_refused(string field, string? value, string expected)
    {
        var policy = await PolicyAsync();
        var fields = Fields(policy);
        if (value is null) fields.Remove(field);
        else fields[field] = value;

        using var response = await UploadAsync(policy, fields);

        Assert.Equal(403, (int)response.StatusCode);
        Assert.Contains(expected, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expired_credential_and_a_taken_key_are_refused()
    {
        var policy = await PolicyAsync();
        using var first = await UploadAsync(policy, Fields(policy));

        using var taken = await UploadAsync(policy, Fields(policy));
        Clock.Advance(TimeSpan.FromSeconds(300));
        using var late = await UploadAsync(policy, Fields(policy));

        Assert.Equal(409, (int)taken.StatusCode);
        Assert.Equal(403, (int)late.StatusCode);
        Assert.Contains("Invalid according to Policy: Policy expired.", await late.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_before_its_fields_is_refused()
    {
        var policy = await PolicyAsync();

        using var response = await UploadAsync(policy, Fields(policy), fileFirst: true);

        Assert.Equal(403, (int)response.StatusCode);
    }

    [Fact]
    public async Task A_credential_is_asked_for_by_model()
    {
        using var response = await CallAsync(HttpMethod.Get, "uploads?action=getPolicy");

        await AssertErrorAsync(response, 400, "InvalidParameter");
    }

    private static string Key(JsonNode policy) => $"{policy["upload_dir"]}/boat.png";

    private static Dictionary<string, string> Fields(JsonNode policy) => new()
    {
        ["OSSAccessKeyId"] = (string)policy["oss_access_key_id"]!,
        ["Signature"] = (string)policy["signature"]!,
        ["policy"] = (string)policy["policy"]!,
        ["key"] = Key(policy),
        ["x-oss-object-acl"] = (string)policy["x_oss_object_acl"]!,
        ["x-oss-forbid-overwrite"] = (string)policy["x_oss_forbid_overwrite"]!,
        ["success_action_status"] = "200",
    };

    private async Task<JsonNode> PolicyAsync()
    {
        using var response = await CallAsync(HttpMethod.Get, $"uploads?action=getPolicy&model={Model}");
        return (await JsonAsync(response))["data"]!;
    }

    private async Task<HttpResponseMessage> UploadAsync(JsonNode policy, Dictionary<string, string> fields, bool fileFirst = false)
    {
        using var form = new MultipartFormDataContent();
        var file = new ByteArrayContent(Convert.FromBase64String(Picture[(Picture.IndexOf(',', StringComparison.Ordinal) + 1)..]));
        if (fileFirst) form.Add(file, "file", "boat.png");
        foreach (var (name, value) in fields) form.Add(new StringContent(value), $"\"{name}\"");
        if (!fileFirst) form.Add(file, "file", "boat.png");
        return await Http.PostAsync(new Uri((string)policy["upload_host"]!), form);
    }

    private Task<HttpResponseMessage> SubmitUploadAsync(JsonNode policy, string model, params (string Name, string Value)[] headers)
    {
        var body = ABody(model);
        body["input"]!["img_url"] = $"oss://{Key(policy)}";
        return CallAsync(HttpMethod.Post, Submitting, body, headers: [("X-DashScope-Async", "enable"), .. headers]);
    }
}
