using VideoPlatform.Domain.Videos;

namespace VideoPlatform.CrashHost;

/// <summary>The names of the step boundaries at which this host can be made to die.</summary>
internal static class KillPoints
{
    public const string PictureStored = "picture.stored";
    public const string KeyReserved = "key.reserved";
    public const string WorkspaceAdded = "workspace.added";
    public const string AnswerKept = "answer.kept";

    public const string PictureHandedOver = "picture.handed_over";
    public const string SubmitSending = "submit.sending";
    public const string SubmitAnswered = "submit.answered";

    public const string TaskAsked = "task.asked";
    public const string TaskAnswered = "task.answered";
    public const string ListAnswered = "list.answered";
    public const string CancelAnswered = "cancel.answered";

    public const string LinkOpened = "link.opened";
    public const string BodyHalf = "body.half";
    public const string BodyWhole = "body.whole";

    public const string SidecarWritten = "sidecar.written";
    public const string SidecarNamed = "sidecar.named";
    public const string VideoNamed = "video.named";
    public const string FolderFlushed = "folder.flushed";

    public const string ReplacedRemoving = "replaced.removing";
    public const string ReplacedRemoved = "replaced.removed";
    public const string WorkspaceDeleted = "workspace.deleted";

    /// <summary>A worker has just taken a step of the lane.</summary>
    public static string Claimed(string lane) => $"{lane}.claimed";

    /// <summary>A transition is decided and not yet written.</summary>
    public static string Writing(VideoStatus? from, VideoStatus to) => $"{Word(from)}>{Word(to)}.writing";

    /// <summary>A transition is durable, and nothing else has happened.</summary>
    public static string Written(VideoStatus? from, VideoStatus to) => $"{Word(from)}>{Word(to)}.written";

    private static string Word(VideoStatus? status) => status?.Word() ?? "none";
}
