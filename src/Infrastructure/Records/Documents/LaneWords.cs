using VideoPlatform.Application.Work;

namespace VideoPlatform.Infrastructure.Records.Documents;

/// <summary>The lanes' words in the databases.</summary>
internal static class LaneWords
{
    public static string Word(this WorkLane lane) => lane switch
    {
        WorkLane.Submit => "submit",
        WorkLane.Settle => "settle",
        WorkLane.Poll => "poll",
        WorkLane.Download => "download",
        _ => throw new ArgumentOutOfRangeException(nameof(lane)),
    };
}
