using MediatR;
using VideoPlatform.Domain.Results;

namespace VideoPlatform.Application.Pictures;

/// <summary>Takes an upload in and proves that it is a picture. Its answer goes into <c>CreateWorkspace</c> or <see cref="DiscardPicture"/>.</summary>
/// <param name="Upload">The picture's bytes, read once: JPEG, PNG, BMP or WEBP, 240 to 8000 pixels a side.</param>
public sealed record ReceivePicture(Stream Upload) : IRequest<Result<ReceivedPicture>>;

internal sealed class ReceivePictureHandler(IPictureStore pictures, IStorageSpace space) : IRequestHandler<ReceivePicture, Result<ReceivedPicture>>
{
    public async Task<Result<ReceivedPicture>> Handle(ReceivePicture command, CancellationToken ct) =>
        space.HasRoom ? await pictures.ReceiveAsync(command.Upload, ct) : new StorageFull();
}

/// <summary>Removes a received picture that no workspace will have.</summary>
public sealed record DiscardPicture(ReceivedPicture Image) : IRequest<Result<Done>>;

internal sealed class DiscardPictureHandler(IPictureStore pictures) : IRequestHandler<DiscardPicture, Result<Done>>
{
    public Task<Result<Done>> Handle(DiscardPicture command, CancellationToken ct)
    {
        pictures.Delete(command.Image.Picture);
        return Task.FromResult<Result<Done>>(new Done());
    }
}
