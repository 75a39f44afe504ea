using MongoDB.Bson;

namespace VideoPlatform.Infrastructure.Records;

/// <summary>Takes in documents that another program wrote.</summary>
internal interface IForeignDocuments
{
    /// <summary>Stores a document as it is, with all of its members, at every level.</summary>
    /// <returns>False, with nothing written, when the id is taken.</returns>
    /// <exception cref="UnreadableRecordException">It is not one that can be understood.</exception>
    Task<bool> AddDocumentAsync(BsonDocument document, CancellationToken ct);
}
