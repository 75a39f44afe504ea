using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using VideoPlatform.Infrastructure.Records.Documents;

namespace VideoPlatform.Infrastructure.Records;

/// <summary>Records that lists and claims have to pass by. Each is logged once for each flaw, not at every look.</summary>
internal sealed partial class UnreadableRecords(TimeProvider clock, ILogger log)
{
    /// <summary>What was unreadable is looked at again after this long: another program may have finished its write, or a person mended it.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, (string Flaw, long SeenAt)> known = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Ids => known.Keys.ToArray();

    /// <summary>Those that are not worth another look yet.</summary>
    public IReadOnlyCollection<string> Resting => [.. known.Where(one => clock.GetElapsedTime(one.Value.SeenAt) < Rest).Select(one => one.Key)];

    /// <summary>Reads one record that was asked for by its id.</summary>
    /// <exception cref="UnreadableRecordException">It cannot be understood; the message names it.</exception>
    public WorkspaceDocument Read(string id, Func<WorkspaceDocument> read)
    {
        try
        {
            return Readable(id, read());
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
            return Readable(id, read());
        }
        catch (UnreadableRecordException flaw)
        {
            if (!known.TryGetValue(id, out var earlier) || earlier.Flaw != flaw.Message) LogUnreadable(flaw.InnerException, id, flaw.Message);
            known[id] = (flaw.Message, clock.GetTimestamp());
            return null;
        }
    }

    private WorkspaceDocument Readable(string id, WorkspaceDocument document)
    {
        known.TryRemove(id, out _);
        return document;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Workspace {WorkspaceId} cannot be read and is passed by: {Flaw}")]
    private partial void LogUnreadable(Exception? inner, string workspaceId, string flaw);
}
