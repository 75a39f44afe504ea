namespace VideoPlatform.Sandbox.Faults;

/// <summary>
/// What can go wrong, by the request that it strikes. The text names the fields of <see cref="SandboxFault"/> that a kind
/// reads. Unless called an addition, a kind decides the whole answer: of several, only the first one added strikes.
/// </summary>
public enum SandboxFaultKind
{
    /// <summary>The task is created, then the connection is reset without an answer.</summary>
    SubmitLostResponse,

    /// <summary>The connection is reset and nothing is created.</summary>
    SubmitAborted,

    /// <summary>The task is created; the answer comes after <c>Delay</c>, or never while the client waits.</summary>
    SubmitDelayed,

    /// <summary>429 <c>Throttling</c>, nothing is created; <c>Retry-After</c> is sent when <c>Delay</c> is given. <c>Code</c>, <c>Message</c>.</summary>
    SubmitThrottled,

    /// <summary>500 <c>InternalError</c>, nothing is created. <c>Status</c>, <c>Code</c>, <c>Message</c>.</summary>
    SubmitServerError,

    /// <summary>500 <c>InternalError</c> although the task was created. <c>Status</c>, <c>Code</c>, <c>Message</c>.</summary>
    SubmitServerErrorAfterCreation,

    /// <summary>502 with an HTML page, nothing is created.</summary>
    SubmitBadGateway,

    /// <summary>400 <c>Arrearage</c>.</summary>
    SubmitArrearage,

    /// <summary>401 <c>InvalidApiKey</c>.</summary>
    SubmitInvalidApiKey,

    /// <summary>400 <c>DataInspectionFailed</c>.</summary>
    SubmitDataInspectionFailed,

    /// <summary>Any other refusal: <c>Status</c> (400), <c>Code</c> (<c>InvalidParameter</c>), <c>Message</c>.</summary>
    SubmitRefused,

    /// <summary>500 <c>InternalError</c>. <c>Status</c>, <c>Code</c>, <c>Message</c>.</summary>
    QueryServerError,

    /// <summary>502 with an HTML page.</summary>
    QueryBadGateway,

    /// <summary>The connection is reset.</summary>
    QueryReset,

    /// <summary>429 <c>Throttling</c>; <c>Retry-After</c> is sent when <c>Delay</c> is given.</summary>
    QueryThrottled,

    /// <summary>200 with <c>task_status</c> UNKNOWN.</summary>
    QueryUnknown,

    /// <summary>200 with the status word in <c>Code</c> (<c>SUSPENDED</c>).</summary>
    QueryStrangeStatus,

    /// <summary>200 without the output field named by <c>Field</c> (<c>task_status</c>).</summary>
    QueryMissingField,

    /// <summary>An addition: each query of a SUCCEEDED task mints a new link with a full life of its own.</summary>
    QueryFreshLink,

    /// <summary>The task ends FAILED with <c>Code</c> (<c>InternalError.Algo</c>) and <c>Message</c>. Outcomes strike when a task would end.</summary>
    OutcomeFailed,

    /// <summary>The task ends FAILED without code and message.</summary>
    OutcomeFailedSilently,

    /// <summary>The task stays RUNNING for ever, even when the fault is cleared.</summary>
    OutcomeNever,

    /// <summary>The task ends CANCELED.</summary>
    OutcomeCanceled,

    /// <summary>500 <c>InternalError</c>. <c>Status</c>, <c>Code</c>, <c>Message</c>.</summary>
    ListServerError,

    /// <summary>The list is empty.</summary>
    ListEmpty,

    /// <summary>An addition: a task appears in the list only <c>Delay</c> after its submit.</summary>
    ListLate,

    /// <summary>400 <c>UnsupportedOperation</c>, also for a PENDING task.</summary>
    CancelRefused,

    /// <summary>403 <c>AccessDenied</c>, "Invalid according to Policy".</summary>
    UploadRefused,

    /// <summary>The full length is declared, the connection is closed in good order after <c>Bytes</c> (half).</summary>
    DownloadTruncated,

    /// <summary>The connection is reset after <c>Bytes</c> (half), of which a client that reads slowly may lose some.</summary>
    DownloadReset,

    /// <summary>Nothing comes after <c>Bytes</c> (half), and the connection stays open.</summary>
    DownloadStalled,

    /// <summary>The body comes at <c>Bytes</c> (1024) a second.</summary>
    DownloadSlow,

    /// <summary>500 XML <c>InternalError</c>. <c>Status</c>.</summary>
    DownloadServerError,

    /// <summary>200 with an empty body.</summary>
    DownloadEmpty,

    /// <summary>200 with an HTML page.</summary>
    DownloadHtml,

    /// <summary>403 XML, "Request has expired.".</summary>
    DownloadExpired,

    /// <summary>404 XML <c>NoSuchKey</c>.</summary>
    DownloadNotFound,

    /// <summary>302 to <c>Url</c>.</summary>
    DownloadRedirect,

    /// <summary>The object without a declared length, followed by zeros without end.</summary>
    DownloadEndless,

    /// <summary>416 for every request with a <c>Range</c>.</summary>
    DownloadRangeRefused,

    /// <summary>An addition: an invalid <c>Range</c> gives 416 instead of the whole object.</summary>
    DownloadInvalidRangeIs416,

    /// <summary>An addition: <c>Range</c> is ignored, the answer is 200 with the whole object.</summary>
    DownloadRangeIgnored,

    /// <summary>An addition: <c>Content-Range</c> of a 206 starts one byte too late.</summary>
    DownloadWrongContentRange,

    /// <summary>An addition: <c>x-oss-hash-crc64ecma</c> is off by one.</summary>
    DownloadWrongCrc,

    /// <summary>An addition: no <c>x-oss-hash-crc64ecma</c> and no <c>Content-MD5</c>.</summary>
    DownloadNoChecksums,

    /// <summary>An addition: one bit of the byte at object offset <c>Bytes</c> (the middle) is flipped; headers stay right.</summary>
    DownloadFlippedBit,

    /// <summary>An addition: the declared length is <c>Bytes</c> (1) too long; the connection closes after the real end.</summary>
    DownloadLengthTooLong,

    /// <summary>An addition: the declared length is <c>Bytes</c> (1) too short, and the body ends there.</summary>
    DownloadLengthTooShort,

    /// <summary>An addition: another <c>ETag</c>, as if the object had been replaced.</summary>
    DownloadChangedETag,

    /// <summary>An addition: the body is compressed with gzip, whether asked for or not, in chunks of no declared length.</summary>
    DownloadGzip,
}
