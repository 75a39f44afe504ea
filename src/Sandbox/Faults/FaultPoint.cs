using static VideoPlatform.Sandbox.Faults.SandboxFaultKind;

namespace VideoPlatform.Sandbox.Faults;

/// <summary>The moment at which a fault can strike.</summary>
internal enum FaultPoint { Submit, Query, Outcome, List, Cancel, Upload, Download }

internal static class FaultPoints
{
    public static FaultPoint Point(this SandboxFaultKind kind) => kind switch
    {
        >= SubmitLostResponse and <= SubmitRefused => FaultPoint.Submit,
        >= QueryServerError and <= QueryFreshLink => FaultPoint.Query,
        >= OutcomeFailed and <= OutcomeCanceled => FaultPoint.Outcome,
        >= ListServerError and <= ListLate => FaultPoint.List,
        CancelRefused => FaultPoint.Cancel,
        UploadRefused => FaultPoint.Upload,
        _ => FaultPoint.Download,
    };

    /// <summary>True for a fault that changes a detail and leaves room for others.</summary>
    public static bool IsAddition(this SandboxFaultKind kind) =>
        kind is QueryFreshLink or ListLate or >= DownloadInvalidRangeIs416;

    /// <summary>True for a fault that means something only when the request asks for a range.</summary>
    public static bool NeedsRange(this SandboxFaultKind kind) =>
        kind is DownloadRangeRefused or DownloadInvalidRangeIs416 or DownloadRangeIgnored or DownloadWrongContentRange;
}
