namespace VideoPlatform.Application.Pictures;

/// <summary>Room on the disk that holds the storage.</summary>
public interface IStorageSpace
{
    /// <summary>Bytes that this process may still write.</summary>
    long FreeBytes { get; }

    /// <summary>Whether something new may begin (<c>Storage:MinFreeBytes</c>).</summary>
    bool HasRoom { get; }
}
