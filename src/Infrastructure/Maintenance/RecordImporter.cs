using VideoPlatform.Application.Maintenance.Import;
using VideoPlatform.Infrastructure.Records;
using VideoPlatform.Infrastructure.Records.Documents;

namespace VideoPlatform.Infrastructure.Maintenance;

internal sealed class RecordImporter(IForeignDocuments documents) : IRecordImporter
{
    public async Task<ImportOutcome> ImportAsync(string json, CancellationToken ct)
    {
        try
        {
            var document = WorkspaceDocument.FromExtendedJson(json).Bson;
            return await documents.AddDocumentAsync(document, ct) ? new ImportOutcome.Imported() : new ImportOutcome.Existing();
        }
        catch (UnreadableRecordException flaw)
        {
            return new ImportOutcome.Bad(flaw.Message);
        }
    }
}
