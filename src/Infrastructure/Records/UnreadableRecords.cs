using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace VideoPlatform.Infrastructure.Records;

/// <summary>Records that lists and claims have to pass by. Each is logged once for each flaw, not at every look.</summary>
internal sealed partial class UnreadableRecords(ILogger log)
{
    private readonly ConcurrentDictionary<string, string> known = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Ids => known.Keys.ToArray();

    public void Note(string id, UnreadableRecordException flaw)
    {
        if (known.TryGetValue(id, out var earlier) && earlier == flaw.Message) return;

        known[id] = flaw.Message;
        LogUnreadable(flaw.InnerException, id, flaw.Message);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Workspace {WorkspaceId} cannot be read and is passed by: {Flaw}")]
    private partial void LogUnreadable(Exception? inner, string workspaceId, string flaw);
}
