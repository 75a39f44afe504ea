namespace VideoPlatform.Infrastructure.Records;

/// <summary>Section <c>Persistence</c>: where the records lie.</summary>
public sealed record PersistenceOptions
{
    public const string Section = "Persistence";

    /// <summary>The embedded database.</summary>
    public const string SqliteProvider = "Sqlite";

    /// <summary>A MongoDB server, 4.4 or later.</summary>
    public const string MongoDbProvider = "MongoDb";

    /// <summary><see cref="SqliteProvider"/> or <see cref="MongoDbProvider"/>.</summary>
    public string Provider { get; set; } = SqliteProvider;

    public SqliteOptions Sqlite { get; set; } = new();

    public MongoDbOptions MongoDb { get; set; } = new();
}

/// <summary>Section <c>Persistence:Sqlite</c>.</summary>
public sealed record SqliteOptions
{
    /// <summary>The file; relative to the working directory. Its folder is created.</summary>
    public string Path { get; set; } = "data/videoplatform.db";
}

/// <summary>Section <c>Persistence:MongoDb</c>.</summary>
public sealed record MongoDbOptions
{
    /// <summary>Required for MongoDB. May hold a password: never log it.</summary>
    public string ConnectionString { get; set; } = "";

    public string Database { get; set; } = "videoplatform";

    public string Collection { get; set; } = "workspaces";
}
