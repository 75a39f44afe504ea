using MongoDB.Bson;

namespace VideoPlatform.Infrastructure.Records;

/// <summary>Documents that another program wrote, beside what <see cref="VideoPlatform.Application.Workspaces.IWorkspaceRepository"/> says of ours.</summary>
internal interface IForeignDocuments
{
    /// <summary>Ids of the documents that scans of this process had to pass by.</summary>
    IReadOnlyCollection<string> Unreadable { get; }

    /// <summary>Stores a document as it is, with all of its members, at every level.</summary>
    /// <returns>False, with nothing written, when the id is taken.</returns>
    /// <exception cref="UnreadableRecordException">It is not one that can be understood.</exception>
    Task<bool> AddDocumentAsync(BsonDocument document, CancellationToken ct);
}
