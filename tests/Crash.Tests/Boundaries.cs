using VideoPlatform.Domain.Videos;
using VideoPlatform.Sandbox.Faults;
using static VideoPlatform.CrashHost.KillPoints;
using static VideoPlatform.Domain.Videos.VideoStatus;
using static VideoPlatform.Sandbox.Faults.SandboxFaultKind;

namespace VideoPlatform.Crash.Tests;

/// <summary>What is going on when the process dies.</summary>
public enum Journey
{
    /// <summary>A workspace is created.</summary>
    Create,

    /// <summary>A video is ordered, and comes.</summary>
    Order,

    /// <summary>A completed video is ordered anew.</summary>
    Replace,

    /// <summary>A video is cancelled while its task waits at the provider.</summary>
    Cancel,

    /// <summary>A video that was not fetched in time is fetched after all.</summary>
    FetchAgain,

    /// <summary>A workspace with its video is deleted.</summary>
    Delete,
}

/// <summary>What a crash may leave in the storage besides the files that records name.</summary>
public enum Leftover
{
    Nothing,

    /// <summary>A picture that no workspace has.</summary>
    Picture,

    /// <summary>The old video, when its successor is stored already.</summary>
    ReplacedVideo,

    /// <summary>All files of a workspace that is gone.</summary>
    PictureAndVideo,
}

/// <summary>One step boundary: where the process is killed, and how things stand when the next one has taken over.</summary>
/// <param name="Point">Where; with a word in brackets where one point lies on several ways.</param>
/// <param name="Fault">What the provider does wrong on the way there.</param>
/// <param name="End">The status that the video reaches.</param>
/// <param name="Tasks">How many tasks the provider created for it, in all.</param>
/// <param name="Nth">The point is passed so many times.</param>
/// <param name="Times">How many requests the fault strikes; null: every one.</param>
/// <param name="Leaves">Files that no record names afterwards; <c>clean</c> is for them.</param>
internal sealed record Boundary(
    string Point, Journey Journey = Journey.Order, SandboxFaultKind? Fault = null, VideoStatus End = Completed, int Tasks = 1, int Nth = 1, int? Times = 1,
    Leftover Leaves = Leftover.Nothing)
{
    /// <summary>The point's own name.</summary>
    public string Wire => Point.Split(' ')[0];

    /// <summary>The request has left, the provider has made the task, and no answer has come: no line of ours runs here, so it is killed from outside.</summary>
    public const string InFlight = "submit.in_flight";

    /// <summary>Every boundary of a video's life, in the order of that life.</summary>
    public static IReadOnlyList<Boundary> All { get; } =
    [
        new(PictureStored, Journey.Create, Tasks: 0, Leaves: Leftover.Picture),
        new($"{KeyReserved} (workspace)", Journey.Create, Tasks: 0, Leaves: Leftover.Picture),
        new(WorkspaceAdded, Journey.Create, Tasks: 0),
        new($"{AnswerKept} (workspace)", Journey.Create, Tasks: 0),

        new($"{KeyReserved} (video)"),
        new(Writing(null, Queued)),
        new(Written(null, Queued)),
        new($"{AnswerKept} (video)"),

        new(Claimed("submit")),
        new(PictureHandedOver),
        new(Writing(Queued, Submitting)),
        new(Written(Queued, Submitting)),
        new(SubmitSending),
        new(InFlight, Fault: SubmitDelayed),
        new(SubmitAnswered),
        new(Writing(Submitting, Processing)),
        new(Written(Submitting, Processing)),
        new(Writing(Submitting, Failed), Fault: SubmitDataInspectionFailed, End: Failed, Tasks: 0, Times: null),
        new(Written(Submitting, Failed), Fault: SubmitDataInspectionFailed, End: Failed, Tasks: 0),
        new(Writing(Submitting, Queued), Fault: SubmitThrottled),
        new(Written(Submitting, Queued), Fault: SubmitThrottled),
        new(Writing(Submitting, Unsettled), Fault: SubmitLostResponse),
        new(Written(Submitting, Unsettled), Fault: SubmitLostResponse),

        new(Claimed("settle"), Fault: SubmitLostResponse),
        new(ListAnswered, Fault: SubmitLostResponse),
        new($"{TaskAnswered} (settle)", Fault: SubmitLostResponse),
        new(Writing(Unsettled, Processing), Fault: SubmitLostResponse),
        new(Written(Unsettled, Processing), Fault: SubmitLostResponse),
        new(Writing(Unsettled, Queued), Fault: SubmitAborted),
        new(Written(Unsettled, Queued), Fault: SubmitAborted),

        new(Claimed("poll")),
        new(TaskAsked),
        new($"{TaskAnswered} (poll)"),
        new(Writing(Processing, Downloading)),
        new(Written(Processing, Downloading)),
        new(Writing(Processing, Failed), Fault: OutcomeFailed, End: Failed),
        new(Written(Processing, Failed), Fault: OutcomeFailed, End: Failed),
        new(CancelAnswered, Journey.Cancel, End: Cancelled),
        new(Writing(Processing, Cancelled), Journey.Cancel, End: Cancelled),
        new(Written(Processing, Cancelled), Journey.Cancel, End: Cancelled),

        new(Claimed("download")),
        new(LinkOpened),
        new(BodyHalf),
        new(BodyWhole),
        new(SidecarWritten),
        new(SidecarNamed),
        new(VideoNamed),
        new(FolderFlushed),
        new(Writing(Downloading, Completed)),
        new(Written(Downloading, Completed)),
        new(Writing(Downloading, Expired), Fault: DownloadExpired, End: Expired, Times: null),
        new(Written(Downloading, Expired), Fault: DownloadExpired, End: Expired, Times: null),
        new(Writing(Expired, Downloading), Journey.FetchAgain),
        new(Written(Expired, Downloading), Journey.FetchAgain),

        new(Writing(Completed, Queued), Journey.Replace, Tasks: 2),
        new(Written(Completed, Queued), Journey.Replace, Tasks: 2),
        new(ReplacedRemoving, Journey.Replace, Tasks: 2, Leaves: Leftover.ReplacedVideo),
        new(ReplacedRemoved, Journey.Replace, Tasks: 2),
        new(WorkspaceDeleted, Journey.Delete, Leaves: Leftover.PictureAndVideo),
    ];
}
