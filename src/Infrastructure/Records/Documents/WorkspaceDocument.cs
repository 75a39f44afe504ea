using System.Text;
using System.Text.Json;
using MongoDB.Bson;
using MongoDB.Bson.IO;
using MongoDB.Bson.Serialization;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Infrastructure.Records.Documents;

/// <summary>
/// A workspace beside the document that holds it; the one home of the mapping between the two, for every database.
/// A write merges what we know onto what was loaded, so members of other programs stay as they are, at every level.
/// Times are kept in milliseconds.
/// </summary>
internal sealed class WorkspaceDocument
{
    /// <summary>How many tasks of replaced videos are kept. The provider forgets a task after a day.</summary>
    private const int MaxEarlierTasks = 50;

    /// <summary>Levels of a line of JSON: the hundred that a document may have, and what extended JSON lays around a value.</summary>
    private const int MaxDepth = 104;

    private WorkspaceDocument(BsonDocument bson) => (Bson, Workspace) = (bson, Read(bson));

    /// <summary>As it is stored. Not to be changed.</summary>
    public BsonDocument Bson { get; }

    /// <summary>As the document says, so also in what a database rounds.</summary>
    public Workspace Workspace { get; }

    /// <exception cref="UnreadableRecordException">It is not one that can be understood.</exception>
    public static WorkspaceDocument From(BsonDocument bson) => new(bson);

    /// <exception cref="UnreadableRecordException">They are not a document, or not one that can be understood.</exception>
    public static WorkspaceDocument From(byte[] bytes) => new(Materialize(() => BsonSerializer.Deserialize<BsonDocument>(bytes)));

    /// <param name="json">Extended JSON, canonical or relaxed, as <c>mongoexport</c> writes it.</param>
    /// <exception cref="UnreadableRecordException">It is not JSON, or not a document that can be understood.</exception>
    public static WorkspaceDocument FromExtendedJson(string json) => new(Materialize(() => Parse(json)));

    /// <exception cref="UnreadableRecordException">It cannot be taken apart (a name twice, broken text), or cannot be understood.</exception>
    public static WorkspaceDocument From(RawBsonDocument raw) => new(Materialize(() => raw.Materialize(BsonBinaryReaderSettings.Defaults)));

    /// <summary>The tasks of videos that were replaced.</summary>
    public IEnumerable<string> EarlierTasks => Bson.Inner("video")?.Member("earlier_tasks") is BsonArray tasks ? tasks.OfType<BsonString>().Select(task => task.Value) : [];

    /// <param name="now">For the members that are derived from the time.</param>
    public static WorkspaceDocument New(Workspace workspace, DateTimeOffset now) => new(Write(workspace, now));

    /// <summary>The same document, saying the same in our words: every member that we derive is there.</summary>
    public WorkspaceDocument Normalized(DateTimeOffset now) => With(Workspace, now);

    /// <summary>The document after a change.</summary>
    public WorkspaceDocument With(Workspace changed, DateTimeOffset now)
    {
        var next = (BsonDocument)Bson.DeepClone();
        Merge(next, Write(Workspace, now), Write(changed, now));
        if (Workspace.Video?.State.Task is { } task && task.Id != changed.Video?.State.Task?.Id && next.Inner("video") is { } video)
            KeepTask(video, task.Id);
        return new WorkspaceDocument(next);
    }

    public byte[] ToBytes() => Bson.ToBson();

    private static Workspace Read(BsonDocument document)
    {
        if (document.Member("_id") is not BsonObjectId { Value: var objectId }) throw new UnreadableRecordException("_id is not an ObjectId");

        var id = WorkspaceId.Parse(objectId.ToString());
        var lease = ReadLease(document);
        var video = document.Member("video") switch
        {
            BsonNull or BsonUndefined => null,
            BsonDocument inner => VideoReader.Read(inner, id, lease is not null),
            _ => throw new UnreadableRecordException("video is not a document"),
        };
        var createdAt = document.Time("created_at") ?? id.CreatedAt;
        return Workspace.Restore(
            id, document.Text("name"), ReadPicture(document), video, lease, document.Whole("version") ?? 0, createdAt,
            document.Time("updated_at") ?? createdAt);
    }

    // The earlier system kept the picture's path alone.
    private static Picture? ReadPicture(BsonDocument document)
    {
        var image = document.Inner("image");
        if (!StoragePath.TryParse(image?.Text("url") ?? document.Text("image") ?? document.Text("image_url"), out var path)) return null;

        return image is null
            ? new Picture(path, null, null, null, null, false)
            : new Picture(
                path, image.Text("content_type"), image.Whole("size"), image.Small("width"), image.Small("height"), image.Flag("has_alpha") ?? false);
    }

    private static Lease? ReadLease(BsonDocument document) =>
        document.Inner("lease") is { } lease && lease.Unique("token") is { } token && lease.Time("until") is { } until ? new Lease(token, until) : null;

    private static BsonDocument Write(Workspace workspace, DateTimeOffset now)
    {
        var document = new BsonDocument("_id", ObjectId.Parse(workspace.Id.Value));
        if (workspace.Name is { } name) document["name"] = name;
        if (workspace.Picture is { } picture) document["image"] = WritePicture(picture);
        if (workspace.Video is { } video) document["video"] = VideoWriter.Write(workspace, video, now);
        if (workspace.Lease is { } lease)
            document["lease"] = new BsonDocument { { "token", lease.Token.ToString() }, { "until", VideoWriter.Date(lease.Until) } };
        document["version"] = workspace.Version;
        document["created_at"] = VideoWriter.Date(workspace.CreatedAt);
        document["updated_at"] = VideoWriter.Date(workspace.UpdatedAt);
        return document;
    }

    private static BsonDocument WritePicture(Picture picture)
    {
        var document = new BsonDocument("url", picture.Path.Url);
        if (picture.ContentType is { } contentType) document["content_type"] = contentType;
        if (picture.Size is { } size) document["size"] = size;
        if (picture.Width is { } width) document["width"] = width;
        if (picture.Height is { } height) document["height"] = height;
        document["has_alpha"] = picture.HasAlpha;
        return document;
    }

    // The paid task of a video that was replaced must not be taken for the answer to a later submit whose outcome is unknown.
    private static void KeepTask(BsonDocument video, string taskId)
    {
        var earlier = video.Member("earlier_tasks") as BsonArray ?? [];
        video["earlier_tasks"] = new BsonArray(earlier.Where(task => task != taskId).Append(taskId).TakeLast(MaxEarlierTasks));
    }

    // A member that had no meaning for us before and has none now is left alone, whatever it holds.
    private static void Merge(BsonDocument onto, BsonDocument before, BsonDocument after)
    {
        foreach (var member in after)
        {
            var (name, value) = (member.Name, member.Value);
            var (was, there) = (before.Member(name), onto.Contains(name));
            // A picture never changes, and the earlier system's form of it is its own.
            if (name == "image" && value == was) continue;

            if (value.IsBsonNull)
            {
                if (!there || !was.IsBsonNull) onto[name] = value;
            }
            else if (value is BsonDocument inner && onto.Inner(name) is { } innerOnto)
                Merge(innerOnto, was as BsonDocument ?? [], inner);
            else
                onto[name] = value;
        }

        foreach (var name in before.Names.Where(name => !after.Contains(name))) onto.Remove(name);
    }

    private static BsonDocument Parse(string json)
    {
        // The parser below goes as deep as the text does, and a line of brackets alone would end the process.
        var levels = new Utf8JsonReader(Encoding.UTF8.GetBytes(json), new JsonReaderOptions { MaxDepth = MaxDepth });
        while (levels.Read()) { }

        var document = BsonDocument.Parse(json);
        document.ToBson();   // half a character, or a level too many: what cannot be written is told before it is stored
        return document;
    }

    private static BsonDocument Materialize(Func<BsonDocument> parse)
    {
        try
        {
            return parse();
        }
        catch (Exception flaw) when (flaw is FormatException or JsonException or BsonException or EndOfStreamException or InvalidOperationException or ArgumentException or OverflowException)
        {
            throw new UnreadableRecordException("it is not a document", flaw);
        }
    }
}
