namespace VideoPlatform.Infrastructure.Records;

/// <summary>The database cannot be used. The message says which one, why, and what to do; it holds no password.</summary>
public sealed class RecordsUnavailableException : Exception
{
    public RecordsUnavailableException() { }

    public RecordsUnavailableException(string message)
        : base(message) { }

    public RecordsUnavailableException(string message, Exception? innerException)
        : base(message, innerException) { }
}

/// <summary>One record is there, but cannot be understood. It is left as it is; others are not affected.</summary>
public sealed class UnreadableRecordException : Exception
{
    public UnreadableRecordException() { }

    public UnreadableRecordException(string message)
        : base(message) { }

    public UnreadableRecordException(string message, Exception? innerException)
        : base(message, innerException) { }
}
