using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using VideoPlatform.Infrastructure.Records.Documents;

namespace VideoPlatform.Infrastructure.Records;

/// <summary>Records that lists and claims have to pass by. Each is logged once for each flaw, not at every look.</summary>
internal sealed partial class UnreadableRecords(ILogger log)
{
    private readonly ConcurrentDictionary<string, string> known = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Ids => known.Keys.ToArray();

    /// <summary>Reads one record that was asked for by its id.</summary>
    /// <exception cref="UnreadableRecordException">It cannot be understood; the message names it.</exception>
    public static WorkspaceDocument Read(string id, Func<WorkspaceDocument> read)
    {
        try
        {
            return read();
        }
        catch (UnreadableRecordException flaw)
        {
            throw new UnreadableRecordException($"Workspace {id} cannot be read: {flaw.Message}.", flaw);
        }
    }

    /// <summary>Reads one record of many.</summary>
    /// <returns>Null when it cannot be understood; that was logged.</returns>
    public WorkspaceDocument? TryRead(string id, Func<WorkspaceDocument> read)
    {
        try
        {
            return read();
        }
        catch (UnreadableRecordException flaw)
        {
            if (!known.TryGetValue(id, out var earlier) || earlier != flaw.Message) LogUnreadable(flaw.InnerException, id, flaw.Message);
            known[id] = flaw.Message;
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Workspace {WorkspaceId} cannot be read and is passed by: {Flaw}")]
    private partial void LogUnreadable(Exception? inner, string workspaceId, string flaw);
}
