using FluentValidation;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using VideoPlatform.Application.Pipeline;
using VideoPlatform.Application.Videos;
using VideoPlatform.Application.Videos.Poll;
using VideoPlatform.Application.Work;
using VideoPlatform.Application.Workspaces;

namespace VideoPlatform.Application;

public static class ApplicationRegistration
{
    /// <summary>Every use case, found by scan; the ports behind them come from the adapters.</summary>
    public static IServiceCollection AddApplication(this IServiceCollection services)
    {
        services.AddTransient<ServiceFactory>(provider => provider.GetService!);
        services.AddTransient<IMediator, Mediator>();
        services.Scan(scan => scan.FromAssemblyOf<WorkspaceViews>()
            .AddClasses(c => c.AssignableTo(typeof(IRequestHandler<,>)), publicOnly: false).AsImplementedInterfaces().WithTransientLifetime());
        services.AddTransient(typeof(IPipelineBehavior<,>), typeof(ValidationBehavior<,>));
        services.AddValidatorsFromAssemblyContaining<WorkspaceViews>(ServiceLifetime.Singleton, includeInternalTypes: true);

        services.AddSingleton<QueueGate>();
        services.AddSingleton<UnansweredMarks>();
        services.AddSingleton<TaskListGlance>();
        services.AddSingleton<WorkspaceViews>();
        services.AddSingleton<IProgressBoard, ProgressBoard>();
        services.AddSingleton<IChangeListener, TransitionLog>();
        return services;
    }
}
