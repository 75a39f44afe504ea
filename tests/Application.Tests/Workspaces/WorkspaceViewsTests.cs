using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;
using VideoPlatform.Application.Videos;
using VideoPlatform.Application.Workspaces;
using VideoPlatform.Domain.Workspaces;
using VideoPlatform.Testing.Records;

namespace VideoPlatform.Application.Tests;

/// <summary>A view that is kept for the next reader says what a new one would say, whatever time and a running fetch have done.</summary>
public sealed class WorkspaceViewsTests
{
    private readonly FakeTimeProvider clock = new(SampleWorkspaces.Start);
    private readonly IProgressBoard board = Substitute.For<IProgressBoard>();
    private readonly WorkspaceViews views;

    public WorkspaceViewsTests() => views = new WorkspaceViews(clock, board);

    public static TheoryData<string, Workspace> All => new()
    {
        { "empty", SampleWorkspaces.Empty() },
        { "queued", SampleWorkspaces.Queued() },
        { "submitting", SampleWorkspaces.Submitting() },
        { "unsettled", SampleWorkspaces.Unsettled() },
        { "processing", SampleWorkspaces.Processing() },
        { "downloading", SampleWorkspaces.Downloading(expires: SampleWorkspaces.Start.AddDays(1)) },
        { "downloading, no deadline", SampleWorkspaces.Downloading() },
        { "completed", SampleWorkspaces.Completed() },
        { "remote", SampleWorkspaces.CompletedRemote(SampleWorkspaces.Start.AddDays(1)) },
        { "remote, no deadline", SampleWorkspaces.CompletedRemote(null) },
        { "remote, dead", SampleWorkspaces.CompletedRemote(SampleWorkspaces.Start.AddDays(-1)) },
        { "failed", SampleWorkspaces.Failed() },
        { "cancelled", SampleWorkspaces.Cancelled() },
        { "expired", SampleWorkspaces.Expired() },
    };

    [Theory]
    [MemberData(nameof(All))]
    public void Reading_again_says_what_is_so_then(string state, Workspace workspace)
    {
        Assert.NotEmpty(state);
        Assert.Equal(Json(views.Of(workspace)), Json(views.Read(workspace)));

        clock.Advance(TimeSpan.FromDays(2));
        board.Find(workspace.Id).Returns(new DownloadProgress(1000, 2000));

        Assert.Equal(Json(views.Of(workspace)), Json(views.Read(workspace)));
    }

    [Fact]
    public void What_only_a_new_version_can_change_is_the_same_object()
    {
        var workspace = SampleWorkspaces.Completed();

        Assert.Same(views.Read(workspace), views.Read(workspace));
        Assert.NotSame(views.Read(workspace), views.Read(SampleWorkspaces.Completed()));
    }

    private static string Json(WorkspaceView view) => JsonSerializer.Serialize(view, PublicJson.Default.WorkspaceView);
}
