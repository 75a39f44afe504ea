using MongoDB.Bson;

namespace VideoPlatform.Infrastructure.Records.Documents;

/// <summary>A write as single members by their paths, so that what another program writes beside them meanwhile survives.</summary>
internal static class DocumentDifference
{
    /// <returns>An update document with <c>$set</c> and <c>$unset</c>, each only when there is something in it.</returns>
    public static BsonDocument Between(BsonDocument before, BsonDocument after)
    {
        var (set, unset) = (new BsonDocument(), new BsonDocument());
        Compare(before, after, "", set, unset);

        var update = new BsonDocument();
        if (set.ElementCount > 0) update["$set"] = set;
        if (unset.ElementCount > 0) update["$unset"] = unset;
        return update;
    }

    private static void Compare(BsonDocument before, BsonDocument after, string prefix, BsonDocument set, BsonDocument unset)
    {
        foreach (var member in after)
        {
            var path = prefix + member.Name;
            if (!before.TryGetValue(member.Name, out var old)) set[path] = member.Value;
            else if (old is BsonDocument oldInner && member.Value is BsonDocument inner) Compare(oldInner, inner, path + ".", set, unset);
            else if (old != member.Value) set[path] = member.Value;
        }

        foreach (var name in before.Names.Where(name => !after.Contains(name))) unset[prefix + name] = "";
    }
}
