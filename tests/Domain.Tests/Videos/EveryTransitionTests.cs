using VideoPlatform.Domain.Results;
using VideoPlatform.Domain.Videos;

namespace VideoPlatform.Domain.Tests;

/// <summary>
/// The whole life at one glance: every state against every transition. A cell names the status that comes out, or the refusal:
/// <c>-</c> version_conflict, <c>busy</c> generation_in_progress, <c>never</c> not_cancellable, <c>exists</c> video_exists, <c>gone</c> video_expired.
/// </summary>
public sealed class EveryTransitionTests
{
    //                                                    queued      submitting  unsettled   processing  downloading completed   remote      failed      cancelled   expired
    private const string Table = """
        Ask another request                               busy        busy        busy        busy        busy        exists      exists      queued      queued      queued
        Ask another request in its place                  busy        busy        busy        busy        busy        queued      queued      queued      queued      queued
        Ask the same request                              queued      submitting  unsettled   processing  downloading completed   completed   failed      cancelled   expired
        MarkSubmitting                                    submitting  -           -           -           -           -           -           -           -           -
        WaitOn                                            queued      -           -           -           -           -           -           -           -           -
        BackToQueue                                       -           queued      queued      -           -           -           -           -           -           -
        BackToQueue of another attempt                    -           -           -           -           -           -           -           -           -           -
        Accepted                                          -           processing  processing  processing  downloading completed   completed   failed      -           expired
        Accepted as another task                          -           processing  processing  -           -           -           -           -           -           -
        Accepted of another attempt                       -           -           -           -           -           -           -           -           -           -
        Refused                                           -           failed      failed      -           -           -           -           -           -           -
        Refused of another attempt                        -           -           -           -           -           -           -           -           -           -
        Unclear                                           -           unsettled   -           -           -           -           -           -           -           -
        Unclear of another attempt                        -           -           -           -           -           -           -           -           -           -
        LookedInVain                                      -           -           unsettled   -           -           -           -           -           -           -
        NeedsPerson                                       -           -           unsettled   -           -           -           -           -           -           -
        SettledAs                                         -           -           processing  -           -           -           -           -           -           -
        SettledAsAbsent                                   -           -           queued      -           -           -           -           -           -           -
        NeverSettled                                      -           -           failed      -           -           -           -           -           -           -
        StillProcessing                                   -           -           -           processing  -           -           -           -           -           -
        ProviderSilent                                    -           -           -           processing  -           -           -           -           -           -
        Finished                                          -           -           -           downloading -           -           -           -           -           -
        TaskFailed                                        -           -           -           failed      -           -           -           -           -           -
        TaskCancelled                                     -           -           -           cancelled   -           -           -           -           -           -
        TaskGone                                          -           -           -           expired     -           -           -           -           -           -
        CancelQueued                                      cancelled   never       never       never       never       never       never       never       never       never
        FetchFailed                                       -           -           -           -           downloading -           -           -           -           -
        LinkRefused                                       -           -           -           -           downloading -           -           -           -           -
        FetchPaused                                       -           -           -           -           downloading -           -           -           -           -
        FetchApart                                        -           -           -           -           downloading -           -           -           -           -
        FreshLink                                         -           -           -           -           downloading -           -           -           -           -
        Stored                                            -           -           -           -           completed   -           -           -           -           -
        LinkDied                                          -           -           -           -           expired     -           expired     -           -           -
        FetchAgain                                        busy        busy        busy        busy        downloading -           downloading -           -           gone
        FetchAgain with a fresh link                      busy        busy        busy        busy        downloading -           downloading -           -           downloading
        Described                                         -           -           -           -           -           completed   -           -           -           -
        FileFound                                         -           -           -           -           completed   completed   completed   -           -           completed
        FileLost                                          -           -           -           -           -           completed   -           -           -           -
        Noted                                             queued      submitting  unsettled   processing  downloading completed   completed   failed      cancelled   expired
        """;

    private static readonly Guid anotherAttempt = Guid.Parse("00000000-0000-0000-0000-00000000000b");

    private static readonly Dictionary<string, Func<Video, Result<Video>>> transitions = new(StringComparer.Ordinal)
    {
        ["Ask another request"] = v => Video.Ask(v, Given.Request(), replace: false),
        ["Ask another request in its place"] = v => Video.Ask(v, Given.Request(), replace: true),
        ["Ask the same request"] = v => Video.Ask(v, v.Request!, replace: true),
        ["MarkSubmitting"] = v => v.MarkSubmitting(Given.Attempt),
        ["WaitOn"] = v => v.WaitOn(Given.Problem, Given.Later, counts: true),
        ["BackToQueue"] = v => v.BackToQueue(Given.Attempt.Id, Given.Problem, Given.Later, Given.Now),
        ["BackToQueue of another attempt"] = v => v.BackToQueue(anotherAttempt, Given.Problem, Given.Later, Given.Now),
        ["Accepted"] = v => v.Accepted(Given.Attempt.Id, Given.Task, Given.Later, Given.Now),
        ["Accepted as another task"] = v => v.Accepted(Given.Attempt.Id, new ProviderTask("task-2", null), Given.Later, Given.Now),
        ["Accepted of another attempt"] = v => v.Accepted(anotherAttempt, new ProviderTask("task-2", null), Given.Later, Given.Now),
        ["Refused"] = v => v.Refused(Given.Attempt.Id, Given.Problem, Given.Now),
        ["Refused of another attempt"] = v => v.Refused(anotherAttempt, Given.Problem, Given.Now),
        ["Unclear"] = v => v.Unclear(Given.Attempt.Id, Given.Problem, Given.Later, Given.Now),
        ["Unclear of another attempt"] = v => v.Unclear(anotherAttempt, Given.Problem, Given.Later, Given.Now),
        ["LookedInVain"] = v => v.LookedInVain(Given.Later, counts: true, Given.Problem),
        ["NeedsPerson"] = v => v.NeedsPerson([Given.Candidate], Given.Problem, Given.Later),
        ["SettledAs"] = v => v.SettledAs(Given.Task, "Found.", Given.Now),
        ["SettledAsAbsent"] = v => v.SettledAsAbsent("Not there.", Given.Now),
        ["NeverSettled"] = v => v.NeverSettled(Given.Problem, Given.Now),
        ["StillProcessing"] = v => v.StillProcessing(Given.Later),
        ["ProviderSilent"] = v => v.ProviderSilent(Given.Problem, Given.Later),
        ["Finished"] = v => v.Finished(Given.Link(Given.Now.AddDays(1)), Given.Stem, null, Given.Now),
        ["TaskFailed"] = v => v.TaskFailed(Given.Problem, null, Given.Now),
        ["TaskCancelled"] = v => v.TaskCancelled(Given.Now),
        ["TaskGone"] = v => v.TaskGone(Given.Problem, Given.Now),
        ["CancelQueued"] = v => v.CancelQueued(Given.Now),
        ["FetchFailed"] = v => v.FetchFailed(Given.Problem, Given.Later),
        ["LinkRefused"] = v => v.LinkRefused(Given.Problem, Given.Later),
        ["FetchPaused"] = v => v.FetchPaused(Given.Problem, Given.Later),
        ["FetchApart"] = v => v.FetchApart("695251e891fab49e9adb49a5_1767177366573", Given.Now),
        ["FreshLink"] = v => v.FreshLink(Given.Link(Given.Now.AddDays(1), "fresh"), Given.Now),
        ["Stored"] = v => v.Stored(Given.File(), Given.Now),
        ["LinkDied"] = v => v.LinkDied(Given.Problem, Given.Now),
        ["FetchAgain"] = v => v.FetchAgain(Given.Stem, null, Given.Now),
        ["FetchAgain with a fresh link"] = v => v.FetchAgain(Given.Stem, Given.Link(Given.Now.AddDays(1), "fresh"), Given.Now),
        ["Described"] = v => v.Described(Given.File() with { Media = new MediaFacts(5.04, 1280, 720, "h264", true) }),
        ["FileFound"] = v => v.FileFound(Given.File(), Given.Now),
        ["FileLost"] = v => v.FileLost(Given.Problem),
        ["Noted"] = v => v.Noted(Given.Problem),
    };

    private static IReadOnlyDictionary<string, string[]> Rows => Table.Split('\n').ToDictionary(
        line => line[..50].TrimEnd(), line => line[50..].Split(' ', StringSplitOptions.RemoveEmptyEntries), StringComparer.Ordinal);

    public static TheoryData<string, string, string> Cells()
    {
        var cells = new TheoryData<string, string, string>();
        foreach (var (transition, row) in Rows)
            foreach (var (state, expected) in AllVideos.Names.Zip(row)) cells.Add(state, transition, expected);
        return cells;
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void Each_state_takes_exactly_the_transitions_of_the_table(string state, string transition, string expected)
    {
        var video = AllVideos.In(state);
        var (before, history) = (video.ToString(), video.History.ToList());

        var result = transitions[transition](video);

        Assert.Equal(expected, result.Match(next => next.Status.Word(), RefusalOf));
        Assert.Equal(before, video.ToString());
        Assert.Equal(history, video.History);
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void Every_outcome_is_whole_its_history_tells_each_change_of_status_and_only_a_terminal_one_is_never_due(string state, string transition, string expected)
    {
        var video = AllVideos.In(state);

        var result = transitions[transition](video);

        if (!result.TryGet(out var next, out _))
        {
            Assert.Contains(expected, RefusalWords);
            return;
        }

        Assert.Equal(next.Status.IsTerminal(), next.State.DueAt is null);
        Assert.Equal(next.Status, next.History[^1].Status);
        Assert.Equal(next.Status == video.Status ? video.History : video.History.Append(next.History[^1]), next.History);
        if (next.Status is VideoStatus.Processing or VideoStatus.Downloading) Assert.NotNull(next.State.Task);
        if (next.Status is VideoStatus.Downloading) Assert.NotNull(next.Link);
    }

    [Fact]
    public void The_table_knows_every_state_and_every_transition()
    {
        var methods = typeof(Video).GetMethods()
            .Where(m => m.ReturnType == typeof(Result<Video>) && m.Name is not nameof(Video.Restore)).Select(m => m.Name).Distinct();

        Assert.All(Enum.GetValues<VideoStatus>(), status => Assert.Contains(AllVideos.Names, name => AllVideos.In(name).Status == status));
        Assert.All(methods, method => Assert.Contains(transitions.Keys, name => name.Split(' ')[0] == method));
        Assert.Equal(transitions.Keys.Order(StringComparer.Ordinal), Rows.Keys.Order(StringComparer.Ordinal));
        Assert.All(Rows.Values, row => Assert.Equal(AllVideos.Names.Count, row.Length));
    }

    private static readonly string[] RefusalWords = ["-", "busy", "never", "exists", "gone"];

    private static string RefusalOf(Error error) => error switch
    {
        VersionConflict => "-",
        GenerationInProgress => "busy",
        NotCancellable => "never",
        VideoExists => "exists",
        VideoExpired => "gone",
        _ => error.Code,
    };
}
