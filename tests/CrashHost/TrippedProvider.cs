using VideoPlatform.Application.Videos;
using VideoPlatform.Domain.Models;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.CrashHost;

/// <summary>Passes a point before and after every call that matters: after means that the answer is known and nothing was done with it.</summary>
internal sealed class TrippedProvider(IVideoProvider inner, Tripwires tripwires) : IVideoProvider
{
    public Task<PictureHandover> HandOverAsync(Picture picture, VideoModel model, CancellationToken ct) =>
        Then(inner.HandOverAsync(picture, model, ct), KillPoints.PictureHandedOver);

    public Task<SubmitAnswer> SubmitAsync(VideoRequest request, VideoModel model, PictureHandover.Ready picture, DateTimeOffset sendBefore)
    {
        tripwires.Pass(KillPoints.SubmitSending);
        return Then(inner.SubmitAsync(request, model, picture, sendBefore), KillPoints.SubmitAnswered);
    }

    public Task<TaskAnswer> QueryAsync(ProviderTask task, CancellationToken ct)
    {
        tripwires.Pass(KillPoints.TaskAsked);
        return Then(inner.QueryAsync(task, ct), KillPoints.TaskAnswered);
    }

    public Task<TaskListAnswer> ListAsync(TaskListQuery query, CancellationToken ct) => Then(inner.ListAsync(query, ct), KillPoints.ListAnswered);

    public Task<CancelAnswer> CancelAsync(ProviderTask task, CancellationToken ct) => Then(inner.CancelAsync(task, ct), KillPoints.CancelAnswered);

    private async Task<T> Then<T>(Task<T> call, string point)
    {
        var answer = await call;
        tripwires.Pass(point);
        return answer;
    }
}
